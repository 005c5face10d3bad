//! `kill -9` of the server at 200 random moments under load, and a restart each time: every run ends right, nothing that was
//! recorded is done again, no line of a log is lost.
//!
//! `KILL_SEED=…` draws other moments, `KILLS=…` sets how many.

#[path = "../harness/mod.rs"]
mod harness;
mod ledger;
mod load;
mod moments;

use std::collections::BTreeMap;
use std::time::Duration;

use harness::{TestServer, server_command};
use ledger::Ledger;
use load::{DAG_ID, LINES, TASKS, expected_state, expected_tries, is_shell};
use moments::Moments;
use serde_json::{Value, json};

/// The most runs that are under way at a time.
const RUNS_AT_A_TIME: usize = 4;

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().unwrap_or_else(|_| panic!("{name}={text} is not a number")))
}

#[test]
fn two_hundred_kills_lose_nothing() {
    let seed = number("KILL_SEED", 1);
    println!("KILL_SEED={seed}");
    let mut moments = Moments::new(seed);
    let folder = tempfile::tempdir().unwrap();
    let ledger = Ledger::new(folder.path().join("ledger"));
    harness::write_dag_file(folder.path(), "load.json", &load::dag(&ledger.path).to_string());
    let mut runs: Vec<String> = Vec::new();
    let mut seen: BTreeMap<(String, String), Value> = BTreeMap::new();
    let server = TestServer::start(folder.path());
    server.unpause(DAG_ID);
    server.kill();
    for _ in 0..number("KILLS", 200) {
        if moments.one_in(3) {
            // While it starts.
            let mut child = server_command(folder.path(), &[]).spawn().unwrap();
            moments.wait_ms(0..300);
            child.kill().unwrap();
            child.wait().unwrap();
            continue;
        }
        let server = TestServer::start(folder.path());
        let unfinished = runs.iter().filter(|run| state(&server, run) == "running").count();
        for _ in unfinished..RUNS_AT_A_TIME {
            runs.push(server.trigger(DAG_ID, &json!({})));
        }
        moments.wait_ms(0..250);
        if let Some(run) = runs.iter().rev().nth(moments.within(0..RUNS_AT_A_TIME as u64) as usize) {
            note_successes(&server, run, &mut seen);
        }
        server.kill();
    }
    let server = TestServer::start(folder.path());
    for run in &runs {
        assert_eq!(server.finished(DAG_ID, run), "success", "run {run}");
        check_run(&server, run, &ledger, &seen);
    }
    assert!(runs.len() > 3, "{} runs were under load", runs.len());
    assert!(!seen.is_empty(), "no success was seen before a kill");
    println!("{} runs of {TASKS} tasks, {} successes seen before a kill", runs.len(), seen.len());
}

fn state(server: &TestServer, run: &str) -> String {
    server.get(&TestServer::run_path(DAG_ID, run))["state"].as_str().unwrap().to_owned()
}

/// Remembers the successes that the server tells of: they must stay what they are.
fn note_successes(server: &TestServer, run: &str, seen: &mut BTreeMap<(String, String), Value>) {
    for task in server.task_instances(DAG_ID, run) {
        if task["state"] == "success" {
            seen.insert((run.to_owned(), task["task_id"].as_str().unwrap().to_owned()), task);
        }
    }
}

fn check_run(server: &TestServer, run: &str, ledger: &Ledger, seen: &BTreeMap<(String, String), Value>) {
    let tasks = server.task_instances(DAG_ID, run);
    assert_eq!(tasks.len(), TASKS, "run {run}");
    let executions = ledger.executions(run);
    for task in tasks {
        let id = task["task_id"].as_str().unwrap();
        assert_eq!(task["state"], expected_state(id), "{run} {id}: {task}");
        let tries = expected_tries(id);
        assert_eq!(task["try_number"], tries, "{run} {id}: {task}");
        if let Some(before) = seen.get(&(run.to_owned(), id.to_owned())) {
            for field in ["start_date", "end_date", "try_number"] {
                assert_eq!(before[field], task[field], "{run} {id} was a success before a kill: {before}");
            }
        }
        if !is_shell(id) {
            continue;
        }
        for try_number in 1..=tries {
            // A child outlives the server, so a try is executed once, whatever happens to the server.
            let times = executions.get(&(id.to_owned(), try_number)).copied().unwrap_or(0);
            assert_eq!(times, 1, "{run} {id} try {try_number} was executed {times} times");
            check_log(server, run, id, try_number);
        }
    }
}

fn check_log(server: &TestServer, run: &str, id: &str, try_number: u32) {
    let log = server.log(DAG_ID, run, id, try_number);
    let lines: Vec<&str> = log.iter().filter_map(|line| line.split_once("] line ").map(|(_, rest)| rest)).collect();
    let expected: Vec<String> = (1..=LINES).map(|n| format!("{n} of {LINES}")).collect();
    assert_eq!(lines, expected, "{run} {id} try {try_number}: {log:#?}");
    assert!(log.iter().any(|line| line.contains("exited with return code")), "{run} {id}: {log:#?}");
}

/// A pause that is part of the test's randomness, not a wait for something.
fn pause(duration: Duration) {
    std::thread::sleep(duration);
}
