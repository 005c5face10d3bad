//! Runs by schedule, the limits on them, and what a run takes from the one before it.

mod bench;
mod fairness;
mod limits;
mod operators;
mod past;
mod schedules;
