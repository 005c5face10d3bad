//! What a process asks while it runs, and the answers.

mod ask;
mod calls;
mod earlier;
mod external;
mod listener;
mod render;
mod run_tasks;
mod runs;
mod values;
mod xcoms;

pub(super) use listener::Asks;
