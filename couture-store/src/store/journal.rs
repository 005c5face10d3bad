//! The journal.

use couture_core::store::{JournalChange, JournalEntry, Record, StoreError};
use couture_core::{
    AssetName, AttemptToken, DagId, MapIndex, RunKey, RunState, ShardId, TaskIndex, TaskState, Timestamp,
};
use sqlx::Error;

use super::{SqlStore, limit};
use crate::sql::{Args, Row, unexpected};

// What an entry tells. Numbers are never reused.
const DAG: i64 = 1;
const RUN: i64 = 2;
const TASK: i64 = 3;
const INBOX: i64 = 4;
const WITHDRAWN: i64 = 5;
const ASSET: i64 = 6;
const SLA_MISS: i64 = 7;
const BACKFILL: i64 = 8;
const HISTORY: i64 = 9;

/// Adds what the entry of `record` tells: kind, state, run, task, map index, try, launch, and the DAG or asset.
pub(super) fn bind(args: &mut Args, record: &Record) {
    let (kind, state, run, dag) = match record {
        Record::Task(task) => {
            let token = &task.token;
            args.int(TASK).int(task.state.code()).int(token.run.0).int(token.task.0.into());
            args.int(token.map_index.0.into()).int(token.try_number.into()).int(token.launch.into()).opt_text(None);
            return;
        }
        Record::Dag(dag) => (DAG, 0, 0, Some(dag.dag_id.as_str())),
        Record::RunCreated(run) => (RUN, run.state.code(), run.key.0, None),
        Record::RunChanged(run) => (RUN, run.state.code(), run.key.0, None),
        Record::InboxDone(_) | Record::Posted { .. } => (INBOX, 0, 0, None),
        Record::Withdrawn => (WITHDRAWN, 0, 0, None),
        Record::AssetChanged(event) => (ASSET, 0, 0, Some(event.asset.as_str())),
        Record::SlaMissed(miss) => (SLA_MISS, 0, 0, Some(miss.dag_id.as_str())),
        Record::Backfill(backfill) => (BACKFILL, 0, 0, Some(backfill.dag_id.as_str())),
        Record::HistoryDeleted(dag_id) | Record::RunDeleted { dag_id, .. } => (HISTORY, 0, 0, Some(dag_id.as_str())),
    };
    args.int(kind).int(state).int(run).int(0).int(0).int(0).int(0).opt_text(dag);
}

impl SqlStore {
    pub(super) async fn journal_positions(&self) -> Result<Vec<(ShardId, u64)>, StoreError> {
        let mut positions = Vec::new();
        self.database()
            .fetch("SELECT id, sequence FROM shard ORDER BY id", self.database().args(), |row| {
                positions.push((ShardId(row.number(0, |id| u32::try_from(id).ok())?), row.int(1)? as u64));
                Ok(())
            })
            .await?;
        Ok(positions)
    }

    pub(super) async fn journal_after(
        &self,
        shard: ShardId,
        after: u64,
        most: usize,
    ) -> Result<Vec<JournalEntry>, StoreError> {
        let mut args = self.database().args();
        args.int(self.known(shard)?).int(i64::try_from(after).unwrap_or(i64::MAX)).int(limit(most));
        let mut entries = Vec::new();
        let sql = "SELECT sequence, written_at, kind, state, run_key, task_index, map_index, try_number, launch, dag_id \
                   FROM journal WHERE shard = ? AND sequence > ? ORDER BY sequence LIMIT ?";
        self.database()
            .fetch(sql, args, |row| {
                entries.push(entry(&row)?);
                Ok(())
            })
            .await?;
        Ok(entries)
    }
}

fn entry(row: &Row) -> Result<JournalEntry, Error> {
    let change = match row.int(2)? {
        DAG => JournalChange::Dag(row.parsed(9, DagId::new)?),
        RUN => JournalChange::Run(RunKey(row.int(4)?), row.number(3, RunState::from_code)?),
        TASK => JournalChange::Task(token(row, 4)?, row.number(3, TaskState::from_code)?),
        INBOX => JournalChange::Inbox,
        WITHDRAWN => JournalChange::Withdrawn,
        ASSET => JournalChange::Asset(row.parsed(9, AssetName::new)?),
        SLA_MISS => JournalChange::SlaMiss(row.parsed(9, DagId::new)?),
        BACKFILL => JournalChange::Backfill(row.parsed(9, DagId::new)?),
        HISTORY => JournalChange::HistoryDeleted(row.parsed(9, DagId::new)?),
        kind => return Err(unexpected(2, kind)),
    };
    Ok(JournalEntry { sequence: row.int(0)? as u64, at: Timestamp::from_micros(row.int(1)?), change })
}

/// The token in the five columns from `at`.
pub(super) fn token(row: &Row, at: usize) -> Result<AttemptToken, Error> {
    let small = |at| row.number(at, |number| u32::try_from(number).ok());
    Ok(AttemptToken {
        run: RunKey(row.int(at)?),
        task: TaskIndex(small(at + 1)?),
        map_index: MapIndex(row.number(at + 2, |number| i32::try_from(number).ok())?),
        try_number: small(at + 3)?,
        launch: small(at + 4)?,
    })
}
