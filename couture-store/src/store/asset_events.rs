//! Changes of assets.

use couture_core::store::{AssetEvent, StoreError};
use couture_core::{AssetName, Timestamp};
use sqlx::Error;

use super::{SqlStore, limit};
use crate::sql::Row;

fn read_asset_event(row: &Row) -> Result<AssetEvent, Error> {
    Ok(AssetEvent {
        asset: row.parsed(0, AssetName::new)?,
        at: Timestamp::from_micros(row.int(1)?),
        source: row.opt_text(2)?.is_some().then(|| row.parsed(2, serde_json::from_str)).transpose()?,
        extra: row.parsed(3, serde_json::from_str)?,
    })
}

impl SqlStore {
    pub(super) async fn asset_event_list(
        &self,
        asset: Option<&AssetName>,
        newest_first: bool,
        offset: usize,
        most: usize,
    ) -> Result<Vec<AssetEvent>, StoreError> {
        let mut args = self.database().args();
        let of_asset = asset.map_or("", |asset| {
            args.text(asset.as_str());
            " WHERE asset = ?"
        });
        args.int(limit(most)).int(limit(offset));
        let order = if newest_first { " DESC" } else { "" };
        let sql = format!(
            "SELECT asset, changed_at, source, extra FROM asset_event{of_asset} ORDER BY number{order} LIMIT ? OFFSET ?"
        );
        let mut events = Vec::new();
        self.database()
            .fetch(sql, args, |row| {
                events.push(read_asset_event(&row)?);
                Ok(())
            })
            .await?;
        Ok(events)
    }

    pub(super) async fn asset_events_counted(&self, asset: Option<&AssetName>) -> Result<usize, StoreError> {
        let mut args = self.database().args();
        let of_asset = asset.map_or("", |asset| {
            args.text(asset.as_str());
            " WHERE asset = ?"
        });
        self.count(format!("SELECT COUNT(*) FROM asset_event{of_asset}"), args).await
    }
}
