//! The statements of commits, made once.

use std::sync::Arc;

use couture_core::{DagId, RunKey};

use crate::sql::{Batch, Dialect, Script, Table};

/// All statements that a commit is made of.
pub(super) struct Statements {
    /// Advances a shard if nobody else has: sequence, id, epoch, sequence before.
    pub(super) advance: Arc<str>,
    /// Takes or gives back slots if there are enough: slots, name, slots, slots.
    pub(super) slots: Arc<str>,
    pub(super) dags: Batch,
    pub(super) new_runs: Batch,
    pub(super) changed_runs: Batch,
    /// Pins runs to a version: the version, and a list of keys.
    pub(super) versions: Batch,
    /// Keeps the rows of these instances as tries.
    pub(super) archive: Batch,
    pub(super) tasks: Batch,
    pub(super) tries: Batch,
    pub(super) xcoms: Batch,
    pub(super) asset_events: Batch,
    pub(super) sla_misses: Batch,
    pub(super) backfills: Batch,
    pub(super) journal: Batch,
    pub(super) posted: Batch,
    pub(super) done: Batch,
    pub(super) chunk: Arc<str>,
    pub(super) run_ids: Batch,
    /// Each for the id of a DAG.
    history: Vec<Arc<str>>,
    /// Each for the key of a run.
    one_run: Vec<Arc<str>>,
}

const DAGS: Table = Table {
    name: "dag",
    columns: &["dag_id", "shard", "paused", "active", "version", "interval_start", "interval_end", "changed_assets"],
    keys: 1,
};

const NEW_RUNS: Table = Table {
    name: "dag_run",
    columns: &[
        "run_key",
        "dag_id",
        "version",
        "run_id",
        "run_type",
        "logical_date",
        "interval_start",
        "interval_end",
        "backfill",
        "queued_at",
        "state",
        "started_at",
        "ended_at",
        "cancelled",
        "unfinished",
        "conf",
        "triggered_by",
        "triggering_user",
        "run_after",
    ],
    keys: 1,
};

const CHANGED_RUNS: Table = Table {
    name: "dag_run",
    columns: &["run_key", "state", "started_at", "ended_at", "cancelled", "unfinished"],
    keys: 1,
};

const TASK_COLUMNS: &[&str] = &[
    "run_key",
    "task_index",
    "map_index",
    "try_number",
    "launch",
    "state",
    "sequence",
    "lost",
    "worker",
    "queued_at",
    "started_at",
    "ended_at",
    "retry_at",
    "error",
    "max_tries",
    "length",
    "decision",
    "deferral",
];

const TASKS: Table = Table { name: "task_instance", columns: TASK_COLUMNS, keys: 3 };

const TRIES: Table = Table { name: "task_try", columns: TASK_COLUMNS, keys: 4 };

const XCOMS: Table = Table {
    name: "xcom",
    columns: &["run_key", "task_index", "map_index", "xcom_key", "sequence", "is_artifact", "content", "ordinal"],
    keys: 4,
};

const ASSET_EVENTS: Table =
    Table { name: "asset_event", columns: &["asset", "changed_at", "source", "extra"], keys: 0 };

const INBOX: Table = Table { name: "inbox", columns: &["shard", "request"], keys: 0 };

const SLA_MISSES: Table =
    Table { name: "sla_miss", columns: &["dag_id", "logical_date", "task_id", "run_key", "found_at"], keys: 3 };

const BACKFILLS: Table = Table {
    name: "backfill",
    columns: &[
        "number",
        "dag_id",
        "first_date",
        "last_date",
        "max_active_runs",
        "reprocess",
        "is_reverse",
        "conf",
        "state",
        "unfinished",
        "reached",
        "created_at",
        "ended_at",
    ],
    keys: 1,
};

/// What goes with a DAG's history. What belongs to its runs goes later, little by little.
const HISTORY: [&str; 6] = [
    "INSERT INTO deleted_run (run_key) SELECT run_key FROM dag_run WHERE dag_id = ? AND unfinished IS NULL",
    "DELETE FROM dag_run WHERE dag_id = ? AND unfinished IS NULL",
    "DELETE FROM backfill WHERE dag_id = ? AND unfinished IS NULL",
    "DELETE FROM sla_miss WHERE dag_id = ? AND NOT EXISTS \
     (SELECT 1 FROM dag_run WHERE dag_run.run_key = sla_miss.run_key)",
    "DELETE FROM dag WHERE dag_id = ? AND active = 0",
    "DELETE FROM dag_past WHERE dag_id = ? AND NOT EXISTS (SELECT 1 FROM dag WHERE dag.dag_id = dag_past.dag_id)",
];

/// What goes with one run that is over. What belongs to it goes later.
const ONE_RUN: [&str; 3] = [
    "INSERT INTO deleted_run (run_key) SELECT run_key FROM dag_run WHERE run_key = ? AND unfinished IS NULL",
    "DELETE FROM dag_run WHERE run_key = ? AND unfinished IS NULL",
    "DELETE FROM sla_miss WHERE run_key = ? AND NOT EXISTS \
     (SELECT 1 FROM dag_run WHERE dag_run.run_key = sla_miss.run_key)",
];

const JOURNAL: Table = Table {
    name: "journal",
    columns: &[
        "shard",
        "sequence",
        "written_at",
        "kind",
        "state",
        "run_key",
        "task_index",
        "map_index",
        "try_number",
        "launch",
        "dag_id",
    ],
    keys: 2,
};

impl Statements {
    pub(super) fn new(dialect: &dyn Dialect) -> Self {
        let one = |sql: &'static str| Arc::from(dialect.placeholders(sql.into()));
        Self {
            advance: one("UPDATE shard SET sequence = ? WHERE id = ? AND epoch = ? AND sequence = ?"),
            slots: one("UPDATE pool SET used = used + ? WHERE name = ? AND (? <= 0 OR used + ? <= slots)"),
            dags: Batch::upsert(dialect, &DAGS),
            new_runs: Batch::insert(dialect, &NEW_RUNS),
            changed_runs: Batch::update(dialect, &CHANGED_RUNS),
            versions: Batch::list(dialect, "UPDATE dag_run SET version = ? WHERE run_key IN ({})"),
            archive: Batch::copy(
                dialect,
                &TRIES,
                TASKS.name,
                &TASKS.columns[..TASKS.keys],
                "task_instance.try_number > 0",
            ),
            tasks: Batch::upsert(dialect, &TASKS),
            tries: Batch::upsert(dialect, &TRIES),
            xcoms: Batch::upsert(dialect, &XCOMS),
            asset_events: Batch::insert(dialect, &ASSET_EVENTS),
            sla_misses: Batch::insert_absent(dialect, &SLA_MISSES),
            backfills: Batch::upsert(dialect, &BACKFILLS),
            journal: Batch::insert(dialect, &JOURNAL),
            posted: Batch::insert(dialect, &INBOX),
            done: Batch::list(dialect, "DELETE FROM inbox WHERE number IN ({})"),
            chunk: one(dialect.put_chunk()),
            run_ids: Batch::list(dialect, "SELECT run_id FROM dag_run WHERE dag_id = ? AND run_id IN ({})"),
            history: HISTORY.map(one).to_vec(),
            one_run: ONE_RUN.map(one).to_vec(),
        }
    }

    /// Adds the statements by which the history of a DAG goes.
    pub(super) fn delete_run(&self, script: &mut Script, key: RunKey) {
        for sql in &self.one_run {
            script.step(sql, 1).int(key.0);
        }
    }

    pub(super) fn delete_history(&self, script: &mut Script, dag_id: &DagId) {
        for sql in &self.history {
            script.step(sql, 1).text(dag_id.as_str());
        }
    }
}
