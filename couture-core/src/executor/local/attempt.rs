//! One attempt: input, operator, output.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use serde_json::Value;
use tracing::Instrument as _;

use super::input;
use crate::executor::Launch;
use crate::failure::{Failure, error_chain};
use crate::store::Store;
use crate::task::{Cancellation, Deferral, DynOperator, Outcome, Services, TaskContext, XCom, XComValue};

/// How a [`LocalExecutor`](super::LocalExecutor) is set up.
#[derive(Clone, Copy, Debug)]
pub struct LocalSettings {
    /// How many attempts may be live at a time.
    pub capacity: usize,
    /// Threads for operators.
    pub threads: usize,
    /// How long an attempt may take to end when it is told to, before it is given up.
    pub kill_grace: Duration,
}

impl Default for LocalSettings {
    fn default() -> Self {
        let threads = std::thread::available_parallelism().map_or(2, |threads| threads.get().clamp(2, 16));
        Self { capacity: 1_024, threads, kill_grace: Duration::from_secs(10) }
    }
}

/// The target of the spans of attempts, for whoever traces: without one that is interested they cost nothing.
pub const SPANS: &str = "couture_spans";

/// The biggest value of an XCom.
const MAX_XCOM_BYTES: usize = 64 << 20;

/// Runs the operator to its end. A panic in it is a failure like others. Why it failed is in its log.
pub(super) async fn run(
    launch: Launch,
    cancellation: Cancellation,
    store: Arc<dyn Store>,
    services: Arc<Services>,
) -> Outcome {
    let cx = TaskContext::new(launch.run, launch.token, cancellation, services).after(launch.waited);
    let begun = cx.now();
    let span = tracing::info_span!(
        target: SPANS,
        "attempt",
        otel.name = %cx.task().task_id,
        couture.dag_id = %cx.dag_id(),
        couture.run_id = %cx.run().run_id,
        couture.task_id = %cx.task().task_id,
        couture.try_number = cx.token().try_number,
        couture.map_index = cx.token().map_index.0,
        couture.outcome = tracing::field::Empty,
    );
    let outcome = outcome_of(&cx, &launch.elements, &*store).instrument(span.clone()).await;
    span.record("couture.outcome", outcome.word());
    let outcome = match outcome {
        Outcome::Failed { error, retryable } => {
            Outcome::Failed { error: cx.values().masked(error.into()).into(), retryable }
        }
        Outcome::Skipped { reason } => Outcome::Skipped { reason: cx.values().masked(reason.into()).into() },
        Outcome::Lost { reason } => Outcome::Lost { reason: cx.values().masked(reason.into()).into() },
        Outcome::Deferred(deferral) => {
            Outcome::Deferred(Deferral { reason: cx.values().masked(deferral.reason), ..deferral })
        }
        other => other,
    };
    // Who ends an attempt does not say why; that its time was up can be told here.
    if let (Outcome::Killed, Some(timeout)) = (&outcome, cx.task().options.execution_timeout())
        && cx.now().since(begun) >= timeout
    {
        cx.log(format!("failed: ran longer than its execution_timeout of {timeout:?}"));
    }
    // The end of a child is in its log already, and this may be the second server that sees it.
    if !cx.task().operator.is_resumable() {
        match &outcome {
            Outcome::Failed { error, .. } => cx.log(format!("failed: {error}")),
            Outcome::Skipped { reason } => cx.log(format!("skipped: {reason}")),
            _ => {}
        }
    }
    outcome
}

async fn outcome_of(cx: &TaskContext, elements: &[u32], store: &dyn Store) -> Outcome {
    match AssertUnwindSafe(work(cx, elements, store)).catch_unwind().await {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(failure)) if cx.is_cancelled() && !matches!(failure, Failure::Lost(_)) => {
            tracing::debug!(?failure, "an attempt that was told to end has failed");
            Outcome::Killed
        }
        Ok(Err(failure)) => failed(failure),
        Err(panic) => {
            let message = panic
                .downcast_ref::<String>()
                .map(String::as_str)
                .or_else(|| panic.downcast_ref::<&str>().copied())
                .unwrap_or("(no message)");
            Outcome::Failed { error: Outcome::bounded(format!("the operator panicked: {message}")), retryable: true }
        }
    }
}

fn failed(failure: Failure) -> Outcome {
    match failure {
        Failure::Retry(error) => Outcome::Failed { error: Outcome::bounded(error_chain(&*error)), retryable: true },
        Failure::Fatal(error) => Outcome::Failed { error: Outcome::bounded(error_chain(&*error)), retryable: false },
        Failure::Skip(reason) => Outcome::Skipped { reason: Outcome::bounded(reason) },
        Failure::Defer(deferral) => Outcome::Deferred(deferral),
        Failure::Lost(reason) => Outcome::Lost { reason: Outcome::bounded(reason) },
    }
}

async fn work(cx: &TaskContext, elements: &[u32], store: &dyn Store) -> Result<Outcome, Failure> {
    let operator = &cx.task().operator;
    let (input, rendered) = match prepare(cx, elements, store).await {
        Ok(prepared) => prepared,
        Err(failure) => {
            // What has not begun has told nothing of it.
            if let (true, Failure::Retry(error) | Failure::Fatal(error)) = (operator.is_resumable(), &failure) {
                cx.log(format!("failed: {}", cx.values().masked(error_chain(&**error))));
            }
            return Err(failure);
        }
    };
    let output = rendered.as_ref().unwrap_or(operator).run_json(input, cx).await?;
    let mut xcoms = Vec::new();
    for (key, value) in cx.take_xcoms() {
        xcoms.push(xcom(cx, key, &value).await?);
    }
    let is_kept = cx.task().options.do_xcom_push;
    let length = match &output {
        Value::Array(list) if is_kept => u32::try_from(list.len()).ok(),
        Value::Object(map) if is_kept => u32::try_from(map.len()).ok(),
        _ => None,
    };
    if !output.is_null() && is_kept {
        xcoms.retain(|xcom| &*xcom.key != XCom::RETURN_VALUE);
        xcoms.push(xcom(cx, XCom::RETURN_VALUE.into(), &output).await?);
    }
    Ok(Outcome::Succeeded { xcoms, length, decision: cx.take_decision(), asset_extras: cx.take_asset_extras() })
}

/// The operator's input, and the operator with its templates filled in, where it has any.
async fn prepare(
    cx: &TaskContext,
    elements: &[u32],
    store: &dyn Store,
) -> Result<(Value, Option<Arc<dyn DynOperator>>), Failure> {
    let operator = &cx.task().operator;
    let is_mapped = cx.task().expand.is_some();
    // A mapped command has no use for its element but in its templates.
    let is_blind = is_mapped && !operator.takes_input();
    let names_it = is_mapped && !operator.templated_fields().is_empty() && names_element(&**operator)?;
    let input = if is_blind && !names_it { Value::Null } else { input::of(cx, elements, store).await? };
    if names_it {
        cx.set_element(input.clone());
    }
    let input = if is_blind { Value::Null } else { input };
    let rendered = match operator.templated_fields() {
        [] => None,
        _ => cx.services().templates.render(operator, cx).await?,
    };
    Ok((input, rendered))
}

/// Whether a template of the operator may name the element that it is for.
fn names_element(operator: &dyn DynOperator) -> Result<bool, Failure> {
    Ok(serde_json::to_string(operator)?.contains("element"))
}

async fn xcom(cx: &TaskContext, key: String, value: &Value) -> Result<XCom, Failure> {
    let json = serde_json::to_string(value)?;
    if json.len() > MAX_XCOM_BYTES {
        let message = format!(
            "XCom {key:?} has {} bytes of JSON; at most {MAX_XCOM_BYTES} are allowed: store the data as an artifact or file and \
             pass its name",
            json.len()
        );
        return Err(Failure::fatal(message));
    }
    if json.len() <= XComValue::MAX_INLINE_BYTES {
        return Ok(XCom { key: key.into(), value: XComValue::Json(json.into()) });
    }
    let artifact = format!("xcoms/{}/{}", cx.token(), hex(&key));
    cx.services().artifacts.put(&artifact, json.into_bytes()).await?;
    Ok(XCom { key: key.into(), value: XComValue::Artifact(artifact.into()) })
}

/// A key as a file name.
fn hex(key: &str) -> String {
    key.bytes().map(|byte| format!("{byte:02x}")).collect()
}
