//! Cron expressions, as Airflow's croniter reads them: version 0.3.37 in dialect 1.10, version 6.0.0 in 2.

mod days;
mod description;
mod expression;
mod field;
mod item;
mod preset;
mod values;

pub use expression::CronExpression;
