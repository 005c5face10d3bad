//! Child processes under a process of their own, which outlives this one.
//!
//! The first child starts the supervisor, a small process of one thread. It owns the children's pipes, writes their logs,
//! and keeps how they ended in a spool until that is settled. When the server stops or is killed, children go on; the next server
//! finds the supervisor by its folder, and each attempt its child. When no server comes back within a grace period, the
//! supervisor ends all its children and itself. When the supervisor itself dies, its children die with it, and the next one ends
//! what they left behind.
//!
//! A child may have a conversation: frames over a socket that it inherits as descriptor 3. While no server is there, what it asks is
//! kept, and said to the next one. What it says at its end is kept in the spool with how it ended.
//!
//! A child may be forked from a warm parent, a process that has loaded what the child needs. The supervisor starts it when it is first
//! needed, and ends it when it was idle for five minutes, or when too many are needed. It has nothing of a single attempt in its
//! environment, and none of its secrets. The supervisor is a subreaper, so that such a child is its child as any other is. What its parent
//! had in memory when it was forked counts to its peak memory.
//!
//! The folder of a supervisor, with access for its user only, holds:
//!
//! | name | what |
//! |---|---|
//! | `lock` | locked by the one supervisor that lives |
//! | `socket` | where it listens; see [`Supervisor`] for its client |
//! | `spool/<token>.json` | how a child ended |
//! | `groups/<process group>` | a child that runs, so that it is found when the supervisor died |
//! | `tmp/` | working directories of children |
//! | `supervisor.log` | what it had to complain about |

mod client;
mod complaint;
mod connection;
mod ledger;
mod lock;
mod process;
mod protocol;
mod serve;
mod socket;
mod spool;
mod start;

pub use client::{Supervisor, SupervisorSettings};
pub use process::{DEFAULT_ORPHAN_GRACE, SupervisorError, SupervisorLimits, main, main_within};
