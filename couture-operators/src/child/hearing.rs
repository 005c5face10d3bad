//! Hearing a child until its end.

use std::pin::pin;

use couture_core::task::{Listener, Speaker};
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::asks::Said;
use crate::frames::{MAX_DEPTH, MAX_FRAME_BYTES, depth};

/// Lets `listener` hear all that comes out of `frames`, at the same time, until `end`; the numbers of those heard go to `heard`.
pub(crate) async fn hear<T>(
    end: impl Future<Output = T>,
    mut frames: mpsc::UnboundedReceiver<Said>,
    listener: &dyn Listener,
    child: &dyn Speaker,
    heard: impl Fn(u64),
) -> T {
    let mut hearing = FuturesUnordered::new();
    let mut end = pin!(end);
    loop {
        tokio::select! {
            biased;
            Some(said) = frames.recv() => hearing.push(async move {
                listener.heard(said.frame, child).await;
                said.number
            }),
            Some(number) = hearing.next(), if !hearing.is_empty() => heard(number),
            end = &mut end => return end,
        }
    }
}

/// `frame`, or an error in place of an answer that does not fit into a frame.
pub(crate) fn fitting(frame: Value) -> Value {
    let reason = match unfit(&frame) {
        None => return frame,
        Some(reason) => reason,
    };
    match frame.get("id") {
        Some(id) => json!({"id": id, "answer": {"error": format!("the answer {reason}")}}),
        None => json!({"error": format!("what was to be said {reason}")}),
    }
}

/// Why this is not to be put into a frame of a conversation.
pub(crate) fn unfit(value: &Value) -> Option<String> {
    let json = value.to_string();
    if json.len() > MAX_FRAME_BYTES {
        return Some(format!("has {} bytes, where {MAX_FRAME_BYTES} are the most", json.len()));
    }
    (depth(json.as_bytes()) > MAX_DEPTH).then(|| format!("is nested deeper than {MAX_DEPTH}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_that_do_not_fit_become_errors() {
        let check = |frame: Value, expected: &str| assert_eq!(fitting(frame).to_string(), expected);
        check(json!({"id": 1, "answer": {"value": 2}}), r#"{"answer":{"value":2},"id":1}"#);
        let deep = (0..MAX_DEPTH).fold(json!(0), |inner, _| json!([inner]));
        check(
            json!({"id": 1, "answer": deep}),
            r#"{"answer":{"error":"the answer is nested deeper than 100"},"id":1}"#,
        );
        check(
            json!({"id": "x", "answer": {"value": "y".repeat(MAX_FRAME_BYTES)}}),
            r#"{"answer":{"error":"the answer has 16777248 bytes, where 16777216 are the most"},"id":"x"}"#,
        );
    }
}
