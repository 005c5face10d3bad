//! Sensors: operators that wait until something is there.
//!
//! A [`Sensor`] says whether it is; [`SensorSettings`] say how often it is asked, for how long, and what becomes of the task when it never
//! comes. Unless its mode is [`SensorMode::Poke`], a sensor holds neither slot nor thread while it waits.

mod bash;
mod date_time;
mod day_of_week;
mod external_marker;
mod external_task;
mod file;
mod function;
mod http;
mod poke;
mod settings;
mod sql;
mod time;
mod time_delta;
mod wait;

pub use bash::BashSensor;
pub use date_time::DateTimeSensor;
pub use day_of_week::DayOfWeekSensor;
pub use external_marker::ExternalTaskMarker;
pub use external_task::ExternalTaskSensor;
pub use file::FileSensor;
pub use function::FnSensor;
pub use http::HttpSensor;
pub use poke::{Poke, Sensor};
pub use settings::{SensorMode, SensorSettings};
pub use sql::SqlSensor;
pub use time::{NaiveTimeText, TimeSensor};
pub use time_delta::TimeDeltaSensor;
pub use wait::wait;
