//! One who listens.

use std::sync::Arc;

use tokio::sync::watch;

use super::event::LiveEvent;
use super::hub::LiveHub;
use super::position::Position;

/// Hears of every change after the one that it began with, in order, each once.
#[derive(Debug)]
pub struct Subscription {
    hub: Arc<LiveHub>,
    grown: watch::Receiver<u64>,
    start: Option<Position>,
    /// The number of the event that comes next, once it has begun.
    next: Option<u64>,
    position: Position,
}

/// What a listener is told.
#[derive(Clone, Debug, PartialEq)]
pub enum Delivery {
    /// It has begun: what changes from now on will be told.
    Begun,
    /// Something has changed.
    Event(Arc<LiveEvent>),
    /// Some changes were missed; all that was known is to be looked at anew.
    Reset,
}

impl Subscription {
    pub(super) fn new(hub: Arc<LiveHub>, grown: watch::Receiver<u64>, start: Option<Position>) -> Self {
        Self { hub, grown, start, next: None, position: Position::default() }
    }

    /// The id of what was told last: who gives it to [`LiveHub::subscribe`] misses nothing.
    pub fn position(&self) -> &Position {
        &self.position
    }

    /// Waits for the next thing to tell; none when nothing will ever change any more. Dropping the future loses nothing.
    pub async fn next(&mut self) -> Option<Delivery> {
        loop {
            if let Some(delivery) = self.here() {
                return Some(delivery);
            }
            self.grown.changed().await.ok()?;
        }
    }

    /// The next event, where there is one already and nothing else is to be told first.
    pub fn next_event(&mut self) -> Option<Arc<LiveEvent>> {
        let hub = self.hub.clone();
        let recent = hub.recent();
        loop {
            let next = self.next?;
            // That events went is told by what waits.
            let event = recent.event(next).ok().flatten()?;
            self.next = Some(next + 1);
            if self.is_new(&event) {
                return Some(event);
            }
        }
    }

    /// Whether the event was not told before; it is now.
    fn is_new(&mut self, event: &LiveEvent) -> bool {
        let is_new = event.sequence > self.position.of(event.shard);
        if is_new {
            self.position.see(event.shard, event.sequence);
        }
        is_new
    }

    /// What can be told at once.
    fn here(&mut self) -> Option<Delivery> {
        let hub = self.hub.clone();
        let recent = hub.recent();
        if !recent.has_begun() {
            return None;
        }
        loop {
            let Some(next) = self.next else {
                return match self.start.take() {
                    Some(start) if recent.covers(&start) => {
                        (self.next, self.position) = (Some(recent.first()), start);
                        continue;
                    }
                    start => {
                        (self.next, self.position) = (Some(recent.end()), recent.seen().clone());
                        Some(if start.is_some() { Delivery::Reset } else { Delivery::Begun })
                    }
                };
            };
            match recent.event(next) {
                Ok(None) => return None,
                Ok(Some(event)) => {
                    self.next = Some(next + 1);
                    if self.is_new(&event) {
                        return Some(Delivery::Event(event));
                    }
                }
                Err(_) => {
                    (self.next, self.position) = (Some(recent.end()), recent.seen().clone());
                    return Some(Delivery::Reset);
                }
            }
        }
    }
}
