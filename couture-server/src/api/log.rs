//! `…/taskInstances/{task_id}/logs/{try_number}`: the log of a try, part by part.

use std::fmt::Debug;

use async_trait::async_trait;
use axum::extract::State;
use axum::http::StatusCode;
use couture_core::store::TaskRecord;
use couture_core::{AttemptToken, BoxError, MapIndex};
use serde::{Deserialize, Serialize};

use super::error::ApiError;
use super::extract::{Args, Json, Names};
use super::state::ApiState;
use super::task_instance::Named;

/// A part of an attempt's log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogPart {
    /// The bytes from the offset asked for; empty at the end.
    pub content: Vec<u8>,
    /// The offset after them.
    pub next: u64,
}

/// Where logs of attempts can be read, while they grow and afterwards.
#[async_trait]
pub trait LogSource: Debug + Send + Sync {
    /// At most `limit` bytes of an attempt's log from `offset` (in bytes). An attempt without a log has an empty one.
    async fn read(&self, attempt: AttemptToken, offset: u64, limit: usize) -> Result<LogPart, BoxError>;
}

/// The most bytes of a log in one answer.
const PART_BYTES: usize = 256 << 10;

/// A part of a try's log, in Airflow's shape.
#[derive(Debug, Serialize)]
pub(super) struct LogBody {
    /// Whole lines where there are any.
    content: Vec<String>,
    /// What to ask with for the next part; absent when there will be no more.
    continuation_token: Option<String>,
    /// Whether what is known of the log so far was read to its end.
    at_end: bool,
}

#[derive(Debug, Deserialize)]
pub(super) struct LogArgs {
    token: Option<String>,
}

/// Where reading goes on: in which launch of the try, and from which byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Position {
    launch: u32,
    offset: u64,
}

impl Position {
    fn parse(text: &str) -> Result<Self, ApiError> {
        let parts = text
            .split_once('.')
            .and_then(|(launch, offset)| Some(Self { launch: launch.parse().ok()?, offset: offset.parse().ok()? }));
        parts.ok_or_else(|| ApiError::invalid("token is not one of a log; leave it out to begin at the start"))
    }
}

pub(super) async fn get(
    State(state): State<ApiState>,
    Names((dag, run, task, try_number)): Names<(String, String, String, u32)>,
    Args(args): Args<LogArgs>,
) -> Result<Json<LogBody>, ApiError> {
    let mut position = match &args.token {
        Some(token) => Position::parse(token)?,
        None => Position { launch: 1, offset: 0 },
    };
    let named = Named::find(&state, &dag, &run, &task).await?;
    // The state is read before the log: an attempt that is over has its whole log by then.
    let record = find_try(&state, &named, try_number).await?;
    let is_over = !record.state.is_live() || record.token.try_number != try_number;
    let launches = record.token.launch.max(1);
    let mut content = Vec::new();
    let broken =
        |error: BoxError| ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, format!("the log cannot be read: {error}"));
    loop {
        let token = AttemptToken { try_number, launch: position.launch, ..record.token };
        let part = state.logs.read(token, position.offset, PART_BYTES).await.map_err(broken)?;
        let (is_empty, is_short) = (part.content.is_empty(), part.content.len() < PART_BYTES);
        let (bytes, next) = whole_lines(part, position.offset, is_over || position.launch < launches);
        content.extend(String::from_utf8_lossy(&bytes).lines().map(String::from));
        position.offset = next;
        if !is_empty || position.launch >= launches {
            let at_end = is_short && position.launch >= launches;
            let token = format!("{}.{}", position.launch, position.offset);
            let continuation_token = Some(token).filter(|_| !(at_end && is_over));
            return Ok(Json(LogBody { content, continuation_token, at_end }));
        }
        position = Position { launch: position.launch + 1, offset: 0 };
        content.push(format!("*** the attempt was lost and launched again; this is launch {}", position.launch));
    }
}

/// Keeps a last line that is not ended yet for the next part, unless nothing comes after it.
fn whole_lines(part: LogPart, offset: u64, is_last: bool) -> (Vec<u8>, u64) {
    let LogPart { mut content, next } = part;
    match content.iter().rposition(|byte| *byte == b'\n') {
        Some(at) if at + 1 < content.len() => {
            content.truncate(at + 1);
            let next = offset + content.len() as u64;
            (content, next)
        }
        None if content.len() < PART_BYTES && !is_last => (Vec::new(), offset),
        _ => (content, next),
    }
}

async fn find_try(state: &ApiState, named: &Named, try_number: u32) -> Result<TaskRecord, ApiError> {
    let current = named.record(state).await?;
    if let Some(current) = current.as_ref().filter(|record| record.token.try_number == try_number) {
        return Ok(current.clone());
    }
    let tries = state.reader.tries(named.run.key, named.index, MapIndex::NONE).await?;
    tries.into_iter().find(|record| record.token.try_number == try_number).ok_or_else(|| {
        let has = match current.map_or(0, |record| record.token.try_number) {
            0 => "it was not started yet".to_owned(),
            tries => format!("it has tries 1 to {tries}"),
        };
        let task = &named.shape.tasks[named.index.at()].task_id;
        ApiError::not_found(format!("task {task:?} has no try {try_number}: {has}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_not_torn() {
        let check = |content: &str, is_last: bool, expected: &str| {
            let part = LogPart { content: content.into(), next: 10 + content.len() as u64 };
            let (bytes, next) = whole_lines(part, 10, is_last);
            assert_eq!((&*String::from_utf8(bytes).unwrap(), next), (expected, 10 + expected.len() as u64));
        };
        check("a\nb\n", false, "a\nb\n");
        check("a\nb", false, "a\n");
        check("b", false, "");
        check("b", true, "b");
        check("a\nb", true, "a\n");
        check("", true, "");
    }

    #[test]
    fn positions_are_checked() {
        assert_eq!(Position::parse("2.77"), Ok(Position { launch: 2, offset: 77 }));
        assert!(Position::parse("x").is_err() && Position::parse("1.-1").is_err());
    }
}
