//! Schedules: against Airflow's measured answers, against slow references, and their text.

mod cron_cases;
mod custom;

mod errors;
mod forms;
mod oracle;

mod scheduling_cases;
