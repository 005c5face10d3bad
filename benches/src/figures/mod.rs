//! The figures, by subject.

mod api;
mod children;
mod latency;
mod next_fire;
mod python;
mod scale;
mod scheduling;
mod sensors;
mod server;
mod simulator;
mod throughput;

pub use scale::run_million;
pub use sensors::run_sensors;

use crate::figure::Figure;

/// A measurement: its name, and what takes it.
pub type Measurement = (&'static str, fn() -> Vec<Figure>);

/// All measurements, in the order of the table.
pub const ALL: &[Measurement] = &[
    ("wide-memory", throughput::wide_in_memory),
    ("wide-sqlite", throughput::wide_on_sqlite),
    ("chain", throughput::chain),
    ("bash-chain", children::chain),
    ("bash-parallel", children::parallel),
    ("python-chain", python::chain),
    ("python-parallel", python::parallel),
    ("python-memory", python::memory),
    ("python-folder", python::folder),
    ("latency", latency::next_start),
    ("next_fire", next_fire::average),
    ("million", scale::million),
    ("idle-dags", scale::idle_dags),
    ("due", scheduling::due_together),
    ("fairness", scheduling::beside_a_backfill),
    ("sensors", sensors::waiting),
    ("idle-server", server::idle),
    ("api", api::answers),
    ("streams", api::streams),
    ("simulator", simulator::speed),
];
