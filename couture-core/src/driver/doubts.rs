//! Launches of which nobody knows whether they were recorded.

use super::batch::Batch;
use super::running::Driver;
use crate::executor::{Launch, Report};
use crate::ids::ShardId;
use crate::store::{Message, StoreError};
use crate::task::Outcome;

impl Driver {
    /// A commit without an answer was refused when it was repeated, for these shards: it may have been applied before they went to others.
    /// Then they have launches of this process, which is alive and will not do them.
    pub(super) fn doubt(&mut self, shards: &[ShardId], batch: &Batch) {
        let launches = batch.launches.iter().chain(&batch.resumes);
        self.doubtful.extend(launches.filter(|launch| shards.contains(&launch.token.run.shard())).cloned());
    }

    /// Tells the owners of shards that such launches are lost, where the store has them. Where it fails, they wait.
    pub(super) async fn settle_doubts(&mut self) -> Result<(), StoreError> {
        while let Some(launch) = self.doubtful.last().cloned() {
            if self.is_recorded(&launch).await? {
                let report = Report::Ended {
                    token: launch.token,
                    started_at: None,
                    ended_at: self.clock.now().wall,
                    outcome: Outcome::Lost { reason: "its shard went to another scheduler before it began".into() },
                };
                self.store.post(launch.token.run.shard(), &Message::Report(report)).await?;
            }
            self.doubtful.pop();
        }
        Ok(())
    }

    /// Whether the store has this very launch, of this process.
    async fn is_recorded(&self, launch: &Launch) -> Result<bool, StoreError> {
        let snapshot = self.store.run_snapshot(launch.token.run).await?;
        let own = self.executor.worker();
        Ok(snapshot.is_some_and(|snapshot| {
            let mut rows = snapshot.tasks.iter().filter(|row| row.token == launch.token && row.state.is_live());
            rows.any(|row| row.worker.as_ref() == Some(own))
        }))
    }
}
