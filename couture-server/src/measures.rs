//! What is measured, for Prometheus.

use std::time::Duration;

use couture_core::EngineStatus;
use couture_core::values::PoolSettings;
use metrics::{Unit, describe_counter, describe_gauge, describe_histogram, gauge};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

/// Gathers what this process measures. Clones share it.
#[derive(Clone)]
pub struct Measures(PrometheusHandle);

/// Bounds of the buckets of durations, in seconds.
const SECONDS: [f64; 14] =
    [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0];
/// From one folding of what was measured to the next: in between, single values take memory.
const UPKEEP: Duration = Duration::from_secs(5);

/// Seconds that parsing a DAG file took.
pub(crate) const PARSE_SECONDS: &str = "couture_parse_seconds";

impl Measures {
    /// Begins to gather. None where this process has another recorder already, as a program that embeds the server may.
    pub(crate) fn begin() -> Option<Self> {
        let builder = PrometheusBuilder::new().set_buckets_for_metric(Matcher::Suffix("_seconds".into()), &SECONDS);
        let recorder = builder.ok()?.build_recorder();
        let handle = recorder.handle();
        metrics::set_global_recorder(recorder).ok()?;
        describe();
        Some(Self(handle))
    }

    /// Folds what was measured, again and again.
    pub(crate) async fn keep_small(self) {
        loop {
            tokio::time::sleep(UPKEEP).await;
            self.0.run_upkeep();
        }
    }

    /// Everything, in Prometheus' text format, version 0.0.4.
    pub(crate) fn text(&self, status: &EngineStatus, pools: &[PoolSettings]) -> String {
        gauge!("couture_live_attempts").set(status.live_attempts as f64);
        gauge!("couture_unfinished_runs").set(status.unfinished_runs as f64);
        gauge!("couture_shards").set(status.shards as f64);
        gauge!("couture_store_answers").set(if status.store_error.is_none() { 1.0 } else { 0.0 });
        for pool in pools {
            let waiting = status.waiting_by_pool.iter().find(|(name, _)| *name == pool.name);
            let label = pool.name.to_string();
            gauge!("couture_pool_waiting", "pool" => label.clone()).set(waiting.map_or(0, |(_, count)| *count) as f64);
            gauge!("couture_pool_used_slots", "pool" => label.clone()).set(pool.used as f64);
            gauge!("couture_pool_slots", "pool" => label).set(f64::from(pool.slots));
        }
        self.0.render()
    }
}

impl std::fmt::Debug for Measures {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Measures")
    }
}

fn describe() {
    let seconds = Unit::Seconds;
    describe_histogram!(
        "couture_scheduler_delay_seconds",
        seconds,
        "From when facts were taken up to when all that follows from them was durable and under way"
    );
    describe_histogram!("couture_store_commit_seconds", seconds, "How long commits of the store took");
    describe_histogram!(PARSE_SECONDS, seconds, "How long parsing a DAG file took");
    describe_counter!("couture_records_total", "Records that were committed");
    describe_counter!("couture_attempts_total", "Attempts that ended, by how");
    describe_gauge!("couture_live_attempts", "Attempts that are queued or running");
    describe_gauge!("couture_unfinished_runs", "Runs that are not finished");
    describe_gauge!("couture_shards", "Shards that this process schedules");
    describe_gauge!("couture_store_answers", "1 while the store does what it is asked, else 0");
    describe_gauge!("couture_pool_waiting", "Task instances that wait for a slot, by pool");
    describe_gauge!("couture_pool_used_slots", "Slots that are held, by pool");
    describe_gauge!("couture_pool_slots", "Slots that there are, by pool");
}
