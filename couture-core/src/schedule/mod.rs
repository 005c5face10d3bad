//! When a DAG runs: schedules as people write them, and the timetables that they become. All of it is pure: the time is an
//! argument.
//!
//! A [`Schedule`] is text and numbers; [`Schedule::timetable`] checks it and gives the [`Timetable`] that answers
//! [`Timetable::next_run`], one run at a time.

mod continuous;
mod cron;
mod cron_interval;
mod cron_trigger;
mod definition;
mod delta;
mod error;
mod fires;
mod never;
mod once;
mod period;
mod range;
mod registry;
mod restriction;
mod serial;
mod timetable;
mod zone;

pub use continuous::Continuous;
pub use cron::CronExpression;
pub use cron_interval::CronInterval;
pub use cron_trigger::CronTrigger;
pub use definition::Schedule;
pub use delta::Delta;
pub use error::ScheduleError;
pub use never::Never;
pub use once::Once;
pub use period::parse_period;
pub use range::runs_in_range;
pub use registry::{RegisteredTimetable, RegisteredTimetableTag, registered_timetable_tags};
pub use restriction::Restriction;
pub use timetable::{DataInterval, NextRun, Timetable};
pub use zone::Zone;
