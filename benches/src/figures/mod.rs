//! The figures, by subject.

mod throughput;

use crate::figure::Figure;

/// A measurement: its name, and what takes it.
pub type Measurement = (&'static str, fn() -> Vec<Figure>);

/// All measurements, in the order of the table.
pub const ALL: &[Measurement] = &[
    ("wide-memory", throughput::wide_in_memory),
    ("wide-sqlite", throughput::wide_on_sqlite),
    ("chain", throughput::chain),
];

/// Runs a measurement's future to its end.
pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("threads").block_on(future)
}
