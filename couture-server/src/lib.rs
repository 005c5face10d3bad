//! Couture's server, its headless scheduler and its command line.

pub mod dags;
pub mod settings;
