//! Calls a callback that is written in Python.

use async_trait::async_trait;
use couture_core::store::{StoreError, StoreReader, TaskRecord};
use couture_core::{AttemptToken, Failure, MapIndex, Operator, TaskContext};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::greeting::Job;
use super::installation::PythonInstallation;
use super::operator::run;

/// Calls a callback of a Python DAG file, in a process of its own. Its input is [`facts`](crate::notify::facts).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PythonCallback {
    /// The hash of the files as they were when the DAG was parsed.
    pub bundle: String,
    /// The DAG file, by its path in the DAG folder.
    pub file: String,
    /// Whose callback it is.
    pub of: CallbackOwner,
    /// The DAG.
    pub dag_id: String,
    /// The task, where it is a task's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task_id: Option<String>,
    /// The argument that it was given as, such as `on_failure_callback`.
    pub name: String,
    /// Its place in the list that was given there.
    #[serde(default)]
    pub index: u32,
}

/// What has a callback.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CallbackOwner {
    /// A task.
    Task,
    /// A DAG.
    Dag,
}

#[async_trait]
impl Operator for PythonCallback {
    type Input = Value;
    type Output = ();

    async fn run(&self, mut facts: Value, cx: &TaskContext) -> Result<(), Failure> {
        let python = PythonInstallation::of(cx)?;
        if let Some(raised) = python.raised.of(cx.token()) {
            facts["raised"] = raised;
        }
        if self.of == CallbackOwner::Task
            && let Some(reader) = &python.reader
        {
            match kept(reader.as_ref(), cx.token()).await {
                Ok(row) => put_dates(&mut facts, row.as_ref()),
                // The callback matters more than its dates.
                Err(error) => tracing::warn!("failed to look up when the attempt of a callback began: {error}"),
            }
        }
        let callback = json!({
            "of": self.of, "dag_id": self.dag_id, "task_id": self.task_id, "name": self.name, "index": self.index, "facts": facts,
        });
        let operator = serde_json::to_value(self)?;
        let task_id = self.task_id.as_deref();
        run(&self.bundle, &self.file, Job::Callback { callback, operator, task_id }, cx).await.map(drop)
    }
}

/// What the store keeps of an attempt: the row of its task instance, or of an earlier try where the next one has begun.
async fn kept(reader: &dyn StoreReader, token: AttemptToken) -> Result<Option<TaskRecord>, StoreError> {
    let is_own = |row: &TaskRecord| {
        (row.token.task, row.token.map_index, row.token.try_number) == (token.task, token.map_index, token.try_number)
    };
    let before = (token.task, MapIndex(token.map_index.0 - 1));
    let newest = reader.tasks(token.run, Some(before), 1).await?.pop();
    if let Some(row) = newest.filter(is_own) {
        return Ok(Some(row));
    }
    Ok(reader.tries(token.run, token.task, token.map_index).await?.into_iter().find(is_own))
}

fn put_dates(facts: &mut Value, row: Option<&TaskRecord>) {
    let dates = [("start_date", row.and_then(|row| row.started_at)), ("end_date", row.and_then(|row| row.ended_at))];
    for (name, time) in dates {
        if let Some(time) = time {
            facts[name] = time.to_string().into();
        }
    }
}

couture_core::operator!(PythonCallback, "python_callback");

#[cfg(test)]
mod tests {
    use couture_core::schedule::DataInterval;
    use couture_core::store::{Commit, MemoryStore, Record, RunRecord, ShardCommit, Store as _};
    use couture_core::{DagId, Epoch, RunId, RunKey, RunState, RunType, ShardId, TaskIndex, TaskState, Timestamp};

    use super::*;

    fn token(map_index: i32, try_number: u32) -> AttemptToken {
        let (run, map_index) = (RunKey::new(ShardId(0), 1), MapIndex(map_index));
        AttemptToken { run, task: TaskIndex(1), map_index, try_number, launch: 1 }
    }

    fn row(token: AttemptToken, began: i64) -> Record {
        Record::Task(Box::new(TaskRecord {
            token,
            state: TaskState::UpForRetry,
            worker: None,
            lost: 0,
            max_tries: 2,
            queued_at: None,
            started_at: Some(Timestamp::from_micros(began)),
            ended_at: Some(Timestamp::from_micros(began + 1_000_000)),
            retry_at: None,
            error: None,
            xcoms: Vec::new(),
            length: None,
            decision: None,
            deferral: None,
        }))
    }

    async fn store(tasks: Vec<Record>) -> MemoryStore {
        let (store, shard, at) = (MemoryStore::new(1), ShardId(0), Timestamp::from_micros(0));
        let epoch = store.claim(shard, Epoch(0), None).await.unwrap().unwrap();
        let mut records = vec![Record::RunCreated(RunRecord {
            key: token(0, 1).run,
            dag_id: DagId::new("d").unwrap(),
            version: "v1".into(),
            run_id: RunId::manual(at),
            run_type: RunType::Manual,
            logical_date: at,
            data_interval: DataInterval::at(at),
            backfill: None,
            origin: Default::default(),
            conf: json!({}),
            state: RunState::Running,
            queued_at: at,
            started_at: None,
            ended_at: None,
            cancelled: false,
        })];
        records.extend(tasks);
        let shards = vec![ShardCommit { shard, epoch, sequence: 0, records }];
        store.commit(&Commit { at, shards, pools: Vec::new() }).await.unwrap();
        store
    }

    #[tokio::test]
    async fn a_callback_is_told_when_its_own_try_began_and_ended() {
        let second = 1_000_000;
        let tasks = vec![
            row(token(-1, 1), second),
            row(token(0, 1), 3 * second),
            row(token(0, 2), 5 * second),
            row(token(2, 1), 7 * second),
        ];
        let store = store(tasks).await;
        for (map_index, try_number, began) in
            [(-1, 1, Some(1)), (0, 1, Some(3)), (0, 2, Some(5)), (1, 1, None), (2, 1, Some(7)), (2, 2, None)]
        {
            let mut facts = json!({});
            let found = kept(&store, token(map_index, try_number)).await.unwrap();
            put_dates(&mut facts, found.as_ref());
            let expected = began.map_or(json!({}), |began: i64| {
                let text = |at: i64| Timestamp::from_micros(at * second).to_string();
                json!({"start_date": text(began), "end_date": text(began + 1)})
            });
            assert_eq!(facts, expected, "{map_index} {try_number}");
        }
    }
}
