//! The scheduler: a pure state machine. It knows no clock, no store and no executor; a [driver](crate::driver) brings it facts and
//! carries out its commands.

mod attempts;
mod bug;
mod creation;
mod dags;
mod ending;
mod evaluation;
mod event;
mod instance;
mod lanes;
mod launching;
mod ledger;
mod limits;
mod machine;
mod mapping;
mod ownership;
mod past;
mod pools;
mod recount;
mod requests;
mod restoring;
mod run;
mod scheduling;
mod slots;
mod timers;
mod waiting;
mod workers;

pub use bug::{Bug, Planted};
pub use event::{AcquiredShard, Asker, Command, Event, FindRun, FoundRun};
pub use ledger::SchedulerSettings;
pub use machine::Scheduler;
pub use ownership::{Claim, Ownership};
