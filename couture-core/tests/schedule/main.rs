//! Schedules: against Airflow's measured answers, against slow references, and their text.

mod cron_cases;
mod custom;
mod enumeration;
mod errors;
mod forms;
mod oracle;
mod random;
mod reference;
mod scheduling_cases;
