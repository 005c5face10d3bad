//! `…/taskInstances/{task_id}/logs/{try_number}`: the log of a try, part by part; `…/dagRuns/{run_id}/log`: that of the run itself.

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use couture_core::store::TaskRecord;
use couture_core::{BoxError, MapIndex, TaskIndex, Timestamp};
use couture_operators::notify::RUN_TRY;
use couture_store::LogPart;
use futures_util::stream::unfold;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};

use super::error::ApiError;
use super::extract::{Args, Json, Names, dag_id, run_id};
use super::named_instance::{Instance, Named};
use super::state::ApiState;
use crate::auth::{Permit, act, on};

/// The most bytes of a log in one answer.
pub(super) const PART_BYTES: usize = 256 << 10;

/// A part of a run's log.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct LogBody {
    /// Whole lines where there are any.
    content: Vec<String>,
    /// What to ask with for the next part; absent when there will be no more.
    continuation_token: Option<String>,
    /// Whether what is known of the log so far was read to its end.
    at_end: bool,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct LogArgs {
    /// Where the last answer ended.
    token: Option<String>,
    /// Whether the whole log is sent as a text file.
    #[serde(default)]
    #[param(required = false)]
    download: bool,
    map_index: Option<i32>,
}

impl LogArgs {
    fn offset(&self) -> Result<u64, ApiError> {
        let wrong = |_| ApiError::invalid("token is not one of a log; leave it out to begin at the start");
        self.token.as_deref().map_or(Ok(0), |token| token.parse().map_err(wrong))
    }
}

pub(super) fn unreadable(error: BoxError) -> ApiError {
    ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, format!("the log cannot be read: {error}"))
}

/// What the callbacks that are about a run, and not about a task, have printed. There may always come more.
#[utoipa::path(
    get,
    path = "/api/v2/dags/{dag_id}/dagRuns/{run_id}/log",
    tag = "Task Instance",
    params(("dag_id" = String, Path, description = "The DAG."), ("run_id" = String, Path, description = "The run."), LogArgs),
    responses((status = 200, description = "As asked", body = LogBody)),
)]
pub(super) async fn of_run(
    _: Permit<act::Read, on::TaskLogs>,
    State(state): State<ApiState>,
    Names((dag, run)): Names<(String, String)>,
    Args(args): Args<LogArgs>,
) -> Result<Json<LogBody>, ApiError> {
    let offset = args.offset()?;
    let run = state.run(&dag_id(&dag)?, &run_id(&run)?).await?;
    let part = state.logs.read(run.key, TaskIndex(0), MapIndex::NONE, RUN_TRY, offset, PART_BYTES).await;
    let part = part.map_err(unreadable)?;
    let at_end = part.content.len() < PART_BYTES;
    let (bytes, next) = whole_lines(part, offset, at_end);
    let content = String::from_utf8_lossy(&bytes).lines().map(String::from).collect();
    Ok(Json(LogBody { content, continuation_token: Some(next.to_string()), at_end }))
}

#[utoipa::path(
    get,
    path = "/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}/logs/{try_number}",
    tag = "Task Instance",
    params(("dag_id" = String, Path, description = "The DAG."), ("run_id" = String, Path, description = "The run."), ("task_id" = String, Path, description = "The task."), ("try_number" = u32, Path, description = "Which try; the first is 1."), LogArgs),
    responses((status = 200, description = "As asked", content(
        (MessagesBody = "application/json"),
        (LogMessage = "application/x-ndjson"),
        (String = "text/plain"),
    ))),
)]
pub(super) async fn get(
    _: Permit<act::Read, on::TaskLogs>,
    State(state): State<ApiState>,
    Names((dag, run, task, try_number)): Names<(String, String, String, u32)>,
    headers: HeaderMap,
    Args(args): Args<LogArgs>,
) -> Result<Response, ApiError> {
    let offset = args.offset()?;
    let which = Instance { map_index: args.map_index };
    let named = Named::instance(&state, [&dag, &run, &task], &which).await?;
    // The state is read before the log: an attempt that is over has its whole log by then.
    let record = find_try(&state, &named, try_number).await?;
    let is_over = !record.state.is_live() || record.token.try_number != try_number;
    let accept = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    if args.download || accept.starts_with("text/plain") {
        return Ok(whole_log(state, named, try_number, false));
    }
    if accept.starts_with("application/x-ndjson") {
        return Ok(whole_log(state, named, try_number, true));
    }
    let part = state.logs.read(named.run.key, named.index, named.map_index, try_number, offset, PART_BYTES).await;
    let part = part.map_err(unreadable)?;
    let at_end = part.content.len() < PART_BYTES;
    let (bytes, next) = whole_lines(part, offset, is_over && at_end);
    let text = String::from_utf8_lossy(&bytes);
    let event = |line: &str| LogMessage { timestamp: None, event: line.to_owned() };
    let continuation_token = Some(next.to_string()).filter(|_| !(at_end && is_over));
    let content = text.lines().map(event).collect();
    Ok(Json(MessagesBody { content, continuation_token, at_end }).into_response())
}

/// A line of a log, in Airflow's shape.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StructuredLogMessage)]
struct LogMessage {
    /// Lines tell of their times themselves, where they do.
    #[schema(value_type = Option<String>, format = DateTime)]
    timestamp: Option<Timestamp>,
    /// The line.
    #[schema(example = "Hello")]
    event: String,
}

/// A part of a try's log, in Airflow's shape.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TaskInstancesLog)]
pub(super) struct MessagesBody {
    /// Whole lines where there are any.
    content: Vec<LogMessage>,
    /// What to ask with for the next part; absent when there will be no more.
    continuation_token: Option<String>,
    /// Whether what is known of the log so far was read to its end.
    at_end: bool,
}

/// All of a log as it is now: as text, or each line as a JSON object in a line of its own.
fn whole_log(state: ApiState, named: Named, try_number: u32, as_json: bool) -> Response {
    let name =
        format!("attachment; filename=\"{}-{try_number}.log\"", named.task_shape().task_id.replace(['"', '\\'], "_"));
    let place = (named.run.key, named.index, named.map_index);
    let parts = unfold(Some(0), move |offset: Option<u64>| {
        let state = state.clone();
        async move {
            let offset = offset?;
            let part = state.logs.read(place.0, place.1, place.2, try_number, offset, PART_BYTES).await;
            let part = match part {
                Ok(part) => part,
                Err(error) => return Some((Err(std::io::Error::other(error.to_string())), None)),
            };
            let at_end = part.content.len() < PART_BYTES;
            let (bytes, next) = whole_lines(part, offset, at_end);
            if !as_json {
                return Some((Ok(bytes), (!at_end).then_some(next)));
            }
            let mut lines = Vec::with_capacity(bytes.len() * 2);
            for line in String::from_utf8_lossy(&bytes).lines() {
                lines.extend(json!({"timestamp": null, "event": line}).to_string().into_bytes());
                lines.push(b'\n');
            }
            Some((Ok(lines), (!at_end).then_some(next)))
        }
    });
    let body = Body::from_stream(parts);
    if as_json {
        return ([(header::CONTENT_TYPE, "application/x-ndjson")], body).into_response();
    }
    let kind = (header::CONTENT_TYPE, "text/plain; charset=utf-8".to_owned());
    ([kind, (header::CONTENT_DISPOSITION, name)], body).into_response()
}

/// Keeps a last line that is not ended yet for the next part, unless nothing comes after it.
pub(super) fn whole_lines(part: LogPart, offset: u64, is_last: bool) -> (Vec<u8>, u64) {
    let LogPart { mut content, next, .. } = part;
    if is_last {
        return (content, next);
    }
    match content.iter().rposition(|byte| *byte == b'\n') {
        Some(at) => content.truncate(at + 1),
        // A line longer than a part is torn all the same.
        None if content.len() >= PART_BYTES => return (content, next),
        None => content.clear(),
    }
    let next = offset + content.len() as u64;
    (content, next)
}

pub(super) async fn find_try(state: &ApiState, named: &Named, try_number: u32) -> Result<TaskRecord, ApiError> {
    let current = named.record(state).await?;
    if let Some(current) = current.as_ref().filter(|record| record.token.try_number == try_number) {
        return Ok(current.clone());
    }
    let tries = state.reader.tries(named.run.key, named.index, named.map_index).await?;
    tries.into_iter().find(|record| record.token.try_number == try_number).ok_or_else(|| {
        let has = match current.map_or(0, |record| record.token.try_number) {
            0 => "it was not started yet".to_owned(),
            tries => format!("it has tries 1 to {tries}"),
        };
        let task = &named.task_shape().task_id;
        ApiError::not_found(format!("task {task:?} has no try {try_number}: {has}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_not_torn() {
        let check = |content: &str, is_last: bool, expected: &str| {
            let part = LogPart { content: content.into(), next: 10 + content.len() as u64, complete: false };
            let (bytes, next) = whole_lines(part, 10, is_last);
            assert_eq!((&*String::from_utf8(bytes).unwrap(), next), (expected, 10 + expected.len() as u64));
        };
        check("a\nb\n", false, "a\nb\n");
        check("a\nb", false, "a\n");
        check("b", false, "");
        check("b", true, "b");
        check("a\nb", true, "a\nb");
        check("", true, "");
    }
}
