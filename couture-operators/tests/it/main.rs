//! Operators and child processes, with real processes.

mod attempt;
mod commands;
mod conversations;
mod email;
mod functions;
mod in_process;
mod notify;
mod speech;
mod supervised;
mod survival;
mod templates;
mod warm;
