//! Conversations that any way of running child processes must allow alike.

use std::sync::Arc;

use couture_core::{ProcessCommand, ProcessEnd, ProcessError, Processes};
use serde_json::{Value, json};

use crate::attempt::{Attempts, Folders, token};
use crate::commands::{PATIENCE, fifo};
use crate::speech::{Echo, GATHERED, child};

/// All of them.
pub(crate) async fn all(folders: &Folders, processes: Arc<dyn Processes>) {
    let attempts = Attempts::new(folders, processes);
    questions(folders, &attempts).await;
    secrets(folders, &attempts).await;
    without_a_word(&attempts).await;
    no_sense(folders, &attempts).await;
    long_words(folders, &attempts).await;
    many_questions(folders, &attempts).await;
    greetings_that_do_not_fit(&attempts).await;
    cancelled(folders, &attempts).await;
}

fn log(folders: &Folders, task: u32) -> String {
    folders.log(token(task)).split_once('\n').map(|(_, output)| output.to_owned()).unwrap_or_default()
}

async fn questions(folders: &Folders, attempts: &Attempts) {
    let steps = json!([
        ["print", "one"],
        ["ask", {"x": [1.5, "ü", null]}],
        ["say", {"note": 1}],
        ["ask", "huge"],
        ["say", {"id": "c", "ask": "call"}],
        ["hear", null],
        ["hear", null],
        ["ask", 3],
        ["print", "two"],
        ["end", {"state": "success", "xcoms": {"a": [1]}}],
    ]);
    let echo = Echo::new();
    let end = attempts.converse(1, child(steps.clone()), &echo).await.unwrap();
    let said = json!({"state": "success", "xcoms": {"a": [1]}});
    assert_eq!((end.code, end.said.as_ref(), &*end.last_line), (Some(0), Some(&said), "two"));
    assert_eq!(
        log(folders, 1),
        "one\nanswer {\"value\": {\"x\": [1.5, \"\\u00fc\", null]}}\n\
         answer {\"error\": \"the answer has 17825822 bytes, where 16777216 are the most\"}\n\
         heard {\"call\": {\"id\": 7}}\nheard {\"answer\": {\"value\": \"call\"}, \"id\": \"c\"}\n\
         answer {\"value\": 3}\ntwo\nCommand exited with return code 0\n"
    );
    assert_eq!(echo.heard()[1], json!({"note": 1}));
    // Its end is told until it is settled, without another child.
    assert_eq!(attempts.converse(1, child(steps), &Echo::new()).await.unwrap(), end);
    assert_eq!(echo.heard().len(), 5);
}

/// What was said to the child after it was said to be secret is masked.
async fn secrets(folders: &Folders, attempts: &Attempts) {
    let steps = json!([["ask", "secret"], ["print", "it is hunter22, hunter2"], ["end", "hunter22"]]);
    assert_eq!(attempts.said(2, child(steps)).await, "hunter22");
    assert_eq!(log(folders, 2), "answer {\"value\": \"***\"}\nit is ***, hunter2\nCommand exited with return code 0\n");
}

async fn without_a_word(attempts: &Attempts) {
    let cases: [(Value, Option<i32>, Option<i32>); 3] = [
        (json!([["ask", 1], ["kill", null]]), None, Some(9)),
        (json!([["ask", 1], ["exit", 4]]), Some(4), None),
        (json!([["say", {"id": 1, "ask": "never"}]]), Some(0), None),
    ];
    for (at, (steps, code, signal)) in cases.into_iter().enumerate() {
        let end = attempts.converse(10 + at as u32, child(steps), &Echo::new()).await.unwrap();
        assert_eq!((end.code, end.signal, end.said, end.unheard), (code, signal, None, None));
    }
}

/// Who makes no sense is not listened to any more, and runs on.
async fn no_sense(folders: &Folders, attempts: &Attempts) {
    let deep = format!("{}1{}", "[".repeat(101), "]".repeat(101));
    let cases = [
        (json!(["bytes", "GET / HTTP/1.1\r\n\r\n"]), "a frame of 1195725856 bytes, where 16777216 are the most"),
        (json!(["raw", "{x"]), "a frame is not JSON: key must be a string at line 1 column 2"),
        (json!(["raw", "[]"]), "a frame is no JSON object"),
        (json!(["raw", format!("{{\"end\":{deep}}}")]), "a frame is nested deeper than 100"),
        (
            json!(["raw", "{\"a\":\"\\ud800\"}"]),
            "a frame is not JSON: unexpected end of hex escape at line 1 column 13",
        ),
        (json!(["bytes", "\0\0\0\x09{"]), "its last frame is not complete"),
    ];
    for (at, (step, reason)) in cases.into_iter().enumerate() {
        let task = 20 + at as u32;
        let steps = json!([["ask", 1], step, ["print", "still here"]]);
        let end = attempts.converse(task, child(steps), &Echo::new()).await.unwrap();
        let ProcessEnd { code, said, unheard, .. } = end;
        assert_eq!((code, said, unheard.as_deref()), (Some(0), None, Some(reason)));
        let log = log(folders, task);
        let note = format!("The command is not listened to any more: {reason}\n");
        assert!(log.contains("still here\n") && log.contains(&note), "{log}");
    }
}

async fn long_words(folders: &Folders, attempts: &Attempts) {
    let longest = 12 << 20;
    let said = attempts.said(30, child(json!([["long", longest]]))).await;
    assert_eq!(said.as_str().unwrap().len(), longest - 10);
    let end = attempts.converse(31, child(json!([["long", longest + 1]])), &Echo::new()).await.unwrap();
    let reason = "its last frame has 12582913 bytes, where 12582912 are the most";
    assert_eq!((end.code, end.said, end.unheard.as_deref()), (Some(0), None, Some(reason)));
    assert!(log(folders, 31).contains(reason));
}

/// A child may ask much at a time, but not without end.
async fn many_questions(folders: &Folders, attempts: &Attempts) {
    let echo = Echo::gathering();
    let end = attempts.converse(40, child(json!([["many", 2_500], ["end", null]])), &echo).await.unwrap();
    assert_eq!(end.code, Some(0));
    assert_eq!(log(folders, 40), "answered 2500\nCommand exited with return code 0\n");
    assert_eq!((echo.most(), echo.heard().len()), (GATHERED, 2_500));
}

async fn greetings_that_do_not_fit(attempts: &Attempts) {
    let deep = (0..101).fold(json!(0), |inner, _| json!([inner]));
    for greeting in [json!("x".repeat(16 << 20)), deep] {
        let result = attempts.converse(50, child(greeting), &Echo::new()).await;
        assert!(
            matches!(&result, Err(ProcessError::Start { reason, .. }) if reason.starts_with("what it is told first")),
            "{result:?}"
        );
    }
}

/// A child that is told to end may still ask, and say how it ended.
async fn cancelled(folders: &Folders, attempts: &Attempts) {
    let (path, alive) = fifo(folders, "speaks");
    let steps = json!([["on_term", 5], ["hold", path], ["sleep", 1_000]]);
    let command = ProcessCommand { kill_grace: PATIENCE, ..child(steps) };
    let (cx, cancellation) = attempts.context(60);
    let echo = Echo::new();
    let run = cx.services().processes.converse(command, &cx, &echo);
    let cancel = async {
        let alive = alive.ready().await;
        cancellation.cancel();
        alive.closed().await;
    };
    let (end, ()) = tokio::join!(run, cancel);
    assert_eq!(end.unwrap().said, Some(json!("terminated")));
    assert_eq!(log(folders, 60), "answer {\"value\": 5}\nCommand exited with return code 0\n");
}
