//! One call of a callback.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use couture_core::dag::Callback;
use couture_core::task::Cancellation;
use couture_core::{Failure, TaskContext};
use futures_util::FutureExt;
use serde_json::Value;

/// How long a callback that takes too long may take to end, once it is told to.
const GRACE: Duration = Duration::from_secs(10);

/// Runs a callback to its end, whatever it does. Why it failed is the error, without secrets.
pub(super) async fn call(
    callback: &Callback,
    facts: &Value,
    cx: &TaskContext,
    cancellation: &Cancellation,
    limit: Duration,
) -> Result<(), String> {
    let work = AssertUnwindSafe(run(callback, facts, cx)).catch_unwind();
    tokio::pin!(work);
    let too_long = || format!("it took longer than {} s", limit.as_secs());
    let ended = match tokio::time::timeout(limit, &mut work).await {
        Ok(ended) => ended,
        Err(_) => {
            cancellation.cancel();
            let _ = tokio::time::timeout(GRACE, work).await;
            return Err(too_long());
        }
    };
    let error = match ended {
        Ok(Ok(())) => return Ok(()),
        Ok(Err(failure)) => reason(failure),
        Err(_) => "it panicked".to_owned(),
    };
    Err(cx.values().masked(error))
}

async fn run(callback: &Callback, facts: &Value, cx: &TaskContext) -> Result<(), Failure> {
    let rendered = match callback.0.templated_fields() {
        [] => None,
        _ => cx.services().templates.render(&callback.0, cx).await?,
    };
    let operator = rendered.as_ref().unwrap_or(&callback.0);
    let input = if operator.takes_input() { facts.clone() } else { Value::Null };
    operator.run_json(input, cx).await.map(drop)
}

fn reason(failure: Failure) -> String {
    match failure {
        Failure::Retry(error) | Failure::Fatal(error) => couture_core::error_chain(&*error),
        Failure::Skip(reason) | Failure::Lost(reason) => reason.to_string(),
        Failure::Defer(_) => "a callback cannot wait by deferring itself".to_owned(),
        other => format!("{other:?}"),
    }
}
