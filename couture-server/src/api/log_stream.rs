//! `…/logs/{try_number}/stream`: a log as it is written, by server-sent events.

use std::convert::Infallible;
use std::net::IpAddr;
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, Method};
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::stream::{Stream, unfold};
use serde::Deserialize;
use utoipa::IntoParams;

use super::error::ApiError;
use super::extract::{Args, Names};
use super::log::{PART_BYTES, find_try, unreadable, whole_lines};
use super::named_instance::{Instance, Named};
use super::stream_room::StreamPlace;
use super::web_state::{WebState, wished};
use crate::auth::{Action, Permit, Resource, act, on};

/// Between two looks for what was written: logs are files, and nobody tells of them.
const LOOK: Duration = Duration::from_millis(200);
const HEARTBEAT: Duration = Duration::from_secs(15);
/// Between two looks whether the listener may still read it.
const RECHECK: Duration = Duration::from_secs(30);

/// From where on, and of which instance.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct StreamArgs {
    /// The offset in bytes to go on from; the header `Last-Event-ID` goes before it.
    offset: Option<u64>,
    /// Which instance of a mapped task.
    map_index: Option<i32>,
}

/// The lines of a try's log as they are written: each event holds a JSON list of lines, and its id is the offset in bytes to go on
/// from. The event `end` comes when the try is over and its log is complete.
#[utoipa::path(
    get,
    path = "/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}/logs/{try_number}/stream",
    tag = "Task Instance",
    params(
        ("dag_id" = String, Path, description = "The DAG."),
        ("run_id" = String, Path, description = "The run."),
        ("task_id" = String, Path, description = "The task."),
        ("try_number" = u32, Path, description = "Which try; the first is 1."),
        StreamArgs,
        ("last-event-id" = Option<u64>, Header, description = "The id of the last event that was seen."),
    ),
    responses((status = 200, description = "Events until the try is over", content_type = "text/event-stream")),
)]
pub(super) async fn get(
    permit: Permit<act::Read, on::TaskLogs>,
    State(state): State<WebState>,
    Names((dag, run, task, try_number)): Names<(String, String, String, u32)>,
    headers: HeaderMap,
    Args(args): Args<StreamArgs>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, ApiError> {
    let sent = headers.get("last-event-id").map(|value| value.to_str().ok().and_then(|text| text.parse().ok()));
    let offset = match sent {
        Some(Some(offset)) => offset,
        Some(None) => return Err(ApiError::invalid("last-event-id is not one of a log; leave it out")),
        None => args.offset.unwrap_or(0),
    };
    let named = Named::instance(&state.api, [&dag, &run, &task], &Instance { map_index: args.map_index }).await?;
    find_try(&state.api, &named, try_number).await?;
    let next_check = state.api.clock.now().mono + RECHECK;
    let source = permit.source();
    let place = state.streams.enter(&permit)?;
    let reader =
        Reader { _place: place, state, named, try_number, offset, source, headers, next_check, is_over: false };
    Ok(Sse::new(unfold(reader, Reader::next)).keep_alive(KeepAlive::new().interval(HEARTBEAT)))
}

struct Reader {
    _place: StreamPlace,
    state: WebState,
    named: Named,
    try_number: u32,
    offset: u64,
    source: IpAddr,
    headers: HeaderMap,
    next_check: Duration,
    is_over: bool,
}

impl Reader {
    async fn next(mut self) -> Option<(Result<Event, Infallible>, Self)> {
        while !self.is_over {
            let now = self.state.api.clock.now().mono;
            if now >= self.next_check {
                if !self.may_still_read().await {
                    return None;
                }
                self.next_check = now + RECHECK;
            }
            let event = match self.part().await {
                Ok(Some(lines)) => Event::default().data(serde_json::to_string(&lines).ok()?),
                Ok(None) if self.is_over => break,
                Ok(None) => {
                    let mut stopping = self.state.stopping.clone();
                    tokio::select! {
                        () = self.state.api.clock.sleep(LOOK) => continue,
                        () = wished(&mut stopping) => return None,
                    }
                }
                Err(error) => {
                    self.is_over = true;
                    Event::default().event("failed").data(serde_json::to_string(&[error.detail]).ok()?)
                }
            };
            let event = event.id(self.offset.to_string());
            return Some((Ok(event), self));
        }
        if self.offset == u64::MAX {
            return None;
        }
        let event = Event::default().event("end").data("{}").id(self.offset.to_string());
        (self.offset, self.is_over) = (u64::MAX, true);
        Some((Ok(event), self))
    }

    async fn may_still_read(&self) -> bool {
        let authority = &self.state.authority;
        let principal = authority.authenticate(&Method::GET, &self.headers, self.source, false).await;
        let dag_id = &self.named.run.dag_id;
        principal.is_ok_and(|principal| principal.check_dag(Action::Read, Resource::TaskLogs, dag_id).is_ok())
    }

    /// The next lines, where there are any.
    async fn part(&mut self) -> Result<Option<Vec<String>>, ApiError> {
        // The state is read before the log: an attempt that is over has its whole log by then.
        let record = find_try(&self.state.api, &self.named, self.try_number).await?;
        let is_done = !record.state.is_live() || record.token.try_number != self.try_number;
        let Named { run, index, map_index, .. } = &self.named;
        let logs = &self.state.api.logs;
        let part = logs.read(run.key, *index, *map_index, self.try_number, self.offset, PART_BYTES).await;
        let part = part.map_err(unreadable)?;
        let at_end = part.content.len() < PART_BYTES;
        let (bytes, next) = whole_lines(part, self.offset, is_done && at_end);
        let has_more = !bytes.is_empty();
        self.offset = next;
        self.is_over = is_done && at_end && !has_more;
        Ok(has_more.then(|| String::from_utf8_lossy(&bytes).lines().map(String::from).collect()))
    }
}
