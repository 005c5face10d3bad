//! Python DAG files: what their tasks cost, and what it costs to read them.

use std::time::Duration;

use crate::figure::{Figure, Target};
use crate::peers::{self, AIRFLOW, PREFECT};
use crate::process::cpu_seconds;
use crate::rig::{median, now};
use crate::runtime::block_on;
use crate::served::{Served, all_pids, wait};

const HEAD: &str = "from datetime import datetime\n\
                    from airflow import DAG\n\
                    from airflow.operators.python import PythonOperator\n";

const CHAIN: &str = "\
def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)

with DAG('chain', start_date=datetime(2026, 1, 1), schedule=None) as dag:
    tasks = [PythonOperator(task_id=f't{n}', python_callable=fib, op_args=[10]) for n in range(40)]
    for before, after in zip(tasks, tasks[1:]):
        before >> after
";

const WIDE: &str = "\
def nothing():
    pass

with DAG('wide', start_date=datetime(2026, 1, 1), schedule=None) as dag:
    for n in range(200):
        PythonOperator(task_id=f't{n}', python_callable=nothing)
";

const SLEEPERS: usize = 50;
const SLEEP: &str = "\
import time

with DAG('sleepers', start_date=datetime(2026, 1, 1), schedule=None) as dag:
    for n in range(50):
        PythonOperator(task_id=f't{n}', python_callable=time.sleep, op_args=[20])
";

const FILES: usize = 1_000;

fn file(name: &str, body: &str) -> (String, String) {
    (name.to_owned(), format!("{HEAD}\n{body}"))
}

pub(super) fn chain() -> Vec<Figure> {
    let served = Served::start([file("chain.py", CHAIN)]);
    served.wait_for_dags(1);
    // The first run starts the warm parent.
    served.run("chain");
    let (rounds, note) = block_on(peers::alternate("chain", &[PREFECT, AIRFLOW], async || {
        median((0..5).map(|_| served.run("chain")).collect())
    }));
    let ms = median(rounds).as_secs_f64() * 1e3;
    vec![Figure::new("chain of 40 Python tasks, fib(10)", ms, "ms", Target::AtMost(600.0)).note(note)]
}

pub(super) fn parallel() -> Vec<Figure> {
    let served = Served::start([file("wide.py", WIDE)]);
    served.wait_for_dags(1);
    served.run("wide");
    let ms = median((0..5).map(|_| served.run("wide")).collect()).as_secs_f64() * 1e3;
    vec![Figure::new("200 parallel Python no-ops", ms, "ms", Target::AtMost(2_000.0))]
}

/// What each waiting task adds to the memory of its warm parent, as the kernel divides what they share.
pub(super) fn memory() -> Vec<Figure> {
    let served = Served::start([file("sleepers.py", SLEEP)]);
    served.wait_for_dags(1);
    served.couture(&["dags", "trigger", "sleepers"]);
    let is_task = |pid: &u32| {
        let line = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        String::from_utf8_lossy(&line).contains("couture.run.warm")
    };
    let ours = || -> Vec<u32> { served.processes().into_iter().filter(is_task).collect() };
    // All forked ones, and their parent.
    let pids = wait(|| Some(ours()).filter(|pids| pids.len() > SLEEPERS));
    std::thread::sleep(Duration::from_secs(1));
    let all: u64 = pids.iter().map(|pid| proportional_bytes(*pid)).sum();
    let parent: u64 = pids.iter().map(|pid| resident_alone(*pid)).max().unwrap_or(0);
    let each = all.saturating_sub(parent) as f64 / SLEEPERS as f64 / 1e6;
    let note = format!("parent {:.0} MB, {} processes on the machine", parent as f64 / 1e6, all_pids().len());
    vec![Figure::new("memory of a running Python no-op", each, "MB", Target::AtMost(8.0)).note(note)]
}

fn rollup(pid: u32, name: &str) -> u64 {
    let text = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap_or_default();
    let line = text.lines().find(|line| line.starts_with(name));
    line.and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok()).unwrap_or(0) * 1024
}

fn proportional_bytes(pid: u32) -> u64 {
    rollup(pid, "Pss:")
}

fn resident_alone(pid: u32) -> u64 {
    rollup(pid, "Rss:")
}

pub(super) fn folder() -> Vec<Figure> {
    let small = |n: usize| {
        let body = format!(
            "with DAG('dag_{n}', start_date=datetime(2026, 1, 1), schedule=None) as dag:\n    \
             PythonOperator(task_id='a', python_callable=print) >> PythonOperator(task_id='b', python_callable=print)\n"
        );
        file(&format!("dag_{n}.py"), &body)
    };
    let begun = now();
    let served = Served::start((0..FILES).map(small));
    served.wait_for_dags(FILES);
    let parse = begun.elapsed().as_secs_f64();
    std::thread::sleep(Duration::from_secs(5));
    let cpu = || -> f64 { served.processes().into_iter().map(cpu_seconds).sum::<f64>() };
    const WATCH: Duration = Duration::from_secs(30);
    let before = cpu();
    std::thread::sleep(WATCH);
    let share = (cpu() - before) / WATCH.as_secs_f64() * 100.0;
    let (name, content) = small(7);
    let begun = now();
    std::fs::write(served.dags().join(name), content.replace("'dag_7'", "'dag_new'")).expect("a file");
    wait(|| {
        let dags = served.couture(&["dags", "list"])?;
        dags.as_array()?.iter().any(|dag| dag["dag_id"] == "dag_new").then_some(())
    });
    let live = begun.elapsed().as_secs_f64();
    vec![
        Figure::new("1,000 Python files, from nothing", parse, "s", Target::AtMost(15.0)),
        Figure::new("1,000 unchanged Python files, share of a core", share, "%", Target::AtMost(1.0)),
        Figure::new("a changed Python file is live after", live, "s", Target::AtMost(2.0)),
    ]
}
