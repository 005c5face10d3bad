//! How soon the API answers on a big database, with and without tasks being scheduled meanwhile; and what event streams take.

use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::figure::{Figure, Target};
use crate::http::{open_stream, request};
use crate::process::resident_bytes;
use crate::rig::now;
use crate::served::{Served, wait};

const DAGS: usize = 100;
const RUNS_OF_EACH: usize = 1_000;
const TASKS_OF_EACH: usize = 20;
/// The DAG of 100 tasks × 200 runs.
const BROAD: &str = "broad";
/// The DAG whose runs are started while answers are timed: of 20 tasks, 25 times a second.
const LOAD: &str = "load";
const LOAD_PAUSE: Duration = Duration::from_millis(40);

/// How often each address is asked, and for how long: 50 times a second.
const ASK_PAUSE: Duration = Duration::from_millis(20);
const ASKS: usize = 500;

const STREAMS: usize = 1_000;

fn dag(id: &str, tasks: usize) -> (String, String) {
    let mut text = format!("dag_id: {id}\nschedule: '@daily'\nstart_date: 2020-01-01\ncatchup: false\ntasks:\n");
    for task in 0..tasks {
        let before = task.checked_sub(10).map(|before| format!(", upstream: [t{before}]")).unwrap_or_default();
        text.push_str(&format!("- {{task_id: t{task}, operator: {{type: empty}}{before}}}\n"));
    }
    (format!("{id}.yaml"), text)
}

/// A server with the history of all these DAGs.
fn filled() -> Served {
    let many = (0..DAGS).map(|n| dag(&format!("dag_{n:03}"), TASKS_OF_EACH));
    let served =
        Served::start_with(many.chain([dag(BROAD, 100), dag(LOAD, TASKS_OF_EACH)]), &["--parallelism", "4096"]);
    served.wait_for_dags(DAGS + 2);
    served.couture(&["pools", "set", "default_pool", "4096"]);
    let backfill = |id: &str, to: &str| {
        let range = ["--dag-id", id, "--from-date", "2020-01-01", "--to-date", to, "--max-active-runs", "16"];
        served.couture(&[&["backfill", "create", "--yes"], &range[..]].concat()).expect("a backfill");
    };
    for n in 0..DAGS {
        backfill(&format!("dag_{n:03}"), "2022-09-26");
    }
    backfill(BROAD, "2020-07-18");
    let all = DAGS * RUNS_OF_EACH + 200;
    wait(|| {
        let runs = served.get("/api/v2/dags/~/dagRuns?limit=1&state=success")?;
        (runs["total_entries"].as_u64()? >= all as u64).then_some(())
    });
    served
}

/// The 95th hundredth of the times that answers took, asked at a steady pace: the time of one that had to wait for the one before counts
/// from when it should have been asked.
fn p95(served: &Served, path: &str) -> f64 {
    request(served.url(), "GET", path, &served.token(), "");
    let begun = now();
    let mut times: Vec<Duration> = Vec::with_capacity(ASKS);
    for at in 0..ASKS as u32 {
        let due = ASK_PAUSE * at;
        std::thread::sleep(due.saturating_sub(begun.elapsed()));
        let (status, _) = request(served.url(), "GET", path, &served.token(), "");
        assert_eq!(status, 200, "{path}");
        times.push(begun.elapsed() - due);
    }
    times.sort_unstable();
    times[ASKS * 95 / 100].as_secs_f64() * 1e3
}

pub(super) fn answers() -> Vec<Figure> {
    let served = filled();
    let asked = [
        ("list of 100 DAGs", "/api/v2/dags?limit=100&with=recent", 30.0),
        ("grid of 25 runs × 100 tasks", "/api/v2/ui/grid/broad?limit=25", 50.0),
        ("page of runs", "/api/v2/dags/~/dagRuns?limit=50", 20.0),
    ];
    let alone: Vec<f64> = asked.iter().map(|(_, path, _)| p95(&served, path)).collect();
    let is_over = AtomicBool::new(false);
    let loaded: Vec<f64> = std::thread::scope(|scope| {
        scope.spawn(|| {
            let path = format!("/api/v2/dags/{LOAD}/dagRuns");
            while !is_over.load(Ordering::Relaxed) {
                let begun = now();
                request(served.url(), "POST", &path, &served.token(), "{}");
                std::thread::sleep(LOAD_PAUSE.saturating_sub(begun.elapsed()));
            }
        });
        let loaded = asked.iter().map(|(_, path, _)| p95(&served, path)).collect();
        is_over.store(true, Ordering::Relaxed);
        loaded
    });
    let figure = |((name, _, most), (alone, loaded)): (&(&'static str, &str, f64), (f64, f64))| {
        let note = format!("p95 at 50 requests/s while 500 tasks/s are scheduled; {alone:.1} ms without");
        Figure::new(name, loaded, "ms", Target::AtMost(*most)).note(note)
    };
    asked.iter().zip(alone.into_iter().zip(loaded)).map(figure).collect()
}

pub(super) fn streams() -> Vec<Figure> {
    let served = Served::start([dag(LOAD, TASKS_OF_EACH)]);
    served.wait_for_dags(1);
    let open = || open_stream(served.url(), "/api/v2/events", &served.token());
    let all: Vec<TcpStream> = (0..STREAMS).map(|_| open()).collect();
    served.run(LOAD);
    let (resident, _) = resident_bytes(&served.pid().to_string());
    let note = format!("{} open event streams, all of them told of a run", all.len());
    vec![Figure::new("server with 1,000 event streams", resident as f64 / 1e6, "MB", Target::AtMost(150.0)).note(note)]
}
