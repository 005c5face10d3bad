//! Audit rows, written many at a time.

use std::sync::Arc;
use std::time::Duration;

use couture_core::{Clock, Timestamp};
use tokio::sync::{mpsc, oneshot};

use super::audit::{Audit, AuditEntry};

/// Takes audit rows from all sides, and writes them in batches: what waits while one is written makes the next. Clones are handles.
#[derive(Clone, Debug)]
pub struct AuditWriter {
    sender: mpsc::Sender<Order>,
    clock: Arc<dyn Clock>,
}

#[derive(Debug)]
enum Order {
    Write(Box<(Timestamp, AuditEntry)>),
    /// Answers when everything before it is durable.
    Flush(oneshot::Sender<()>),
}

/// The log cannot keep up: the store takes nothing, and the queue is full. Nothing may be done that cannot be recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the audit log takes nothing at the moment; try again")]
pub struct AuditLost;

/// The most rows that wait.
const QUEUE: usize = 8_192;
/// The most rows of a batch.
const BATCH: usize = 512;
/// How long a caller waits for room in the queue.
const PATIENCE: Duration = Duration::from_secs(5);
/// From a failed write to the next try.
const RETRY: Duration = Duration::from_millis(500);
/// How long the first row of a batch waits for others: the writer of SQLite is shared with the engine.
const GATHER: Duration = Duration::from_millis(20);

impl AuditWriter {
    /// A writer into `audit`. It ends when the last handle is gone and everything is written. Must be called on a tokio runtime.
    pub fn start(audit: Arc<dyn Audit>, clock: Arc<dyn Clock>) -> Self {
        let (sender, receiver) = mpsc::channel(QUEUE);
        tokio::spawn(write(audit, receiver, clock.clone()));
        Self { sender, clock }
    }

    /// Hands over a row. It is durable a moment later; see [`flush`](Self::flush).
    pub async fn record(&self, entry: AuditEntry) -> Result<(), AuditLost> {
        let row = Order::Write(Box::new((self.clock.now().wall, entry)));
        tokio::select! {
            biased;
            sent = self.sender.send(row) => sent.map_err(|_| AuditLost),
            () = self.clock.sleep(PATIENCE) => Err(AuditLost),
        }
    }

    /// Waits until everything that was handed over before is durable. It waits for as long as the store takes nothing.
    pub async fn flush(&self) {
        let (done, wait) = oneshot::channel();
        if self.sender.send(Order::Flush(done)).await.is_ok() {
            // An error means that the writer is gone with the runtime.
            let _ = wait.await;
        }
    }
}

async fn write(audit: Arc<dyn Audit>, mut receiver: mpsc::Receiver<Order>, clock: Arc<dyn Clock>) {
    let mut orders = Vec::new();
    while receiver.recv_many(&mut orders, BATCH).await > 0 {
        let is_urgent = |orders: &[Order]| orders.iter().any(|order| matches!(order, Order::Flush(_)));
        if orders.len() < BATCH && !is_urgent(&orders) {
            clock.sleep(GATHER).await;
            while orders.len() < BATCH
                && let Ok(order) = receiver.try_recv()
            {
                orders.push(order);
            }
        }
        let (mut rows, mut flushed) = (Vec::new(), Vec::new());
        for order in orders.drain(..) {
            match order {
                Order::Write(row) => rows.push(*row),
                Order::Flush(done) => flushed.push(done),
            }
        }
        let mut failed = false;
        while let Err(error) = audit.append(&rows).await {
            if !failed {
                tracing::error!("the audit log cannot be written, and is tried again: {error}");
            }
            failed = true;
            clock.sleep(RETRY).await;
        }
        for done in flushed {
            // Whoever asked may be gone.
            let _ = done.send(());
        }
    }
}
