//! What people and programs ask of the scheduler.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::executor::Report;
use crate::ids::{AssetName, DagId, RunId, RunKey, ShardId};
use crate::schedule::DataInterval;
use crate::time::Timestamp;

use super::changed_assets::AssetNews;
use super::operation::{BackfillChange, NewBackfill, Operation};
use super::run_origin::RunOrigin;

/// A wish. It is dealt with by the scheduler that owns its DAG's shard.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Request {
    /// Start a run.
    Trigger(Trigger),
    /// Stop or resume scheduling a DAG.
    SetPaused {
        /// Which DAG.
        dag_id: DagId,
        /// Stop or resume.
        paused: bool,
    },
    /// End a run: its live attempts are killed, and it fails.
    CancelRun {
        /// Its DAG.
        dag_id: DagId,
        /// Its id.
        run_id: RunId,
    },
    /// Change a run, finished or not.
    Operate {
        /// Its DAG.
        dag_id: DagId,
        /// Its key.
        run: RunKey,
        /// What to do.
        operation: Operation,
    },
    /// Forget the finished runs of a DAG, and the DAG where it is not defined any more. Refused while it has unfinished ones.
    DeleteHistory {
        /// Which DAG.
        dag_id: DagId,
    },
    /// Forget one run, which is over.
    DeleteRun {
        /// Its DAG.
        dag_id: DagId,
        /// Its key.
        run: RunKey,
    },
    /// Begin a backfill.
    Backfill(NewBackfill),
    /// Pause, resume or end a backfill.
    SetBackfill {
        /// Its DAG.
        dag_id: DagId,
        /// Its number.
        number: i64,
        /// What to do.
        change: BackfillChange,
    },
}

/// What one process puts into the inbox of a shard, for its owner to read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Message {
    /// A wish of somebody.
    Request(Request),
    /// What an executor has to tell of an attempt, where its process does not own the attempt's shard any more.
    Report(Report),
    /// What another shard has to tell of an asset.
    AssetChanged(AssetNews),
    /// Somebody says from outside that an asset has changed. It goes to the shard of the asset's name.
    ChangeAsset {
        /// Which one.
        asset: AssetName,
        /// Facts about the change: a JSON object, or null.
        extra: Value,
    },
}

/// A run to start.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trigger {
    /// Which DAG.
    pub dag_id: DagId,
    /// The run's id; `manual__` and the logical date where absent.
    #[serde(default)]
    pub run_id: Option<RunId>,
    /// What the run is about; where absent the time after which it runs, and now where that is absent, too.
    #[serde(default)]
    pub logical_date: Option<Timestamp>,
    /// The time whose data it is about; what the schedule says of the logical date where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data_interval: Option<DataInterval>,
    /// A JSON object; `null` counts as an empty one.
    #[serde(default)]
    pub conf: Value,
    /// Who asks, and when it may begin.
    #[serde(default)]
    pub origin: RunOrigin,
}

impl Request {
    /// The DAG that it is about.
    pub fn dag_id(&self) -> &DagId {
        match self {
            Self::Trigger(trigger) => &trigger.dag_id,
            Self::Backfill(backfill) => &backfill.dag_id,
            Self::SetPaused { dag_id, .. }
            | Self::CancelRun { dag_id, .. }
            | Self::Operate { dag_id, .. }
            | Self::DeleteHistory { dag_id }
            | Self::DeleteRun { dag_id, .. }
            | Self::SetBackfill { dag_id, .. } => dag_id,
        }
    }
}

/// Where a posted request is kept.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct InboxId {
    /// The shard that is to deal with it.
    pub shard: ShardId,
    /// Grows in the shard's inbox.
    pub number: i64,
}

/// What came of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// A run was started.
    Triggered {
        /// Its key.
        key: RunKey,
        /// Its id.
        run_id: RunId,
    },
    /// A backfill was begun.
    BackfillBegun {
        /// Its number.
        number: i64,
    },
    /// It is so now.
    Done,
    /// It is on its way to the scheduler that owns the DAG.
    Posted,
}

impl Trigger {
    /// The biggest configuration of a run, as JSON text.
    pub const MAX_CONF_BYTES: usize = 1 << 20;

    /// A run of this DAG, with nothing said about it.
    pub fn of(dag_id: DagId) -> Self {
        Self {
            dag_id,
            run_id: None,
            logical_date: None,
            data_interval: None,
            conf: Value::Null,
            origin: RunOrigin::default(),
        }
    }

    /// What the run is about, if it is asked for at `now`.
    pub fn date(&self, now: Timestamp) -> Timestamp {
        self.logical_date.or(self.origin.run_after).unwrap_or(now)
    }
}
