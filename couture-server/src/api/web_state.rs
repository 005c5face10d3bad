//! What the routes of the server work on.

use std::sync::{Arc, OnceLock};

use axum::extract::FromRef;
use tokio::sync::watch;

use super::openapi::ApiDocument;
use super::state::ApiState;
use super::stream_room::StreamRoom;
use crate::auth::Authority;
use crate::eda::{Closed, EdaRoom};
use crate::files::FileRoom;
use crate::live::{LiveHub, LiveSources};
use crate::measures::Measures;
use crate::node::Node;
use crate::settings::Settings;

/// What the routes of the server work on. Clones share it.
#[derive(Clone, Debug)]
pub struct WebState {
    /// Engine, store and what is defined.
    pub api: ApiState,
    /// Who somebody is, and what they may do.
    pub authority: Arc<Authority>,
    /// The files that people keep here.
    pub files: FileRoom,
    /// What is kept of exploratory data analysis, where it is possible here.
    pub eda: Result<EdaRoom, Closed>,
    /// What the API says of itself, once its routes are known.
    pub document: Arc<OnceLock<ApiDocument>>,
    /// The names of what changes nothing, once the routes are known.
    pub views: Arc<OnceLock<Vec<String>>>,
    /// What is measured; none where the program that embeds the server gathers that.
    pub measures: Option<Measures>,
    /// Tells changes as they happen.
    pub live: Arc<LiveHub>,
    /// Room for streams.
    pub streams: StreamRoom,
    /// The settings.
    pub settings: Arc<Settings>,
    /// Becomes true when the server stops: streams end then.
    pub stopping: watch::Receiver<bool>,
}

impl WebState {
    /// For the routes over `node`, with nothing that measures. Must be called on a tokio runtime.
    pub fn new(
        node: &Node,
        authority: Arc<Authority>,
        settings: Arc<Settings>,
        stopping: watch::Receiver<bool>,
    ) -> Self {
        let api = node.api_state();
        let (live, reading) = LiveHub::new(LiveSources {
            engine: api.engine.clone(),
            store: api.store.clone(),
            reader: api.reader.clone(),
            shapes: api.shapes.clone(),
            clock: api.clock.clone(),
        });
        tokio::spawn(reading);
        let (files, eda) = (node.files().clone(), node.eda().clone());
        let streams = StreamRoom::new(settings.server.max_streams_per_user as usize);
        Self {
            api,
            streams,
            authority,
            document: Arc::default(),
            views: Arc::default(),
            measures: None,
            live,
            files,
            eda,
            settings,
            stopping,
        }
    }
}

impl WebState {
    /// The names of what changes nothing.
    pub(super) fn views(&self) -> &[String] {
        self.views.get().map_or(&[], Vec::as_slice)
    }
}

impl FromRef<WebState> for ApiState {
    fn from_ref(state: &WebState) -> Self {
        state.api.clone()
    }
}

impl FromRef<WebState> for Arc<Settings> {
    fn from_ref(state: &WebState) -> Self {
        state.settings.clone()
    }
}

impl FromRef<WebState> for Arc<Authority> {
    fn from_ref(state: &WebState) -> Self {
        state.authority.clone()
    }
}

/// Resolves when the server stops.
pub(super) async fn wished(stopping: &mut watch::Receiver<bool>) {
    // An error means that nobody can wish it any more, which is the end too.
    let _ = stopping.wait_for(|stopping| *stopping).await;
}

impl FromRef<WebState> for FileRoom {
    fn from_ref(state: &WebState) -> Self {
        state.files.clone()
    }
}
