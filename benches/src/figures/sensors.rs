//! Sensors that wait.

use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use couture_core::{DagBuilder, Failure, Services, TaskContext};
use couture_operators::sensor;
use couture_operators::sensor::FnSensor;

use crate::figure::{Figure, Target};
use crate::process::{cpu_seconds, resident_bytes};
use crate::rig::{Rig, now};
use crate::runtime::block_on;

/// Tasks of a run, and runs.
const SENSORS: usize = 100;
const RUNS: usize = 1_000;

/// Two pokes of each.
const WATCHED: Duration = Duration::from_secs(120);

static POKES: AtomicUsize = AtomicUsize::new(0);

async fn never((): (), _: &TaskContext) -> Result<bool, Failure> {
    POKES.fetch_add(1, Ordering::Relaxed);
    Ok(false)
}
sensor!("benches.never", never);

/// In a process of its own, so that nothing else counts.
pub(super) fn waiting() -> Vec<Figure> {
    let this = std::env::current_exe().expect("this program");
    let output = Command::new(this).arg("--sensors").output().expect("a run of this program");
    let text = String::from_utf8_lossy(&output.stdout);
    let numbers: Vec<f64> = text.split_whitespace().filter_map(|number| number.parse().ok()).collect();
    let &[percent, megabytes, peak, begun] = &numbers[..] else {
        panic!("{text}{}", String::from_utf8_lossy(&output.stderr))
    };
    let note = format!("poke_interval 60 s, on SQLite; all waiting after {begun:.1} s");
    let peak = format!("{peak:.0} MB at the peak, while they began");
    vec![
        Figure::new("100,000 waiting sensors, processor", percent, "%", Target::AtMost(1.0)).note(note),
        Figure::new("100,000 waiting sensors, memory", megabytes, "MB", Target::AtMost(200.0)).note(peak),
    ]
}

/// What [`waiting`] runs.
pub fn run_sensors() {
    let folder = tempfile::tempdir().expect("a folder");
    block_on(async {
        let rig = Rig::on_sqlite(folder.path(), Services::default()).await;
        let dag = DagBuilder::new("waiting").attributes(|facts| facts.max_active_runs = Some(RUNS as u32));
        for n in 0..SENSORS {
            dag.task(format!("wait_{n}"), FnSensor::new("benches.never"), ());
        }
        let dag = Arc::new(dag.build().expect("a dag"));
        rig.engine.register(dag.clone()).await.expect("a known dag");
        let begun = now();
        for _ in 0..RUNS {
            rig.engine.trigger(&dag.dag_id, serde_json::Value::Null).await.expect("a run");
        }
        loop {
            let status = rig.engine.status();
            if status.live_attempts == 0 && status.waiting_for_slots == 0 && status.unfinished_runs == RUNS {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let begun = begun.elapsed();
        let (before, pokes) = (cpu_seconds(std::process::id()), POKES.load(Ordering::Relaxed));
        tokio::time::sleep(WATCHED).await;
        let used = cpu_seconds(std::process::id()) - before;
        let pokes = POKES.load(Ordering::Relaxed) - pokes;
        assert!(pokes >= 2 * SENSORS * RUNS * 9 / 10, "only {pokes} pokes, so they do not all poke once a minute");
        let (resident, peak) = resident_bytes("self");
        let (resident, peak) = (resident as f64 / 1e6, peak as f64 / 1e6);
        println!("{} {resident} {peak} {}", 100.0 * used / WATCHED.as_secs_f64(), begun.as_secs_f64());
    });
}
