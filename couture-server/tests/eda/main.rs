//! Exploratory data analysis on real servers.

#[path = "../harness/mod.rs"]
mod harness;
#[path = "../files/wire.rs"]
#[allow(dead_code, reason = "it is shared with the suite of files")]
mod wire;

mod attempts;
mod databases;
mod fixture;
mod parts;
mod reports;
mod uploads;
