//! DAGs and their versions.

use couture_core::schedule::DataInterval;
use couture_core::store::{ChangedAssets, DagRecord, DagVersion, StoreError};
use couture_core::{DagId, Timestamp};
use sqlx::Error;

use super::{SqlStore, limit};
use crate::sql::{Args, Row, RunError, Script};

/// A version is kept in pieces, because databases bound the size of a message.
const CHUNK_BYTES: usize = 1 << 20;

/// What [`read_dag`] reads.
macro_rules! dag_columns {
    () => {
        "dag_id, paused, active, version, interval_start, interval_end, changed_assets"
    };
}
pub(super) use dag_columns;

pub(super) fn read_dag(row: &Row) -> Result<DagRecord, Error> {
    Ok(DagRecord {
        dag_id: row.parsed(0, DagId::new)?,
        paused: row.int(1)? != 0,
        active: row.int(2)? != 0,
        version: row.text(3)?.to_owned(),
        last_interval: match (row.opt_int(4)?, row.opt_int(5)?) {
            (Some(start), Some(end)) => {
                Some(DataInterval::new(Timestamp::from_micros(start), Timestamp::from_micros(end)))
            }
            _ => None,
        },
        changed_assets: match row.opt_text(6)? {
            Some(_) => row.parsed(6, serde_json::from_str)?,
            None => ChangedAssets::default(),
        },
    })
}

impl SqlStore {
    async fn dag_list(&self, sql: &'static str, args: Args) -> Result<Vec<DagRecord>, StoreError> {
        let mut dags = Vec::new();
        self.database()
            .fetch(sql, args, |row| {
                dags.push(read_dag(&row)?);
                Ok(())
            })
            .await?;
        Ok(dags)
    }

    pub(super) async fn dags_after(&self, after: Option<&DagId>, most: usize) -> Result<Vec<DagRecord>, StoreError> {
        let mut args = self.database().args();
        // No id is empty, so that all come after the empty text.
        args.text(after.map_or("", DagId::as_str)).int(limit(most));
        let sql = concat!("SELECT ", dag_columns!(), " FROM dag WHERE dag_id > ? ORDER BY dag_id LIMIT ?");
        self.dag_list(sql, args).await
    }

    pub(super) async fn dag_by_id(&self, dag_id: &DagId) -> Result<Option<DagRecord>, StoreError> {
        let mut args = self.database().args();
        args.text(dag_id.as_str());
        let sql = concat!("SELECT ", dag_columns!(), " FROM dag WHERE dag_id = ?");
        Ok(self.dag_list(sql, args).await?.pop())
    }

    pub(super) async fn keep_version(&self, version: &DagVersion) -> Result<(), StoreError> {
        let mut script = Script::new(self.database());
        let last = version.json.len().saturating_sub(1) / CHUNK_BYTES;
        for chunk in 0..=last {
            let end = version.json.len().min((chunk + 1) * CHUNK_BYTES);
            let args = script.step(&self.inner.statements.chunk, 1);
            args.text(&version.version).int(chunk as i64).bytes(&version.json[chunk * CHUNK_BYTES..end]);
        }
        self.database().run(script).await.map_err(|error| match error {
            RunError::Sql(error) => self.database().fault(error),
            RunError::Guard | RunError::Unique => StoreError::Corrupt("a version of a dag was refused".to_owned()),
        })
    }

    pub(super) async fn version_json(&self, version: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let mut args = self.database().args();
        args.text(version);
        let mut json = None;
        let sql = "SELECT content FROM dag_version WHERE version = ? ORDER BY chunk";
        self.database()
            .fetch(sql, args, |row| {
                json.get_or_insert_with(Vec::new).extend_from_slice(row.bytes(0)?);
                Ok(())
            })
            .await?;
        Ok(json)
    }
}
