//! Moves the logs of attempts that are over from the live folder to where they are kept.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use couture_core::task::Listener;
use couture_core::{
    AttemptToken, BoxError, Clock, MapIndex, ProcessCommand, ProcessEnd, ProcessError, Processes, StoreReader,
    TaskContext, TaskIndex,
};
use couture_store::LogStore;
use tokio::sync::Notify;

/// Passes everything on to another process service, and remembers which attempts are over for good.
///
/// The engine settles an attempt, native or not, when its end is durable: from then on nothing is logged for it.
#[derive(Debug)]
pub(crate) struct ShippedProcesses {
    inner: Arc<dyn Processes>,
    over: Arc<Over>,
}

/// The attempts that are over and whose logs were not moved yet.
#[derive(Debug, Default)]
pub(crate) struct Over {
    tokens: Mutex<HashSet<AttemptToken>>,
    more: Notify,
}

/// From one move to the next, so that many ends share one.
const GATHER: Duration = Duration::from_millis(200);
/// After a move that failed.
const RETRY: Duration = Duration::from_secs(10);
/// The most attempts that are remembered; the logs of others are moved at the next start.
const MAX_TOKENS: usize = 4_000_000;

impl ShippedProcesses {
    pub(crate) fn new(inner: Arc<dyn Processes>) -> (Self, Arc<Over>) {
        let over = Arc::new(Over::default());
        (Self { inner, over: over.clone() }, over)
    }
}

#[async_trait]
impl Processes for ShippedProcesses {
    async fn converse(
        &self,
        command: ProcessCommand,
        cx: &TaskContext,
        listener: &dyn Listener,
    ) -> Result<ProcessEnd, ProcessError> {
        self.inner.converse(command, cx, listener).await
    }

    async fn known(&self, attempts: &[AttemptToken]) -> Vec<AttemptToken> {
        self.inner.known(attempts).await
    }

    async fn settled(&self, attempts: &[AttemptToken]) {
        self.inner.settled(attempts).await;
        self.over.add(attempts.iter().copied());
    }
}

impl Over {
    fn add(&self, attempts: impl IntoIterator<Item = AttemptToken>) {
        let mut tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        let room = MAX_TOKENS.saturating_sub(tokens.len());
        tokens.extend(attempts.into_iter().take(room));
        self.more.notify_one();
    }

    fn take(&self) -> HashSet<AttemptToken> {
        std::mem::take(&mut *self.tokens.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Moves the logs of attempts as they end, for ever. What an earlier process left behind goes first.
    pub(crate) async fn ship(self: Arc<Self>, logs: LogStore, reader: Arc<dyn StoreReader>, clock: Arc<dyn Clock>) {
        match left_behind(&logs, &*reader).await {
            Ok(tokens) => self.add(tokens),
            Err(error) => tracing::warn!("failed to look for logs of the last run of this server: {error}"),
        }
        loop {
            self.more.notified().await;
            clock.sleep(GATHER).await;
            let over = self.take();
            if let Err(error) = ship_those(&logs, &over).await {
                tracing::warn!("failed to move logs, and try again: {error}");
                clock.sleep(RETRY).await;
                self.add(over);
            }
        }
    }
}

/// Most attempts have no log: those that have are found by the live folder, which is short.
async fn ship_those(logs: &LogStore, over: &HashSet<AttemptToken>) -> Result<(), BoxError> {
    let mut tokens = logs.unshipped().await?;
    tokens.retain(|token| over.contains(token));
    logs.ship(&tokens).await
}

/// The attempts in the live folder that do not run any more.
async fn left_behind(logs: &LogStore, reader: &dyn StoreReader) -> Result<Vec<AttemptToken>, BoxError> {
    let mut over = Vec::new();
    for token in logs.unshipped().await? {
        let before = token.task.0.checked_sub(1).map(|task| (TaskIndex(task), MapIndex(i32::MAX)));
        let records = reader.tasks(token.run, before, 1).await?;
        if !records.iter().any(|record| record.token == token && record.state.is_live()) {
            over.push(token);
        }
    }
    Ok(over)
}
