//! Schedules: against Airflow's measured answers, against slow references, and their text.

mod cron_cases;
mod cron_crate;
mod custom;
mod enumeration;
mod errors;
mod expressions;
mod forms;
mod oracle;
#[expect(dead_code, reason = "the simulator needs more of it")]
#[path = "../sim/random.rs"]
mod random;
mod reference;
mod scheduling_cases;
mod seeds;
