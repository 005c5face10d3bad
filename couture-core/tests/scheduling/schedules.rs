//! Which runs are created, and when.

use std::time::Duration;

use couture_core::schedule::{Restriction, Schedule};
use couture_core::store::Request;
use couture_core::{Dag, DagBuilder, DagId, RunId, RunState, RunType, Timestamp};
use proptest::prelude::*;

use crate::bench::Bench;
use crate::operators::Idle;

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

fn dag(schedule: Schedule, start: &str, change: impl FnOnce(&mut couture_core::dag::DagAttributes)) -> Dag {
    let builder = DagBuilder::new("scheduled").attributes(|attributes| {
        attributes.schedule = schedule;
        attributes.start_date = Some(at(start));
        change(attributes);
    });
    builder.task("only", Idle, ());
    builder.build().unwrap()
}

fn dates(bench: &Bench) -> Vec<String> {
    bench.created.iter().map(|run| run.run_id.to_string()).collect()
}

#[test]
fn a_run_is_created_when_its_interval_is_over() {
    let mut bench = Bench::new(at("2026-01-01T12:00:00Z"));
    bench.add(dag(Schedule::cron("@daily"), "2026-01-01", |_| {}));
    bench.pass(Duration::from_secs(12 * 3_600 - 1));
    assert_eq!(dates(&bench), [""; 0]);
    bench.pass(Duration::from_secs(1));
    assert_eq!(dates(&bench), ["scheduled__2026-01-01T00:00:00+00:00"]);
    let run = &bench.created[0];
    assert_eq!(run.run_type, RunType::Scheduled);
    assert_eq!((run.data_interval.start, run.data_interval.end), (at("2026-01-01"), at("2026-01-02")));
}

#[test]
fn missed_runs_are_made_up_for_as_far_as_there_is_room() {
    let mut bench = Bench::new(at("2026-01-11T00:00:00Z"));
    bench.add(dag(Schedule::cron("@daily"), "2026-01-01", |of| of.max_active_runs = Some(3)));
    assert_eq!(bench.created.len(), 3);
    bench.finish_all();
    assert_eq!(bench.created.len(), 10);
    assert_eq!(bench.count(RunState::Success), 10);
}

#[test]
fn without_catchup_only_the_latest_is_created() {
    let mut bench = Bench::new(at("2026-01-11T06:00:00Z"));
    bench.add(dag(Schedule::cron("@daily"), "2026-01-01", |of| of.catchup = Some(false)));
    bench.pass(Duration::from_secs(60));
    assert_eq!(dates(&bench), ["scheduled__2026-01-10T00:00:00+00:00"]);
}

#[test]
fn once_is_once_and_continuous_goes_on() {
    let mut bench = Bench::new(at("2026-01-11T06:00:00Z"));
    bench.add(dag(Schedule::Once, "2026-01-01", |_| {}));
    bench.finish_all();
    bench.pass(Duration::from_secs(100_000));
    bench.restart();
    assert_eq!(bench.created.len(), 1);

    let mut bench = Bench::new(at("2026-01-11T06:00:00Z"));
    bench.add(dag(Schedule::Continuous, "2026-01-01", |_| {}));
    for n in 1..5 {
        assert_eq!(bench.created.len(), n);
        let token = bench.live[0];
        bench.pass(Duration::from_secs(1));
        bench.end(token, couture_core::Outcome::succeeded(Vec::new()));
        bench.pass(Duration::from_secs(1));
    }
}

#[test]
fn a_run_asked_for_by_hand_covers_the_last_interval_and_cannot_take_a_reserved_id() {
    let mut bench = Bench::new(at("2026-01-11T06:00:00Z"));
    let dag = bench.add(dag(Schedule::cron("@daily"), "2026-01-11", |_| {}));
    let trigger = |run_id: Option<&str>| {
        Request::Trigger(couture_core::store::Trigger {
            run_id: run_id.map(|id| RunId::new(id).unwrap()),
            ..couture_core::store::Trigger::of(dag.dag_id.clone())
        })
    };
    bench.request(trigger(Some("scheduled__2026-01-11T00:00:00+00:00")));
    assert_eq!(dates(&bench), [""; 0]);
    bench.request(trigger(None));
    assert_eq!(bench.created[0].data_interval.start, at("2026-01-10"));
}

/// What may happen between a DAG's start and its end.
#[derive(Clone, Debug)]
enum Step {
    Pass(u64),
    Jump(i64),
    Pause(bool),
    Restart,
    FinishOne,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..20_000_u64).prop_map(Step::Pass),
        2 => (-90_000..90_000_i64).prop_map(Step::Jump),
        1 => any::<bool>().prop_map(Step::Pause),
        1 => Just(Step::Restart),
        3 => Just(Step::FinishOne),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// Whatever the clock does, and however often the scheduler begins again: in the end each run of the schedule is there, once.
    #[test]
    fn no_run_is_created_twice_or_missed(
        steps in prop::collection::vec(step(), 0..60),
        which in 0..4_usize,
        room in 1..5_u32,
    ) {
        let schedule = [
            Schedule::cron("0 * * * *"),
            Schedule::cron("*/7 3-9 * * *"),
            Schedule::Delta { delta_ms: 5_400_000 },
            Schedule::CronTrigger { expression: "30 */2 * * *".into(), timezone: None, interval_ms: 0 },
        ][which].clone();
        let start = at("2026-03-01T00:00:00Z");
        let mut bench = Bench::new(start);
        let dag = bench.add(dag(schedule, "2026-03-01", |of| of.max_active_runs = Some(room)));
        for step in steps {
            match step {
                Step::Pass(seconds) => bench.pass(Duration::from_secs(seconds)),
                Step::Jump(seconds) => {
                    let wall = bench.now.wall.as_micros() + seconds * 1_000_000;
                    bench.jump(Timestamp::from_micros(wall.max(start.as_micros())));
                }
                Step::Pause(paused) => bench.request(Request::SetPaused { dag_id: dag.dag_id.clone(), paused }),
                Step::Restart => bench.restart(),
                Step::FinishOne => {
                    if let Some(token) = bench.live.first().copied() {
                        bench.end(token, couture_core::Outcome::succeeded(Vec::new()));
                    }
                }
            }
            let unfinished = bench.count(RunState::Running) + bench.count(RunState::Queued);
            prop_assert!(unfinished <= room as usize, "{unfinished} runs at a time");
        }
        bench.request(Request::SetPaused { dag_id: dag.dag_id.clone(), paused: false });
        let end = bench.created.iter().map(|run| run.data_interval.end).max().unwrap_or(start).max(at("2026-03-03T12:00:00Z"));
        bench.jump(end);
        bench.finish_all();

        let restriction = Restriction::new(Some(start), None, true).unwrap();
        let mut expected = Vec::new();
        let mut last = None;
        while let Some(next) = dag.timetable.next_run(last.as_ref(), &restriction, end)
            && next.is_due(end)
        {
            expected.push(next.logical_date);
            last = Some(next.data_interval);
        }
        let created: Vec<Timestamp> = bench.created.iter().map(|run| run.logical_date).collect();
        prop_assert_eq!(created, expected);
        prop_assert_eq!(bench.count(RunState::Success), bench.created.len());
    }
}

#[test]
fn a_run_by_hand_has_its_place_beside_those_of_the_schedule() {
    let mut bench = Bench::new(at("2026-01-11T06:00:00Z"));
    let dag = bench.add(dag(Schedule::cron("@daily"), "2026-01-01", |of| of.max_active_runs = Some(2)));
    bench.request(Request::Trigger(couture_core::store::Trigger {
        run_id: Some(RunId::new("mine").unwrap()),
        ..couture_core::store::Trigger::of(dag.dag_id.clone())
    }));
    let mine = |bench: &Bench| bench.run(&DagId::new("scheduled").unwrap(), &RunId::new("mine").unwrap()).state;
    assert_eq!(mine(&bench), RunState::Queued);
    bench.restart();
    assert_eq!(mine(&bench), RunState::Queued);
    bench.end(bench.live[0], couture_core::Outcome::succeeded(Vec::new()));
    assert_eq!(mine(&bench), RunState::Running);
}
