//! The statements of commits, made once.

use std::sync::Arc;

use crate::sql::{Batch, Dialect, Table};

/// All statements that a commit is made of.
pub(super) struct Statements {
    /// Advances a shard if nobody else has: sequence, id, epoch, sequence before.
    pub(super) advance: Arc<str>,
    /// Takes or gives back slots if there are enough: slots, name, slots, slots.
    pub(super) slots: Arc<str>,
    pub(super) dags: Batch,
    pub(super) new_runs: Batch,
    pub(super) changed_runs: Batch,
    pub(super) tasks: Batch,
    pub(super) tries: Batch,
    pub(super) xcoms: Batch,
    pub(super) journal: Batch,
    pub(super) done: Batch,
    pub(super) chunk: Arc<str>,
    pub(super) run_ids: Batch,
}

const DAGS: Table = Table { name: "dag", columns: &["dag_id", "shard", "paused", "active", "version"], keys: 1 };

const NEW_RUNS: Table = Table {
    name: "dag_run",
    columns: &[
        "run_key",
        "dag_id",
        "version",
        "run_id",
        "run_type",
        "logical_date",
        "queued_at",
        "state",
        "started_at",
        "ended_at",
        "cancelled",
        "unfinished",
        "conf",
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
];

const TASKS: Table = Table { name: "task_instance", columns: TASK_COLUMNS, keys: 3 };

const TRIES: Table = Table { name: "task_try", columns: TASK_COLUMNS, keys: 4 };

const XCOMS: Table = Table {
    name: "xcom",
    columns: &["run_key", "task_index", "map_index", "xcom_key", "sequence", "is_artifact", "content"],
    keys: 4,
};

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
            tasks: Batch::upsert(dialect, &TASKS),
            tries: Batch::upsert(dialect, &TRIES),
            xcoms: Batch::upsert(dialect, &XCOMS),
            journal: Batch::insert(dialect, &JOURNAL),
            done: Batch::list(dialect, "DELETE FROM inbox WHERE number IN ({})"),
            chunk: one(dialect.put_chunk()),
            run_ids: Batch::list(dialect, "SELECT run_id FROM dag_run WHERE dag_id = ? AND run_id IN ({})"),
        }
    }
}
