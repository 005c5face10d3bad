//! What becomes of an attempt, by what its process said last and how it ended.

use std::collections::BTreeMap;
use std::time::Duration;

use couture_core::task::{Decision, Deferral};
use couture_core::{Failure, ProcessEnd, TaskContext, TaskId};
use serde::Deserialize;
use serde_json::Value;

use crate::child::signal_name;

/// The key of what a task returns.
const RETURN_VALUE: &str = "return_value";
/// Nothing is waited for longer.
const LONGEST_WAIT: f64 = 366.0 * 24.0 * 3_600.0;

/// The last frame of a process.
#[derive(Debug, Deserialize)]
struct End {
    state: State,
    #[serde(default)]
    xcoms: BTreeMap<String, Value>,
    /// The keys in the order in which they were given; absent where that is the alphabet's.
    #[serde(default)]
    order: Vec<String>,
    #[serde(default)]
    error: Option<String>,
    #[serde(default = "yes")]
    retryable: bool,
    #[serde(default)]
    reason: Option<String>,
    #[serde(default)]
    decision: Option<Decided>,
    #[serde(default)]
    after_s: Option<f64>,
    #[serde(default)]
    asset_extras: Option<BTreeMap<String, Value>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum State {
    Success,
    Failed,
    Skipped,
    Deferred,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Decided {
    SkipDirect,
    SkipAll,
    Follow(Vec<String>),
}

fn yes() -> bool {
    true
}

/// The output of the attempt whose process ended so, or its failure.
pub(super) fn of(end: ProcessEnd, cx: &TaskContext) -> Result<Value, Failure> {
    let is_whole = end.signal.is_none() && end.code == Some(0);
    let Some(said) = end.said.clone().filter(|_| is_whole) else {
        let reason = silent(&end);
        // A second server that sees this end tells it once more.
        cx.log(format!("failed: {reason}"));
        return Err(Failure::retry(reason));
    };
    let said: End = serde_json::from_value(said).map_err(|error| {
        Failure::retry(format!("python task failed: what its process said at its end cannot be understood: {error}"))
    })?;
    match said.state {
        State::Success => succeeded(said, cx),
        State::Failed => {
            let error = said.error.unwrap_or_else(|| "python task failed".into());
            Err(if said.retryable { Failure::retry(error) } else { Failure::fatal(error) })
        }
        State::Skipped => {
            Err(Failure::Skip(said.reason.or(said.error).unwrap_or_else(|| "the task asked for it".into())))
        }
        State::Deferred => {
            let after = said.after_s.filter(|after| after.is_finite()).unwrap_or(60.0).clamp(0.0, LONGEST_WAIT);
            let after = Duration::from_secs_f64(after).max(Duration::from_millis(1));
            Err(Failure::Defer(Deferral::after(after).because(said.reason.unwrap_or_default())))
        }
    }
}

fn succeeded(mut said: End, cx: &TaskContext) -> Result<Value, Failure> {
    let output = said.xcoms.remove(RETURN_VALUE).unwrap_or_default();
    let in_order: Vec<_> = said.order.iter().filter_map(|key| said.xcoms.remove_entry(key)).collect();
    for (key, value) in in_order.into_iter().chain(said.xcoms) {
        cx.xcom_push(key, value)?;
    }
    for (asset, extra) in said.asset_extras.unwrap_or_default() {
        cx.asset_extra(&asset, extra)?;
    }
    match said.decision {
        None => {}
        Some(Decided::SkipDirect) => cx.decide(Decision::SkipDirect)?,
        Some(Decided::SkipAll) => cx.decide(Decision::SkipAll)?,
        Some(Decided::Follow(tasks)) => {
            let tasks: Result<Vec<TaskId>, _> = tasks.into_iter().map(TaskId::new).collect();
            let tasks = tasks.map_err(|error| Failure::fatal(format!("the branch names no task: {error}")))?;
            cx.decide(Decision::Follow(tasks))?;
        }
    }
    Ok(output)
}

/// Why a process has failed that ended without a word.
fn silent(end: &ProcessEnd) -> String {
    const MAX_CHARS: usize = 500;
    if let Some(unheard) = &end.unheard {
        return format!("python task failed: {unheard}");
    }
    let how = match (end.signal, end.code) {
        _ if end.unheard.is_some() => end.unheard.clone().unwrap_or_default(),
        (Some(signal), _) => format!("killed by {}", signal_name(signal)),
        (None, Some(0)) => "it ended with exit code 0 before its task was done, as os._exit(0) does".to_owned(),
        (None, code) => format!("exit code {}", code.unwrap_or(-1)),
    };
    let line: String = end.last_line.chars().take(MAX_CHARS).collect();
    let line = if line.is_empty() { line } else { format!(": {line}") };
    format!("python task failed: {how}{line}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_without_a_word_has_failed() {
        let check = |code: Option<i32>, signal: Option<i32>, last_line: &str, expected: &str| {
            let end = ProcessEnd {
                code,
                signal,
                last_line: last_line.into(),
                peak_rss_bytes: None,
                said: None,
                unheard: None,
            };
            assert_eq!(silent(&end), expected);
        };
        check(Some(3), None, "bye", "python task failed: exit code 3: bye");
        check(None, Some(11), "", "python task failed: killed by SIGSEGV");
        check(
            Some(0),
            None,
            "",
            "python task failed: it ended with exit code 0 before its task was done, as os._exit(0) does",
        );
    }

    #[test]
    fn ends_are_read() {
        let end =
            |text: &str| serde_json::from_str::<End>(text).map(|end| format!("{:?} {:?}", end.state, end.decision));
        let check = |text: &str, expected: &str| assert_eq!(end(text).unwrap(), expected);
        check(r#"{"state":"success","xcoms":{"a":1},"decision":null,"later":1}"#, "Success None");
        check(r#"{"state":"success","decision":"skip_all"}"#, "Success Some(SkipAll)");
        check(r#"{"state":"success","decision":{"follow":["a"]}}"#, r#"Success Some(Follow(["a"]))"#);
        check(r#"{"state":"deferred","after_s":1.5}"#, "Deferred None");
        assert!(end(r#"{"state":"lost"}"#).is_err());
    }
}
