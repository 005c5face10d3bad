//! Who owns which shard, and who is alive.

use couture_core::store::{Shard, StoreError};
use couture_core::{Epoch, ShardId, WorkerId};

use super::SqlStore;

impl SqlStore {
    pub(super) async fn shard_list(&self) -> Result<Vec<Shard>, StoreError> {
        let mut shards = Vec::new();
        self.database()
            .fetch("SELECT id, epoch, owner FROM shard ORDER BY id", self.database().args(), |row| {
                let owner = row.opt_text(2)?.is_some().then(|| row.parsed(2, str::parse)).transpose()?;
                let id = ShardId(row.number(0, |id| u32::try_from(id).ok())?);
                shards.push(Shard { id, epoch: Epoch(row.int(1)? as u64), owner });
                Ok(())
            })
            .await?;
        Ok(shards)
    }

    pub(super) async fn claim_shard(
        &self,
        shard: ShardId,
        seen: Epoch,
        owner: Option<&WorkerId>,
    ) -> Result<Option<Epoch>, StoreError> {
        let owner = owner.map(WorkerId::to_string);
        let mut args = self.database().args();
        args.int(seen.0 as i64 + 1).opt_text(owner.as_deref()).int(shard.0.into()).int(seen.0 as i64);
        let sql = "UPDATE shard SET epoch = ?, owner = ? WHERE id = ? AND epoch = ?";
        let claimed = self.database().execute(sql, args).await? == 1;
        Ok(claimed.then_some(Epoch(seen.0 + 1)))
    }

    pub(super) async fn put_beat(&self, worker: &WorkerId) -> Result<(), StoreError> {
        let database = self.database();
        let mut args = database.args();
        args.text(&worker.name).int(worker.incarnation as i64);
        database.execute(database.dialect().beat(), args).await.map(drop)
    }

    pub(super) async fn beat_list(&self) -> Result<Vec<(WorkerId, u64)>, StoreError> {
        let mut beats = Vec::new();
        let sql = "SELECT name, incarnation, beat FROM worker ORDER BY name, incarnation";
        self.database()
            .fetch(sql, self.database().args(), |row| {
                beats.push((WorkerId::new(row.text(0)?, row.int(1)? as u64), row.int(2)? as u64));
                Ok(())
            })
            .await?;
        Ok(beats)
    }

    pub(super) async fn remove_worker(&self, worker: &WorkerId) -> Result<(), StoreError> {
        let mut args = self.database().args();
        args.text(&worker.name).int(worker.incarnation as i64);
        self.database().execute("DELETE FROM worker WHERE name = ? AND incarnation = ?", args).await.map(drop)
    }
}
