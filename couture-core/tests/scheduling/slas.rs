//! Tasks that are not done in time.

use std::time::Duration;

use couture_core::schedule::Schedule;
use couture_core::store::{SlaMiss, StoreReader};
use couture_core::task::NoticeKind;
use couture_core::{Dag, DagBuilder, Outcome, RunState, TaskId, Timestamp};
use futures_util::FutureExt;
use proptest::prelude::*;

use crate::bench::Bench;
use crate::operators::Idle;

const SLA_S: [Option<u64>; 4] = [Some(600), Some(600), Some(1_800), None];

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

fn dag(schedule: Schedule, max_active_runs: u32) -> Dag {
    let builder = DagBuilder::new("late").attributes(|attributes| {
        attributes.schedule = schedule;
        attributes.start_date = Some(at("2026-01-01"));
        attributes.max_active_runs = Some(max_active_runs);
    });
    for (n, sla) in SLA_S.iter().enumerate() {
        builder.task(format!("t{n}"), Idle, ()).options(|options| {
            options.sla_ms = sla.map(|seconds| seconds * 1_000);
            options.email = vec![format!("{n}@example.com")];
        });
    }
    builder.build().unwrap()
}

fn misses(bench: &Bench) -> Vec<SlaMiss> {
    bench.store.sla_misses(None, 10_000).now_or_never().unwrap().unwrap()
}

fn told(bench: &Bench) -> Vec<(Vec<&str>, Vec<&str>)> {
    let names =
        |tasks: &'_ [TaskId]| -> Vec<usize> { tasks.iter().map(|task| task.as_str()[1..].parse().unwrap()).collect() };
    let slas = bench.notices.iter().filter_map(|notice| match &notice.kind {
        NoticeKind::SlaMissed { tasks, blocking } => Some((names(tasks), names(blocking))),
        _ => None,
    });
    let text = |tasks: Vec<usize>| tasks.into_iter().map(|task| ["t0", "t1", "t2", "t3"][task]).collect();
    slas.map(|(tasks, blocking)| (text(tasks), text(blocking))).collect()
}

fn end(bench: &mut Bench, task: u32) {
    let token = *bench.live.iter().find(|token| token.task.0 == task).unwrap();
    bench.end(token, Outcome::succeeded(Vec::new()));
}

#[test]
fn those_that_miss_together_are_told_of_together() {
    let mut bench = Bench::new(at("2026-01-02"));
    bench.add(dag(Schedule::cron("@daily"), 1));
    bench.pass(Duration::from_secs(600));
    assert_eq!(misses(&bench).len(), 0, "the deadline itself is in time");
    bench.pass(Duration::from_micros(1));
    assert_eq!(told(&bench), [(vec!["t0", "t1"], vec!["t0", "t1", "t2", "t3"])]);
    end(&mut bench, 0);
    end(&mut bench, 3);
    bench.restart();
    bench.pass(Duration::from_secs(1_200));
    assert_eq!(told(&bench)[1..], [(vec!["t2"], vec!["t1", "t2"])]);
    assert_eq!(misses(&bench).len(), 3);
}

#[test]
fn what_is_done_in_time_or_has_no_schedule_misses_nothing() {
    for schedule in [Schedule::cron("@daily"), Schedule::Once] {
        let is_once = matches!(schedule, Schedule::Once);
        let mut bench = Bench::new(at("2026-01-02"));
        bench.add(dag(schedule, 1));
        if !is_once {
            bench.finish_all();
        }
        bench.pass(Duration::from_secs(10_000));
        assert_eq!((misses(&bench), bench.notices.len()), (Vec::new(), 0));
    }
    let mut bench = Bench::new(at("2026-01-02"));
    bench.settings.check_slas = false;
    bench.restart();
    bench.add(dag(Schedule::cron("@daily"), 1));
    bench.pass(Duration::from_secs(10_000));
    assert_eq!(misses(&bench), Vec::new());
}

#[test]
fn a_failed_task_and_a_run_that_came_too_late_have_missed() {
    let mut bench = Bench::new(at("2026-01-03"));
    bench.add(dag(Schedule::cron("@daily"), 1));
    for task in 0..4 {
        let token = *bench.live.iter().find(|token| token.task.0 == task).unwrap();
        bench.end(token, Outcome::Failed { error: "x".into(), retryable: false });
    }
    assert_eq!(told(&bench)[0].0, ["t0", "t1", "t2"]);
    bench.pass(Duration::from_secs(100));
    assert_eq!(misses(&bench).len(), 3, "the second run is in time yet");
    bench.pass(Duration::from_secs(1_000));
    assert_eq!(misses(&bench).len(), 5);
}

#[derive(Clone, Debug)]
enum Step {
    Pass(u64),
    Jump(i64),
    Restart,
    Finish(usize),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..3_000_u64).prop_map(Step::Pass),
        2 => (-9_000..9_000_i64).prop_map(Step::Jump),
        2 => Just(Step::Restart),
        5 => (0..16_usize).prop_map(Step::Finish),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// Whatever the clock does, and however often the scheduler begins again: each miss is recorded and told once, none is left out, and
    /// what was done in time has not missed.
    #[test]
    fn each_miss_is_found_once(steps in prop::collection::vec(step(), 0..60), room in 1..4_u32) {
        let start = at("2026-01-01T01:00:00Z");
        let mut bench = Bench::new(start);
        bench.add(dag(Schedule::cron("@hourly"), room));
        // The latest moment that each task of a run was seen undone at.
        let mut undone = std::collections::BTreeMap::new();
        for step in steps {
            for token in &bench.live {
                let last: &mut Timestamp = undone.entry((token.run, token.task.0)).or_insert(start);
                *last = bench.now.wall.max(*last);
            }
            match step {
                Step::Pass(seconds) => bench.pass(Duration::from_secs(seconds)),
                Step::Jump(seconds) => {
                    // What is due already is looked at before the clock can jump: a driver does not sleep then.
                    bench.pass(Duration::ZERO);
                    let wall = bench.now.wall.as_micros() + seconds * 1_000_000;
                    bench.jump(Timestamp::from_micros(wall.max(start.as_micros())));
                }
                Step::Restart => bench.restart(),
                Step::Finish(n) => {
                    if let Some(token) = bench.live.get(n).copied() {
                        let last: &mut Timestamp = undone.entry((token.run, token.task.0)).or_insert(start);
                        *last = bench.now.wall.max(*last);
                        bench.end(token, Outcome::succeeded(Vec::new()));
                    }
                }
            }
        }
        let latest = bench.now.wall;
        bench.jump(latest);
        for token in &bench.live {
            let last = undone.entry((token.run, token.task.0)).or_insert(start);
            *last = latest.max(*last);
        }
        let mut expected = Vec::new();
        for run in &bench.created {
            for (task, sla) in SLA_S.iter().enumerate() {
                let Some(sla) = sla else { continue };
                let deadline = run.data_interval.end + Duration::from_secs(*sla);
                if undone.get(&(run.key, task as u32)).is_some_and(|last| *last > deadline) {
                    expected.push((run.logical_date, format!("t{task}")));
                }
            }
        }
        expected.sort();
        let mut found: Vec<_> = misses(&bench).iter().map(|miss| (miss.logical_date, miss.task_id.to_string())).collect();
        found.sort();
        prop_assert_eq!(&found, &expected);
        let mut told: Vec<_> = Vec::new();
        for notice in &bench.notices {
            if let NoticeKind::SlaMissed { tasks, .. } = &notice.kind {
                told.extend(tasks.iter().map(|task| (notice.run.logical_date, task.to_string())));
            }
        }
        told.sort();
        prop_assert_eq!(told, expected);
        prop_assert_eq!(bench.count(RunState::Failed), 0);
    }
}
