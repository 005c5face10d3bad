//! The scheduler: a pure state machine. It knows no clock, no store and no executor; a [driver](crate::driver) brings it facts and
//! carries out its commands.

mod assets;
mod attempts;
mod backfilling;
mod backfills;
mod bug;
mod clearing;
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
mod marking;
mod new_backfill;
mod notices;
mod operating;
mod ownership;
mod past;
mod pools;
mod recalling;
mod recount;
mod repinning;
mod requests;
mod restoring;
mod run;
mod scheduling;
mod selecting;
mod sla;
mod slots;
mod timers;
mod waiting;
mod wish;
mod workers;

pub use bug::{Bug, Planted};
pub use event::{AcquiredShard, Asker, Command, Event, FindRun, FoundRun};
pub use ledger::SchedulerSettings;
pub use machine::Scheduler;
pub use ownership::{Claim, Ownership};
pub use recalling::RecalledRun;
