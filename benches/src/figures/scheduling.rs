//! Schedules that fall due together, and a backfill beside a DAG that somebody waits for.

use std::time::Duration;

use couture_core::schedule::Schedule;
use couture_core::store::{NewBackfill, Reprocess};
use couture_core::{Clock, DagBuilder, DagId, PoolName, RunKey, Services, SystemClock, Timestamp};

use crate::figure::{Figure, Target};
use crate::noop::Noop;
use crate::rig::{Rig, now};
use crate::runtime::block_on;

const DAGS: usize = 10_000;
const MINUTE_US: i64 = 60_000_000;

/// A minute's change makes 10,000 DAGs due. Their task waits for a pool that is not there, so that the runs can be counted.
pub(super) fn due_together() -> Vec<Figure> {
    let folder = tempfile::tempdir().expect("a folder");
    let (took, late) = block_on(async {
        let rig = Rig::on_sqlite(folder.path(), Services::default()).await;
        let clock = SystemClock::new();
        let wall = || clock.now().wall.as_micros();
        // The next minute must not begin while they are registered.
        let start = wall() - wall().rem_euclid(MINUTE_US) + MINUTE_US;
        let begun = now();
        for n in 0..DAGS {
            let dag = DagBuilder::new(format!("due_{n}")).attributes(|of| {
                of.schedule = Schedule::cron("* * * * *");
                of.start_date = Some(Timestamp::from_micros(start));
            });
            dag.task("waits", Noop, ()).pool("absent");
            rig.engine.register(dag.build().expect("a dag")).await.expect("a known dag");
        }
        let due = start + MINUTE_US;
        assert!(wall() < due, "registering took {:?}", begun.elapsed());
        while wall() < due - 20_000 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        while rig.engine.status().unfinished_runs < DAGS {
            assert!(wall() < due + 30_000_000, "only {} runs", rig.engine.status().unfinished_runs);
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let took = wall() - due;
        let runs = rig.store.runs(None, None, 2 * DAGS).await.expect("runs");
        assert_eq!(runs.len(), DAGS);
        let late = runs.iter().map(|run| run.queued_at.as_micros() - due).max().unwrap_or_default();
        (took as f64 / 1e6, late as f64 / 1e3)
    });
    let note = format!("on SQLite; the last one was created {late:.0} ms after its time");
    vec![
        Figure::new("10,000 cron DAGs due together: all runs durable after", took, "s", Target::AtMost(1.0)).note(note),
    ]
}

const RUNS: usize = 10_000;
const TASKS: usize = 5;
const HOUR_US: i64 = 3_600_000_000;

/// How many launches of a backfill go before the task of a live DAG of low priority, at worst.
pub(super) fn beside_a_backfill() -> Vec<Figure> {
    let folder = tempfile::tempdir().expect("a folder");
    let (worst, count, wait_ms) = block_on(async {
        let rig = Rig::on_sqlite(folder.path(), Services::default()).await;
        let pool = PoolName::new("shared").expect("a name");
        rig.store.set_pool(&pool, 4).await.expect("a pool");
        rig.engine.pools_changed().await.expect("an engine");
        let past = DagBuilder::new("past").attributes(|of| {
            of.schedule = Schedule::cron("@hourly");
            of.start_date = Some(Timestamp::from_micros(0));
            of.is_paused_upon_creation = Some(false);
            of.end_date = Some(Timestamp::from_micros(0));
        });
        for n in 0..TASKS {
            past.task(format!("t{n}"), Noop, ()).pool("shared").priority_weight(100);
        }
        rig.engine.register(past.build().expect("a dag")).await.expect("a known dag");
        let live = DagBuilder::new("live").attributes(|of| of.max_active_runs = Some(1_000));
        live.task("only", Noop, ()).pool("shared");
        rig.engine.register(live.build().expect("a dag")).await.expect("a known dag");
        let of_past = DagId::new("past").expect("an id");
        let backfill = NewBackfill {
            dag_id: of_past.clone(),
            from: Timestamp::from_micros(HOUR_US),
            to: Timestamp::from_micros(HOUR_US * RUNS as i64),
            max_active_runs: 64,
            reprocess: Reprocess::None,
            reverse: false,
            conf: serde_json::Value::Null,
        };
        rig.engine.backfill(backfill).await.expect("a backfill");
        let of_live = DagId::new("live").expect("an id");
        let mut keys = Vec::new();
        while rig.engine.status().unfinished_runs > 0 {
            keys.push(rig.engine.trigger(&of_live, serde_json::Value::Null).await.expect("a run"));
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let mut passing = launches(&rig, &of_past).await;
        assert_eq!(passing.len(), RUNS * TASKS + TASKS, "the backfill has ended");
        passing.sort_unstable();
        let (mut worst, mut waits) = (0, Vec::new());
        for key in &keys {
            rig.engine.finished(*key).await.expect("an end");
            let snapshot = rig.store.run_snapshot(*key).await.expect("a run").expect("a run");
            let asked = snapshot.run.queued_at.as_micros();
            let launched = first_launch(&snapshot.tasks);
            let before = passing.partition_point(|at| *at < launched) - passing.partition_point(|at| *at <= asked);
            worst = worst.max(before);
            waits.push(launched - asked);
        }
        waits.sort_unstable();
        (worst, keys.len(), waits[waits.len() * 99 / 100] as f64 / 1e3)
    });
    let note = format!(
        "{count} runs of a live DAG while 50,000 tasks of higher priority ran; 99 % launched within {wait_ms:.1} ms"
    );
    let name = "launches of a backfill that go before a live DAG's task, worst";
    // 4 launches, 3 lanes: the DAG's own runs, its backfill, the live DAG.
    vec![Figure::new(name, worst as f64, "launches", Target::AtMost(12.0)).note(note)]
}

fn first_launch(tasks: &[couture_core::store::TaskRecord]) -> i64 {
    tasks[0].queued_at.expect("it was launched").as_micros()
}

/// When each task instance of a DAG was launched.
async fn launches(rig: &Rig, dag_id: &DagId) -> Vec<i64> {
    let mut all = Vec::new();
    let mut before: Option<RunKey> = None;
    loop {
        let runs = rig.store.runs(Some(dag_id), before, 1_000).await.expect("runs");
        let Some(last) = runs.last() else { return all };
        before = Some(last.key);
        for run in &runs {
            let rows = rig.store.tasks(run.key, None, TASKS).await.expect("rows");
            all.extend(rows.iter().filter_map(|row| row.queued_at).map(Timestamp::as_micros));
        }
    }
}
