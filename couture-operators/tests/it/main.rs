//! Operators and child processes, with real processes.

mod attempt;
mod commands;
mod email;
mod functions;
mod in_process;
mod notify;
mod supervised;
mod survival;
mod templates;
