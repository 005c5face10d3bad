//! Room for streams, which take a connection each for as long as their readers like.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::http::StatusCode;

use super::error::ApiError;
use crate::auth::{ActionKind, Permit, ResourceKind, Via};
use crate::listen::MAX_CONNECTIONS;

/// The most streams at a time: connections beyond them stay free for requests that are answered at once.
pub(super) const MAX_STREAMS: usize = MAX_CONNECTIONS / 4 * 3;

/// Counts streams by who reads them. Clones count together.
#[derive(Clone, Debug)]
pub struct StreamRoom {
    open: Arc<Mutex<Open>>,
    most_of_one: usize,
}

#[derive(Debug, Default)]
struct Open {
    all: usize,
    of: HashMap<String, usize>,
}

/// A stream's place. It counts until it is dropped.
#[derive(Debug)]
pub(super) struct StreamPlace {
    room: StreamRoom,
    who: String,
}

impl StreamRoom {
    /// For so many streams of one user.
    pub(super) fn new(most_of_one: usize) -> Self {
        Self { open: Arc::default(), most_of_one }
    }

    /// A place for a stream to whoever holds this permit; 429 where there is none. The server's own token has as many as there are.
    pub(super) fn enter<A: ActionKind, R: ResourceKind>(&self, permit: &Permit<A, R>) -> Result<StreamPlace, ApiError> {
        let who = permit.principal();
        let most_of_one = if who.via == Via::Local { MAX_STREAMS } else { self.most_of_one };
        let name = who.username().map_or_else(|| permit.source().to_string(), |name| format!("user {name}"));
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let too_many = |reason: String| Err(ApiError::new(StatusCode::TOO_MANY_REQUESTS, reason));
        if open.of.get(&name).is_some_and(|count| *count >= most_of_one) {
            return too_many(format!(
                "{most_of_one} streams of events and logs are open already for you; close some pages or programs that read them, or ask \
                 an administrator for more (server.max_streams_per_user)"
            ));
        }
        if open.all >= MAX_STREAMS {
            return too_many(format!("{MAX_STREAMS} streams of events and logs are open already; try again later"));
        }
        open.all += 1;
        *open.of.entry(name.clone()).or_default() += 1;
        drop(open);
        Ok(StreamPlace { room: self.clone(), who: name })
    }
}

impl Drop for StreamPlace {
    fn drop(&mut self) {
        let mut open = self.room.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.all -= 1;
        if let Some(count) = open.of.get_mut(&self.who) {
            *count -= 1;
            if *count == 0 {
                open.of.remove(&self.who);
            }
        }
    }
}
