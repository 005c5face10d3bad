//! Backfills: dates, limits, pauses, restarts.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use couture_core::dialect::Dialect;
use couture_core::executor::LocalSettings;
use couture_core::store::{
    Backfill, BackfillChange, BackfillState, JournalChange, MemoryStore, NewBackfill, Reprocess, Request, RunRecord,
    StoreReader, Trigger,
};
use couture_core::{
    Dag, DagBuilder, PlannedStep, RunKey, RunState, RunType, Schedule, ShardId, TaskOptions, Timestamp,
};
use serde_json::{Value, json};

use crate::operators::{End, Ending, Nothing};
use crate::rig::{Rig, dag_id};

fn date(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

fn daily(tasks: usize) -> DagBuilder {
    let dag = DagBuilder::new("d").attributes(|attributes| attributes.schedule = Schedule::cron("@daily"));
    for n in 0..tasks {
        dag.task(format!("t{n}"), Nothing, ());
    }
    dag
}

fn range(from: &str, to: &str, max_active_runs: u32) -> NewBackfill {
    let (reprocess, reverse, conf) = (Reprocess::None, false, Value::Null);
    NewBackfill { dag_id: dag_id("d"), from: date(from), to: date(to), max_active_runs, reprocess, reverse, conf }
}

async fn registered(dag: DagBuilder) -> (Rig, Arc<Dag>) {
    let rig = Rig::new().await;
    let dag = Arc::new(dag.build().unwrap());
    rig.engine.register(dag.clone()).await.unwrap();
    (rig, dag)
}

async fn row(store: &MemoryStore, number: i64) -> Backfill {
    let rows = store.backfills(None, None, 100).await.unwrap();
    rows.into_iter().find(|row| row.number == number).expect("the backfill is kept")
}

async fn over(store: &MemoryStore, number: i64) -> Backfill {
    let wait = async {
        loop {
            let row = row(store, number).await;
            if row.state.is_over() {
                return row;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(300), wait).await.expect("the backfill ends")
}

async fn runs(store: &MemoryStore) -> Vec<RunRecord> {
    let mut runs = store.runs(None, None, usize::MAX).await.unwrap();
    runs.reverse();
    runs
}

fn days(runs: &[RunRecord]) -> Vec<String> {
    runs.iter().map(|run| run.logical_date.to_string()[..10].to_owned()).collect()
}

/// The most runs that were unfinished at a time, as the journal tells.
async fn most_unfinished(store: &MemoryStore, shard: ShardId) -> usize {
    let mut unfinished: BTreeSet<RunKey> = BTreeSet::new();
    let mut most = 0;
    for entry in store.journal(shard, 0, usize::MAX).await.unwrap() {
        if let JournalChange::Run(key, state) = entry.change {
            if state.is_finished() {
                unfinished.remove(&key)
            } else {
                unfinished.insert(key)
            };
            most = most.max(unfinished.len());
        }
    }
    most
}

#[tokio::test]
async fn a_backfill_runs_each_date_once_in_order() {
    for (reverse, dialect) in [(false, Dialect::V2), (true, Dialect::V1_10)] {
        let (rig, _) = registered(daily(1).attributes(|attributes| attributes.dialect = dialect)).await;
        let new = NewBackfill { reverse, conf: json!({"a": 1}), ..range("2021-01-01", "2021-01-05", 2) };
        let number = rig.engine.backfill(new).await.unwrap().unwrap();
        let row = over(&rig.store, number).await;
        assert_eq!((row.state, row.ended_at.is_some()), (BackfillState::Finished, true));
        let runs = runs(&rig.store).await;
        let mut expected: Vec<_> = (1..=5).map(|day| format!("2021-01-0{day}")).collect();
        if reverse {
            expected.reverse();
        }
        assert_eq!(days(&runs), expected);
        let last = if reverse { "backfill_2021-01-01" } else { "backfill__2021-01-05" };
        let run = runs.last().unwrap();
        assert_eq!(run.run_id.as_str(), format!("{last}T00:00:00+00:00"));
        assert_eq!((run.run_type, run.backfill, &run.conf), (RunType::Backfill, Some(number), &json!({"a": 1})));
        assert_eq!(run.data_interval.end.since(run.data_interval.start), Duration::from_secs(86_400));
        assert!(runs.iter().all(|run| run.state == RunState::Success));
    }
}

#[tokio::test]
async fn dates_that_have_runs_are_left_or_run_again() {
    let check = async |reprocess: Reprocess, steps: [PlannedStep; 3], tries: [u32; 3]| {
        let dag = daily(0);
        dag.task("only", Ending(End::FailUntilTry(2)), ());
        let (rig, dag) = registered(dag).await;
        let mut existing = Vec::new();
        for (run_id, day) in [("one", "2021-01-01"), ("two", "2021-01-02")] {
            let run_id = Some(couture_core::RunId::new(run_id).unwrap());
            let trigger = Trigger { run_id, logical_date: Some(date(day)), ..Trigger::of(dag_id("d")) };
            match rig.engine.request(Request::Trigger(trigger)).await.unwrap() {
                couture_core::store::Answer::Triggered { key, .. } => existing.push(key),
                other => panic!("{other:?}"),
            }
        }
        for key in &existing {
            assert_eq!(rig.wait(dag.clone(), *key).await.state, RunState::Failed);
        }
        rig.engine.mark_run(dag_id("d"), existing[1], couture_core::store::MarkedRunState::Success).await.unwrap();
        assert_eq!(rig.wait(dag.clone(), existing[1]).await.state, RunState::Success);
        let new = NewBackfill { reprocess, ..range("2021-01-01", "2021-01-03", 1) };
        let dates = new.runs(&dag, date("2025-01-01")).unwrap();
        let planned = rig.engine.plan_backfill(&new, &dates).await.unwrap();
        assert_eq!(planned.iter().map(|one| one.step).collect::<Vec<_>>(), steps);
        let number = rig.engine.backfill(new).await.unwrap().unwrap();
        over(&rig.store, number).await;
        let runs = runs(&rig.store).await;
        assert_eq!(days(&runs), ["2021-01-01", "2021-01-02", "2021-01-03"]);
        for (run, expected) in runs.iter().zip(tries) {
            let tasks = rig.store.tasks(run.key, None, 10).await.unwrap();
            assert_eq!(tasks[0].token.try_number, expected, "{reprocess:?} {}", run.run_id);
        }
    };
    use PlannedStep::{Clear, Create, Leave};
    check(Reprocess::None, [Leave, Leave, Create], [1, 1, 1]).await;
    check(Reprocess::Failed, [Clear, Leave, Create], [2, 1, 1]).await;
    check(Reprocess::Completed, [Clear, Clear, Create], [2, 2, 1]).await;
}

#[tokio::test]
async fn a_dag_of_1_10_without_a_schedule_has_one_run_at_the_beginning() {
    let dag = DagBuilder::new("d").attributes(|attributes| attributes.dialect = Dialect::V1_10);
    let (rig, _) = registered(dag).await;
    let number = rig.engine.backfill(range("2021-01-01", "2021-01-05", 2)).await.unwrap().unwrap();
    assert_eq!(over(&rig.store, number).await.state, BackfillState::Finished);
    let runs = runs(&rig.store).await;
    assert_eq!(days(&runs), ["2021-01-01"]);
    assert_eq!((runs[0].run_type, runs[0].data_interval.end), (RunType::Backfill, date("2021-01-01")));
}

#[tokio::test]
async fn what_cannot_be_backfilled_is_refused_in_words() {
    let check = async |dag: DagBuilder, new: NewBackfill, part: &str| {
        let (rig, _) = registered(dag).await;
        let error = rig.engine.backfill(new).await.unwrap_err().to_string();
        assert!(error.contains(part), "{error}");
    };
    let past = || {
        let dag = daily(0);
        dag.default_options(TaskOptions { depends_on_past: true, ..TaskOptions::default() });
        dag.task("t", Nothing, ());
        dag
    };
    let good = range("2021-01-01", "2021-01-05", 1);
    check(daily(1), range("2021-01-05", "2021-01-01", 1), "is before its start").await;
    check(daily(1), range("2021-01-01", "2121-01-01", 1), "lies in the future").await;
    check(daily(1), range("2021-01-01", "2021-01-01", 0), "give at least 1").await;
    check(daily(1), range("2021-01-01T01:00", "2021-01-01T02:00", 1), "has no date from").await;
    check(DagBuilder::new("d"), good.clone(), "has no schedule").await;
    check(past(), NewBackfill { reverse: true, ..good.clone() }, "from the last date to the first").await;
    check(past(), good.clone(), "depends_on_past").await;
    let minutes = daily(1).attributes(|attributes| attributes.schedule = Schedule::cron("* * * * *"));
    check(minutes, range("2021-01-01", "2022-01-01", 1), "take a part of them").await;
    let (rig, _) = registered(daily(1)).await;
    let error = rig.engine.set_backfill(dag_id("d"), 7, BackfillChange::Pause).await.unwrap_err().to_string();
    assert_eq!(error, r#"dag "d" has no unfinished backfill 7"#);
}

#[tokio::test]
async fn a_backfill_is_paused_resumed_and_cancelled() {
    let dag = daily(0);
    dag.task("obey", Ending(End::Obey), ());
    let (rig, _) = registered(dag).await;
    let number = rig.engine.backfill(range("2021-01-01", "2021-01-09", 2)).await.unwrap().unwrap();
    let second = rig.engine.backfill(range("2021-01-01", "2021-01-02", 2)).await.unwrap_err().to_string();
    assert!(second.contains("is not over"), "{second}");
    let unfinished = async |count: usize| loop {
        let runs = runs(&rig.store).await;
        if runs.iter().filter(|run| !run.state.is_finished()).count() == count {
            return runs;
        }
        tokio::task::yield_now().await;
    };
    unfinished(2).await;
    rig.engine.set_backfill(dag_id("d"), number, BackfillChange::Pause).await.unwrap();
    for run in unfinished(2).await {
        rig.engine.mark_run(dag_id("d"), run.key, couture_core::store::MarkedRunState::Success).await.unwrap();
    }
    assert_eq!(unfinished(0).await.len(), 2);
    assert_eq!(row(&rig.store, number).await.state, BackfillState::Paused);
    rig.engine.set_backfill(dag_id("d"), number, BackfillChange::Unpause).await.unwrap();
    assert_eq!(unfinished(2).await.len(), 4);
    rig.engine.set_backfill(dag_id("d"), number, BackfillChange::Cancel).await.unwrap();
    assert_eq!(row(&rig.store, number).await.state, BackfillState::Cancelled);
    for run in unfinished(2).await.into_iter().filter(|run| !run.state.is_finished()) {
        rig.engine.mark_run(dag_id("d"), run.key, couture_core::store::MarkedRunState::Success).await.unwrap();
    }
    assert_eq!(unfinished(0).await.len(), 4);
}

#[tokio::test]
async fn a_backfill_goes_on_after_restarts() {
    let store = MemoryStore::new(4);
    let dag = Arc::new(daily(3).build().unwrap());
    let mut number = None;
    for _ in 0..30 {
        let local = LocalSettings { capacity: 16, threads: 1, kill_grace: Duration::from_millis(50) };
        let rig = Rig::with(store.clone(), local).await;
        if number.is_none() {
            rig.engine.register(dag.clone()).await.unwrap();
            number = rig.engine.backfill(range("2021-01-01", "2021-04-10", 3)).await.unwrap();
        }
        let had = runs(&store).await.len();
        // Some runs further, or all done.
        while runs(&store).await.len() < had + 5 && !row(&store, number.unwrap()).await.state.is_over() {
            tokio::task::yield_now().await;
        }
        rig.engine.stop().await;
    }
    let rig = Rig::with(store.clone(), LocalSettings { capacity: 16, threads: 1, kill_grace: Duration::ZERO }).await;
    assert_eq!(over(&store, number.unwrap()).await.state, BackfillState::Finished);
    let mut found = days(&runs(&store).await);
    assert_eq!(found.len(), 100);
    found.dedup();
    assert_eq!(found.len(), 100);
    assert!(most_unfinished(&store, dag_id("d").shard(4)).await <= 3);
    drop(rig);
}

#[tokio::test]
async fn ten_thousand_runs_end_with_few_at_a_time() {
    let hourly = daily(5).attributes(|attributes| attributes.schedule = Schedule::cron("@hourly"));
    let (rig, dag) = registered(hourly).await;
    let from = date("2021-01-01");
    let to = from + Duration::from_secs(9_999 * 3_600);
    let new = NewBackfill { from, to, max_active_runs: 16, ..range("2021-01-01", "2021-01-01", 16) };
    let number = rig.engine.backfill(new).await.unwrap().unwrap();
    assert_eq!(over(&rig.store, number).await.state, BackfillState::Finished);
    let runs = runs(&rig.store).await;
    assert_eq!(runs.len(), 10_000);
    assert!(runs.iter().all(|run| run.state == RunState::Success));
    let most = most_unfinished(&rig.store, dag.dag_id.shard(4)).await;
    assert!((8..=16).contains(&most), "{most} at a time");
}
