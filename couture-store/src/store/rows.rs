//! Rows as statements and their arguments.

use std::sync::Arc;

use couture_core::store::{AssetEvent, Backfill, DagRecord, SlaMiss, TaskRecord, TriggeredBy};
use couture_core::task::{Decision, Deferral};
use couture_core::{RunKey, ShardId, Timestamp, WorkerId};

use super::plan::{NewRun, Plan, TaskRow};
use super::statements::Statements;
use super::xcoms::content;
use super::{backfills, runs};
use crate::sql::{Args, Script};

impl Statements {
    /// Adds the statements that write `plan`.
    pub(super) fn write(&self, script: &mut Script, plan: &Plan<'_>) {
        self.dags.add(script, &plan.dags, false, |(_, dag)| asset_bytes(dag), bind_dag);
        self.new_runs.add(script, &plan.new_runs, false, |new| new.conf.len(), NewRun::bind);
        let no_bytes = |_: &_| 0;
        self.changed_runs.add(script, &plan.changed_runs, true, no_bytes, |args, change| {
            args.int(change.key.0);
            runs::bind_change(args, change);
        });
        self.write_versions(script, &plan.versions);
        // Before the rows that it keeps are replaced, and before the tries of this commit, which are newer.
        self.archive.add(
            script,
            &plan.archived,
            false,
            |_| 0,
            |args, (run, task, map_index)| {
                args.int(run.0).int(task.0.into()).int(map_index.0.into());
            },
        );
        let mut workers = Workers::default();
        self.tasks.add(script, &plan.tasks, false, TaskRow::bytes, |args, row| workers.bind(args, row));
        self.tries.add(script, &plan.tries, false, TaskRow::bytes, |args, row| workers.bind(args, row));
        let xcom_bytes = |(_, _, xcom): &(TaskRow<'_>, i64, &couture_core::task::XCom)| content(&xcom.value).1.len();
        self.xcoms.add(script, &plan.xcoms, false, xcom_bytes, |args, (row, ordinal, xcom)| {
            bind_instance(args, row.task);
            let (is_artifact, content) = content(&xcom.value);
            args.text(&xcom.key).int(row.sequence).int(is_artifact.into()).text(content).int(*ordinal);
        });
        let events: Vec<_> = plan.asset_events.iter().map(|event| (*event, event.extra.to_string())).collect();
        self.asset_events.add(script, &events, false, |(_, extra)| extra.len(), bind_asset_event);
        self.sla_misses.add(script, &plan.sla_misses, false, |_| 0, |args, miss| bind_sla_miss(args, miss));
        let rows: Vec<(&Backfill, String)> = plan.backfills.iter().map(|row| (*row, row.conf.to_string())).collect();
        self.backfills.add(
            script,
            &rows,
            false,
            |(_, conf)| conf.len(),
            |args, (backfill, conf)| {
                backfills::bind(args, backfill, conf);
            },
        );
        self.posted.add(
            script,
            &plan.posted,
            false,
            |(_, text)| text.len(),
            |args, (to, text)| {
                args.int(to.0.into()).text(text);
            },
        );
        self.done.add(
            script,
            &plan.done,
            false,
            |_| 0,
            |args, number| {
                args.int(*number);
            },
        );
    }

    /// Runs that change to the same version follow each other.
    fn write_versions(&self, script: &mut Script, versions: &[(&str, RunKey)]) {
        for group in versions.chunk_by(|(one, _), (other, _)| one == other) {
            let mut left = group;
            while let [(version, _), ..] = left {
                let (count, sql) = self.versions.statement(left.len());
                let (now, later) = left.split_at(count);
                let args = script.step(sql, count);
                args.text(version);
                for (_, key) in now {
                    args.int(key.0);
                }
                left = later;
            }
        }
    }
}

fn asset_bytes(dag: &DagRecord) -> usize {
    dag.changed_assets.assets.keys().map(|asset| asset.as_str().len() + 100).sum()
}

fn bind_dag(args: &mut Args, (shard, dag): &(ShardId, &DagRecord)) {
    args.text(dag.dag_id.as_str()).int(i64::from(shard.0));
    args.int(dag.paused.into()).int(dag.active.into()).text(&dag.version);
    args.opt_int(dag.last_interval.map(|interval| interval.start.as_micros()));
    args.opt_int(dag.last_interval.map(|interval| interval.end.as_micros()));
    args.opt_text((!dag.changed_assets.is_empty()).then(|| json(&dag.changed_assets)).as_deref());
}

fn bind_asset_event(args: &mut Args, (event, extra): &(&AssetEvent, String)) {
    args.text(event.asset.as_str()).int(event.at.as_micros());
    args.opt_text(event.source.as_ref().map(json).as_deref()).text(extra);
}

fn bind_sla_miss(args: &mut Args, miss: &SlaMiss) {
    args.text(miss.dag_id.as_str()).int(miss.logical_date.as_micros()).text(miss.task_id.as_str());
    args.int(miss.run.0).int(miss.at.as_micros());
}

impl NewRun<'_> {
    fn bind(args: &mut Args, new: &Self) {
        let run = new.run;
        args.int(run.key.0).text(run.dag_id.as_str());
        args.text(new.change.version.as_ref().unwrap_or(&run.version)).text(run.run_id.as_str());
        args.text(run.run_type.as_str()).int(run.logical_date.as_micros());
        args.int(run.data_interval.start.as_micros()).int(run.data_interval.end.as_micros()).opt_int(run.backfill);
        args.int(run.queued_at.as_micros());
        runs::bind_change(args, &new.change);
        args.text(&new.conf).opt_text(run.origin.triggered_by.map(TriggeredBy::as_str));
        args.opt_text(run.origin.user.as_deref()).opt_int(run.origin.run_after.map(Timestamp::as_micros));
    }
}

impl TaskRow<'_> {
    /// About how much it adds to a statement.
    fn bytes(&self) -> usize {
        let TaskRecord { error, decision, deferral, .. } = self.task;
        let mut bytes = error.as_ref().map_or(0, |error| error.len());
        if let Some(Decision::Follow(tasks)) = decision.as_deref() {
            bytes += tasks.iter().map(|task| task.as_str().len() + 3).sum::<usize>();
        }
        if let Some(Deferral { reason, .. }) = deferral.as_deref() {
            bytes += reason.len();
        }
        bytes
    }
}

/// The workers of a commit as texts: mostly one, thousands of times.
#[derive(Default)]
struct Workers<'c> {
    last: Option<(&'c WorkerId, Arc<str>)>,
}

impl<'c> Workers<'c> {
    fn text(&mut self, worker: &'c WorkerId) -> &Arc<str> {
        if self.last.as_ref().is_none_or(|(last, _)| *last != worker) {
            self.last = None;
        }
        &self.last.get_or_insert_with(|| (worker, worker.to_string().into())).1
    }

    fn bind(&mut self, args: &mut Args, row: &TaskRow<'c>) {
        let TaskRow { sequence, task } = *row;
        bind_instance(args, task);
        args.int(task.token.try_number.into()).int(task.token.launch.into()).int(task.state.code());
        args.int(sequence).int(task.lost.into());
        args.shared_text(task.worker.as_ref().map(|worker| self.text(worker)));
        for time in [task.queued_at, task.started_at, task.ended_at, task.retry_at] {
            args.opt_int(time.map(Timestamp::as_micros));
        }
        args.opt_text(task.error.as_deref()).int(task.max_tries.into()).opt_int(task.length.map(i64::from));
        args.opt_text(task.decision.as_deref().map(json).as_deref());
        args.opt_text(task.deferral.as_deref().map(json).as_deref());
    }
}

fn bind_instance(args: &mut Args, task: &TaskRecord) {
    args.int(task.token.run.0).int(task.token.task.0.into()).int(task.token.map_index.0.into());
}

fn json(value: &(impl serde::Serialize + ?Sized)) -> String {
    serde_json::to_string(value).expect("names, numbers and texts can be JSON")
}
