//! Requests that wait for their scheduler.

use couture_core::ShardId;
use couture_core::store::{InboxId, Message, StoreError};

use super::{SqlStore, limit};

impl SqlStore {
    pub(super) async fn put_request(&self, shard: ShardId, request: &Message) -> Result<InboxId, StoreError> {
        let mut args = self.database().args();
        let text = serde_json::to_string(request)
            .map_err(|error| StoreError::Corrupt(format!("the request cannot be held as JSON: {error}")))?;
        args.int(self.known(shard)?).text(&text);
        let sql = "INSERT INTO inbox (shard, request) VALUES (?, ?)";
        Ok(InboxId { shard, number: self.database().insert(sql, "number", args).await? })
    }

    pub(super) async fn requests(
        &self,
        shards: &[ShardId],
        most: usize,
    ) -> Result<Vec<(InboxId, Result<Message, String>)>, StoreError> {
        if shards.is_empty() {
            return Ok(Vec::new());
        }
        // A limit for each, in one round trip.
        let one = "SELECT * FROM (SELECT shard, number, request FROM inbox WHERE shard = ? ORDER BY number LIMIT ?) AS waiting";
        let sql = vec![one; shards.len()].join(" UNION ALL ");
        let mut args = self.database().args();
        for shard in shards {
            args.int(shard.0.into()).int(limit(most));
        }
        let mut requests = Vec::new();
        self.database()
            .fetch(sql, args, |row| {
                let shard = ShardId(row.number(0, |shard| u32::try_from(shard).ok())?);
                let request = serde_json::from_str(row.text(2)?).map_err(|error| error.to_string());
                requests.push((InboxId { shard, number: row.int(1)? }, request));
                Ok(())
            })
            .await?;
        requests.sort_unstable_by_key(|(id, _)| id.number);
        Ok(requests)
    }
}
