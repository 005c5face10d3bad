//! What a DAG has heard of the assets that it waits for.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::dag::AssetCondition;
use crate::ids::AssetName;
use crate::schedule::DataInterval;
use crate::time::Timestamp;

/// An asset was changed, as the DAGs that wait for it are told.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct AssetNews {
    /// Which one.
    pub asset: AssetName,
    /// When.
    pub at: Timestamp,
    /// The data interval of the run that changed it; the moment of the change where no run did.
    pub data_interval: DataInterval,
}

/// The changes of assets since the last run of a DAG that assets started.
#[derive(Clone, Default, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ChangedAssets {
    /// The logical date of that run.
    #[serde(default)]
    pub last_run: Option<Timestamp>,
    /// The latest change.
    #[serde(default)]
    pub last_change: Option<Timestamp>,
    /// The assets that have changed, with the time that the data of all their changes spans.
    #[serde(default)]
    pub assets: BTreeMap<AssetName, DataInterval>,
}

impl ChangedAssets {
    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Takes in a change.
    pub fn add(&mut self, news: &AssetNews) {
        let span = self.assets.entry(news.asset.clone()).or_insert(news.data_interval);
        *span = joined(*span, news.data_interval);
        self.last_change = self.last_change.max(Some(news.at));
    }

    /// Forgets the changes of assets that `condition` does not name.
    pub fn keep(&mut self, condition: Option<&AssetCondition>) {
        let names = condition.map(AssetCondition::names).unwrap_or_default();
        self.assets.retain(|asset, _| names.contains(&asset));
    }

    /// Whether `condition` asks for a run.
    pub fn satisfy(&self, condition: &AssetCondition) -> bool {
        !self.assets.is_empty() && condition.holds(&|asset| self.assets.contains_key(asset))
    }

    /// Uses the changes up for a run: its logical date, which is that of the latest change and of no other such run, and its data
    /// interval, which spans those of all changes. `None` where there are none.
    pub fn use_up(&mut self) -> Option<(Timestamp, DataInterval)> {
        let data_interval = std::mem::take(&mut self.assets).into_values().reduce(joined)?;
        let latest = self.last_change.take().unwrap_or(data_interval.end);
        let logical_date = self.last_run.map_or(latest, |last| latest.max(last + std::time::Duration::from_micros(1)));
        self.last_run = Some(logical_date);
        Some((logical_date, data_interval))
    }
}

fn joined(one: DataInterval, other: DataInterval) -> DataInterval {
    DataInterval::new(one.start.min(other.start), one.end.max(other.end))
}
