//! Children that are forked from warm parents.

use std::fs;
use std::path::PathBuf;

use couture_core::ProcessEnd;
use futures_util::future::join_all;
use rustix::process::{Signal, kill_process};
use serde_json::{Value, json};

use crate::attempt::{Attempts, token};
use crate::commands::{PATIENCE, fifo};
use crate::speech::{Echo, warm_child};
use crate::supervised::{LONG_MS, Place};
use crate::survival::{Server, say_go};

/// Says whether it was forked, and how it was made.
fn tell() -> Value {
    json!([["tell", null], ["ask", 1], ["end", "done"]])
}

/// A file into which a parent writes a line when it starts.
fn starts(place: &Place) -> PathBuf {
    place.folders.root.path().join("starts")
}

fn number_of_starts(place: &Place) -> usize {
    fs::read_to_string(starts(place)).unwrap_or_default().lines().count()
}

fn told(place: &Place, task: u32) -> Value {
    let log = place.folders.log(token(task));
    serde_json::from_str(log.lines().find(|line| line.starts_with('{')).expect(&log)).unwrap()
}

#[tokio::test]
async fn a_forked_child_is_as_any_other() {
    let place = Place::new(LONG_MS);
    let client = place.client();
    let path = starts(&place).display().to_string();
    let end = client.converse(1, warm_child(&["fork", &path], tell()), &Echo::new()).await.unwrap();
    let ProcessEnd { code, signal, peak_rss_bytes, said, .. } = end;
    assert_eq!((code, signal, said), (Some(0), None, Some(json!("done"))));
    assert!(peak_rss_bytes.is_some_and(|bytes| bytes > 1 << 20));
    let supervisor = place.supervisor_pid().unwrap().as_raw_nonzero().get();
    assert_eq!(
        told(&place, 1),
        json!({"forked": "yes", "leads": true, "parent": supervisor, "cwd_is_fresh": true, "task": "task_1"})
    );
    let log = place.folders.log(token(1));
    assert!(log.ends_with("answer {\"value\": 1}\nCommand exited with return code 0\n"), "{log}");
    let ends = [(json!([["exit", 5]]), Some(5), None), (json!([["print", "x"], ["kill", null]]), None, Some(9))];
    for (at, (steps, code, signal)) in ends.into_iter().enumerate() {
        let task = 2 + at as u32;
        let end = client.converse(task, warm_child(&["fork", &path], steps), &Echo::new()).await.unwrap();
        assert_eq!((end.code, end.signal), (code, signal));
    }
    assert_eq!(number_of_starts(&place), 1);
}

#[tokio::test]
async fn many_children_of_one_parent() {
    let place = Place::new(LONG_MS);
    let client = place.client();
    let path = starts(&place).display().to_string();
    let said = join_all((0..200).map(|task| {
        let command = warm_child(&["fork", &path], json!([["tell", null], ["ask", task], ["end", task]]));
        client.said(task, command)
    }))
    .await;
    assert_eq!(said, (0..200).map(Value::from).collect::<Vec<_>>());
    assert!((0..200).all(|task| told(&place, task)["forked"] == "yes"));
    assert_eq!(number_of_starts(&place), 1);
}

/// Whatever a parent does, the child runs once, and a parent that is of no use is not asked for again.
#[tokio::test]
async fn a_parent_that_is_of_no_use_costs_a_cold_start() {
    let cases = [("refuse", 1), ("die", 1), ("crash", 1), ("lie", 1), ("busy", 1)];
    for (behaviour, expected) in cases {
        let place = Place::new(LONG_MS);
        let client = place.client();
        let path = starts(&place).display().to_string();
        for task in 0..3 {
            assert_eq!(client.said(task, warm_child(&[behaviour, &path], tell())).await, "done", "{behaviour}");
            assert_eq!(told(&place, task)["forked"], Value::Null, "{behaviour}");
            let lines = place.folders.log(token(task)).lines().filter(|line| line.starts_with('{')).count();
            assert_eq!(lines, 1, "{behaviour}: it ran twice");
        }
        assert_eq!(number_of_starts(&place), expected, "{behaviour}");
    }
}

#[tokio::test]
async fn a_program_that_is_not_there_is_no_parent() {
    let place = Place::new(LONG_MS);
    let mut command = warm_child(&["fork"], tell());
    command.warm.as_mut().unwrap().program = "no-such-program".into();
    assert_eq!(place.client().said(1, command).await, "done");
    assert_eq!(told(&place, 1)["forked"], Value::Null);
}

#[tokio::test]
async fn a_parent_that_nobody_needs_ends() {
    for behaviour in ["fork", "stubborn"] {
        let mut place = Place::new(LONG_MS);
        place.more_args = vec!["--warm-idle-ms".into(), "50".into()];
        let client = place.client();
        let (path, alive) = fifo(&place.folders, "parent");
        let (said, alive) = tokio::join!(client.said(1, warm_child(&[behaviour, &path], tell())), alive.ready());
        assert_eq!((said, &told(&place, 1)["forked"]), (json!("done"), &json!("yes")));
        alive.closed().await;
        // The next one comes from another.
        let path = starts(&place).display().to_string();
        assert_eq!(client.said(2, warm_child(&["fork", &path], tell())).await, "done");
        assert_eq!(told(&place, 2)["forked"], "yes");
    }
}

#[tokio::test]
async fn where_there_are_too_many_the_oldest_makes_room() {
    let mut place = Place::new(LONG_MS);
    place.more_args = vec!["--warm-parents".into(), "1".into()];
    let client = place.client();
    let (path, alive) = fifo(&place.folders, "parent");
    let (_, alive) = tokio::join!(client.said(1, warm_child(&["fork", &path], tell())), alive.ready());
    assert_eq!(client.said(2, warm_child(&["fork"], tell())).await, "done");
    assert_eq!(told(&place, 2)["forked"], "yes");
    alive.closed().await;
}

/// A child that says `ready`, waits for a line, and ends; its parent and itself hold pipes open as long as they live.
async fn patient_steps(place: &Place, name: &str) -> (Value, PathBuf, crate::commands::Alive) {
    let (path, alive) = fifo(&place.folders, name);
    let go = place.folders.root.path().join(format!("{name} go"));
    rustix::fs::mkfifoat(rustix::fs::CWD, &go, rustix::fs::Mode::RWXU).unwrap();
    let steps = json!([["hold", path], ["read", go], ["tell", null], ["end", {"state": "success"}]]);
    (steps, go, alive)
}

#[tokio::test]
async fn nothing_outlives_the_supervisor() {
    let place = Place::new(LONG_MS);
    let (steps, _go, alive) = patient_steps(&place, "child").await;
    let (parent_path, parent_alive) = fifo(&place.folders, "parent");
    let client = place.client();
    let echo = Echo::new();
    let run = client.converse(1, warm_child(&["fork", &parent_path], steps), &echo);
    let kill = async {
        let (alive, parent_alive) = tokio::join!(alive.ready(), parent_alive.ready());
        kill_process(place.supervisor_pid().unwrap(), Signal::KILL).unwrap();
        tokio::join!(alive.closed(), parent_alive.closed());
    };
    let (end, ()) = tokio::join!(run, kill);
    assert_eq!(end.unwrap_err().to_string(), "the child process was lost: its supervisor died");
}

#[tokio::test]
async fn what_a_forked_child_said_without_a_server_is_told_of_later() {
    let place = Place::new(LONG_MS);
    let (steps, go, alive) = patient_steps(&place, "child").await;
    let command = warm_child(&["fork"], steps);
    let mut server = Server::run(&place, &command);
    let alive = alive.ready().await;
    server.kill();
    say_go(go).await;
    alive.closed().await;
    let expected = json!({"state": "success"});
    assert_eq!(place.client().said(1, command.clone()).await, expected);
    // Be it after the supervisor's death.
    kill_process(place.supervisor_pid().unwrap(), Signal::KILL).unwrap();
    place.supervisor_gone().await;
    assert_eq!(place.client().said(1, command).await, expected);
    assert_eq!(told(&place, 1)["forked"], "yes");
    let log = place.folders.log(token(1));
    assert_eq!(log.lines().filter(|line| line.starts_with('{')).count(), 1, "{log}");
}

#[tokio::test]
async fn what_was_asked_without_a_server_is_answered_by_the_next() {
    let place = Place::new(LONG_MS);
    let (path, alive) = fifo(&place.folders, "child");
    let go = place.folders.root.path().join("go");
    rustix::fs::mkfifoat(rustix::fs::CWD, &go, rustix::fs::Mode::RWXU).unwrap();
    // One question before the server dies, one after it.
    let steps = json!([
        ["say", {"id": "a", "ask": "early"}], ["hold", path], ["read", go], ["say", {"id": "b", "ask": "late"}],
        ["hear", null], ["hear", null], ["end", 7],
    ]);
    let command = warm_child(&["fork"], steps);
    let mut server = Server::run(&place, &command);
    let alive = alive.ready().await;
    server.kill();
    say_go(go).await;
    let echo = Echo::new();
    let end = place.client().converse(1, command, &echo).await.unwrap();
    alive.closed().await;
    assert_eq!((end.code, end.said), (Some(0), Some(json!(7))));
    let log = place.folders.log(token(1));
    let answers: Vec<&str> = log.lines().filter(|line| line.starts_with("heard")).collect();
    assert_eq!(
        answers,
        [r#"heard {"answer": {"value": "early"}, "id": "a"}"#, r#"heard {"answer": {"value": "late"}, "id": "b"}"#]
    );
    assert_eq!(echo.heard().len(), 2);
}

/// Orphans become the supervisor's; they do not stay when they have exited.
#[tokio::test]
async fn orphans_are_waited_for() {
    let place = Place::new(LONG_MS);
    let client = place.client();
    assert_eq!(client.said(1, warm_child(&["refuse"], json!([["orphan", null], ["end", 1]]))).await, 1);
    let supervisor = place.supervisor_pid().unwrap().as_raw_nonzero();
    let children = format!("/proc/{supervisor}/task/{supervisor}/children");
    // A process that has exited sends no further event when it is waited for.
    let mut looks = tokio::time::interval(std::time::Duration::from_millis(50));
    let gone = async {
        while !fs::read_to_string(&children).unwrap().trim().is_empty() {
            looks.tick().await;
        }
    };
    tokio::time::timeout(PATIENCE, gone).await.expect("an orphan stays");
}

/// A child that is cancelled while its parent loads does not run.
#[tokio::test]
async fn cancelled_before_the_fork() {
    let place = Place::new(LONG_MS);
    let client: Attempts = place.client();
    let (path, alive) = fifo(&place.folders, "parent");
    let (cx, cancellation) = client.context(1);
    let echo = Echo::new();
    let run = cx.services().processes.converse(warm_child(&["load", &path], tell()), &cx, &echo);
    let cancel = async {
        let alive = alive.ready().await;
        cancellation.cancel();
        alive
    };
    let (end, alive) = tokio::join!(run, cancel);
    assert_eq!(end.unwrap_err().to_string(), "failed to start python3: it was told to end before that");
    assert!(!place.folders.log(token(1)).contains('{'));
    drop(place);
    alive.closed().await;
}
