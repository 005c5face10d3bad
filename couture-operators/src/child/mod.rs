//! Child processes: started as groups of their own, their output in the attempt's log, ended as whole groups.
//!
//! A process that leaves its group, as a daemon does with `setsid`, ends with its attempt where a supervisor has it: see `leftovers`. Under a
//! server's own process it is out of reach, and lives on.
//!
//! Everything here runs on one thread, which must live as long as the children: they are killed when it ends.

mod asks;
mod conversation;
mod environment;
mod equipment;
mod group;
mod hearing;
mod launch;
mod leftovers;
mod line;
mod nursery;
mod proc;
mod records;
mod strays;
mod supervise;
mod text;
mod warm;

pub(crate) use asks::{Ear, Said, is_ask};
pub(crate) use environment::attempt_environment;
pub(crate) use hearing::{fitting, hear, unfit};
pub(crate) use launch::ChildSpec;
pub(crate) use nursery::Nursery;
pub(crate) use proc::Process;
pub(crate) use records::{MemoryRecords, Records};
pub(crate) use supervise::ChildEnd;
pub(crate) use text::signal_name;
pub(crate) use warm::WarmLimits;
