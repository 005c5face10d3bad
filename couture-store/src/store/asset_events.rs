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
    pub(super) async fn newest_asset_events(
        &self,
        asset: Option<&AssetName>,
        most: usize,
    ) -> Result<Vec<AssetEvent>, StoreError> {
        let mut args = self.database().args();
        let of_asset =
            "SELECT asset, changed_at, source, extra FROM asset_event WHERE asset = ? ORDER BY number DESC LIMIT ?";
        let of_all = "SELECT asset, changed_at, source, extra FROM asset_event ORDER BY number DESC LIMIT ?";
        if let Some(asset) = asset {
            args.text(asset.as_str());
        }
        args.int(limit(most));
        let mut events = Vec::new();
        self.database()
            .fetch(if asset.is_some() { of_asset } else { of_all }, args, |row| {
                events.push(read_asset_event(&row)?);
                Ok(())
            })
            .await?;
        Ok(events)
    }
}
