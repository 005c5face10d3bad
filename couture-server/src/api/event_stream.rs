//! `/events`: what changes, as it changes, by server-sent events.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, Method};
use axum::response::sse::{Event, KeepAlive, Sse};
use couture_core::DagId;
use futures_util::stream::{Stream, unfold};
use serde::Deserialize;
use tokio::sync::watch;
use utoipa::IntoParams;

use super::error::ApiError;
use super::extract::Args;
use super::stream_room::StreamPlace;
use super::web_state::{WebState, wished};
use crate::auth::{Action, Authority, Granted, Permit, Resource, act, on};
use crate::live::{Delivery, LiveChange, LiveEvent, Position, Subscription};

/// Between two signs of life of a stream on which nothing happens.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// Between two looks whether the listener may still listen.
const RECHECK: Duration = Duration::from_secs(30);
/// The most changes of one event.
const MAX_BATCH: usize = 200;

/// From where on, and of what.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct EventArgs {
    /// The id of the last event that was seen; the header `Last-Event-ID` goes before it.
    #[param(example = "0:1")]
    last_event_id: Option<String>,
    /// Only what is about this DAG.
    dag_id: Option<String>,
}

/// Changes of what the listener may read, in order, each once: `begun` first; `change` with one of them, or `changes` with a list;
/// `reset` where some were missed, so that all that was known is to be looked at anew. Each has an id to go on from. The stream ends
/// when the listener's rights change: whoever connects again gets what is theirs then.
#[utoipa::path(
    get,
    path = "/api/v2/events",
    tag = "Event",
    params(EventArgs, ("last-event-id" = Option<String>, Header, description = "The id of the last event that was seen.")),
    responses((status = 200, description = "Events, for as long as both sides want", content_type = "text/event-stream")),
)]
pub(super) async fn get(
    permit: Permit<act::Read, on::Dags>,
    State(state): State<WebState>,
    headers: HeaderMap,
    Args(args): Args<EventArgs>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, ApiError> {
    let sent = headers.get("last-event-id").and_then(|value| value.to_str().ok()).map(String::from);
    let from = sent.or(args.last_event_id).filter(|text| !text.is_empty());
    let from = from.map(|text| text.parse::<Position>()).transpose();
    let from = from.map_err(|error| ApiError::invalid(format!("last_event_id: {error}; leave it out")))?;
    let listener = Listener {
        _place: state.streams.enter(&permit)?,
        subscription: state.live.subscribe(from),
        only: args.dag_id,
        granted: permit.principal().granted.clone(),
        next_check: state.api.clock.now().mono + RECHECK,
        source: permit.source(),
        authority: state.authority.clone(),
        clock: state.api.clock.clone(),
        stopping: state.stopping.clone(),
        headers,
    };
    Ok(Sse::new(unfold(listener, Listener::next)).keep_alive(KeepAlive::new().interval(HEARTBEAT)))
}

struct Listener {
    _place: StreamPlace,
    subscription: Subscription,
    only: Option<String>,
    granted: Granted,
    next_check: Duration,
    source: std::net::IpAddr,
    authority: Arc<Authority>,
    clock: Arc<dyn couture_core::Clock>,
    stopping: watch::Receiver<bool>,
    headers: HeaderMap,
}

impl Listener {
    async fn next(mut self) -> Option<(Result<Event, Infallible>, Self)> {
        loop {
            let clock = self.clock.clone();
            let now = clock.now().mono;
            if now >= self.next_check {
                if !self.may_still_listen().await {
                    return None;
                }
                self.next_check = now + RECHECK;
            }
            let mut stopping = self.stopping.clone();
            let delivery = tokio::select! {
                delivery = self.subscription.next() => delivery?,
                () = wished(&mut stopping) => return None,
                () = clock.sleep(self.next_check.saturating_sub(now)) => continue,
            };
            let event = match delivery {
                Delivery::Begun => Event::default().event("begun").data("{}"),
                Delivery::Reset => Event::default().event("reset").data("{}"),
                Delivery::Event(first) => match self.batch(first) {
                    Some(event) => event,
                    None => continue,
                },
            };
            let event = event.id(self.subscription.position().to_string());
            return Some((Ok(event), self));
        }
    }

    /// This change and those that are there already.
    fn batch(&mut self, first: Arc<LiveEvent>) -> Option<Event> {
        let mut batch = Vec::new();
        let mut next = Some(first);
        while let Some(event) = next.take() {
            if self.concerns(&event) {
                batch.push(event);
            }
            if batch.len() < MAX_BATCH
                && let Some(event) = self.subscription.next_event()
            {
                next = Some(event);
            }
        }
        match &batch[..] {
            [] => None,
            [one] => Some(Event::default().event("change").data(serde_json::to_string(&**one).ok()?)),
            many => {
                let many: Vec<&LiveEvent> = many.iter().map(|event| &**event).collect();
                Some(Event::default().event("changes").data(serde_json::to_string(&many).ok()?))
            }
        }
    }

    fn concerns(&self, event: &LiveEvent) -> bool {
        let of = match &event.change {
            LiveChange::Dag { .. } => Resource::Dags,
            LiveChange::Run { .. } | LiveChange::HistoryDeleted { .. } => Resource::DagRuns,
            LiveChange::Task { .. } => Resource::TaskInstances,
            LiveChange::Asset { .. } => Resource::Assets,
            LiveChange::SlaMiss { .. } => Resource::SlaMisses,
            LiveChange::Backfill { .. } => Resource::Backfills,
        };
        match event.change.dag_id().map(DagId::as_str) {
            Some(dag_id) => {
                self.only.as_ref().is_none_or(|only| only == dag_id)
                    && self.granted.may_on_dag(Action::Read, of, dag_id)
            }
            None => self.only.is_none() && self.granted.may(Action::Read, of),
        }
    }

    async fn may_still_listen(&self) -> bool {
        let principal = self.authority.authenticate(&Method::GET, &self.headers, self.source, false).await;
        principal.is_ok_and(|principal| {
            principal.check(Action::Read, Resource::Dags, None).is_ok() && principal.granted == self.granted
        })
    }
}
