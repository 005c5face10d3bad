//! Couture's server, its headless scheduler and its command line.

pub mod api;
pub mod dags;
mod page;
pub mod settings;
