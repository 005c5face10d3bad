//! Runs that are asked for before they may begin.

use std::time::Duration;

use couture_core::schedule::{DataInterval, Schedule};
use couture_core::store::{
    ClearOnly, MarkedRunState, Operation, Request, RunOrigin, TaskSelection, Trigger, TriggeredBy,
};
use couture_core::{Dag, DagBuilder, DagId, RunId, RunState, Timestamp};
use serde_json::json;

use crate::bench::Bench;
use crate::operators::Idle;

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

fn dag(change: impl FnOnce(&mut couture_core::dag::DagAttributes)) -> Dag {
    let builder = DagBuilder::new("asked").attributes(|attributes| {
        attributes.schedule = Schedule::cron("@daily");
        attributes.start_date = Some(at("2026-01-11"));
        change(attributes);
    });
    builder.task("only", Idle, ());
    builder.build().unwrap()
}

fn dag_id() -> DagId {
    DagId::new("asked").unwrap()
}

fn trigger(run_id: &str, run_after: &str) -> Request {
    let origin = RunOrigin { run_after: Some(at(run_after)), ..RunOrigin::default() };
    Request::Trigger(Trigger { run_id: Some(RunId::new(run_id).unwrap()), origin, ..Trigger::of(dag_id()) })
}

fn state(bench: &Bench, run_id: &str) -> RunState {
    bench.run(&dag_id(), &RunId::new(run_id).unwrap()).state
}

const MINUTE: Duration = Duration::from_secs(60);

#[test]
fn a_run_begins_when_its_time_has_come_and_not_before() {
    let check = |restarts: bool, jump: Option<&str>| {
        let mut bench = Bench::new(at("2026-01-11T06:00:00Z"));
        bench.add(dag(|_| {}));
        bench.request(trigger("later", "2026-01-11T06:10:00Z"));
        bench.request(trigger("past", "2026-01-11T05:00:00Z"));
        assert_eq!((state(&bench, "later"), state(&bench, "past")), (RunState::Queued, RunState::Running));
        if restarts {
            bench.restart();
        }
        match jump {
            Some(jump) => bench.jump(at(jump)),
            None => bench.pass(9 * MINUTE),
        }
        assert_eq!(state(&bench, "later"), RunState::Queued);
        bench.pass(MINUTE);
        assert_eq!(state(&bench, "later"), RunState::Running, "{restarts} {jump:?}");
        bench.finish_all();
        assert_eq!(state(&bench, "later"), RunState::Success);
    };
    for restarts in [false, true] {
        check(restarts, None);
        check(restarts, Some("2026-01-11T06:09:00Z"));
    }
}

#[test]
fn a_run_that_waits_for_its_time_takes_no_room() {
    let mut bench = Bench::new(at("2026-01-11T06:00:00Z"));
    bench.add(dag(|of| of.max_active_runs = Some(1)));
    bench.request(trigger("later", "2026-01-12T06:00:00Z"));
    bench.request(trigger("now", "2026-01-11T06:00:00Z"));
    assert_eq!((state(&bench, "later"), state(&bench, "now")), (RunState::Queued, RunState::Running));
    bench.finish_all();
    // The schedule goes on, too.
    bench.pass(18 * 60 * MINUTE);
    let scheduled = "scheduled__2026-01-11T00:00:00+00:00";
    assert_eq!(state(&bench, scheduled), RunState::Running);
    // From its time on it waits for room like any other.
    bench.pass(6 * 60 * MINUTE);
    assert_eq!(state(&bench, "later"), RunState::Queued);
    bench.restart();
    assert_eq!(state(&bench, "later"), RunState::Queued);
    bench.end(bench.live[0], couture_core::Outcome::succeeded(Vec::new()));
    assert_eq!((state(&bench, scheduled), state(&bench, "later")), (RunState::Success, RunState::Running));
}

#[test]
fn a_pause_and_people_count_while_a_run_waits_for_its_time() {
    let mut bench = Bench::new(at("2026-01-11T06:00:00Z"));
    bench.add(dag(|_| {}));
    let pause = |paused| Request::SetPaused { dag_id: dag_id(), paused };
    let operate = |bench: &mut Bench, operation: Operation| {
        let run = bench.run(&dag_id(), &RunId::new("later").unwrap()).key;
        bench.request(Request::Operate { dag_id: dag_id(), run, operation });
    };
    bench.request(trigger("later", "2026-01-11T07:00:00Z"));
    bench.request(pause(true));
    bench.request(pause(false));
    assert_eq!(state(&bench, "later"), RunState::Queued, "to be unpaused is no reason to begin");
    operate(&mut bench, Operation::MarkRun { state: MarkedRunState::Failed });
    assert_eq!(state(&bench, "later"), RunState::Failed);
    let run = bench.run(&dag_id(), &RunId::new("later").unwrap());
    assert_eq!(run.run_after(), at("2026-01-11T07:00:00Z"));
    bench.request(pause(true));
    bench.pass(90 * MINUTE);
    bench.request(trigger("second", "2026-01-11T07:45:00Z"));
    bench.pass(30 * MINUTE);
    assert_eq!(state(&bench, "second"), RunState::Queued, "the dag is paused");
    bench.request(pause(false));
    assert_eq!(state(&bench, "second"), RunState::Running);
    let clear = Operation::ClearTasks { tasks: TaskSelection::All, only: ClearOnly::All, newest: None };
    let run = bench.run(&dag_id(), &RunId::new("second").unwrap()).key;
    bench.request(Request::Operate { dag_id: dag_id(), run, operation: clear });
    assert_eq!(state(&bench, "second"), RunState::Running);
}

#[test]
fn what_is_asked_for_is_written_down() {
    let mut bench = Bench::new(at("2026-01-11T06:00:00Z"));
    bench.add(dag(|_| {}));
    let origin = RunOrigin {
        triggered_by: Some(TriggeredBy::Cli),
        user: Some("ada".into()),
        run_after: Some(at("2026-01-11T08:00:00Z")),
    };
    let interval = DataInterval::new(at("2026-01-01"), at("2026-01-03"));
    let trigger = Trigger {
        data_interval: Some(interval),
        conf: json!({"n": 1}),
        origin: origin.clone(),
        ..Trigger::of(dag_id())
    };
    bench.request(Request::Trigger(trigger));
    let run = &bench.created[0];
    // Airflow names a run without a logical date after the time when it may begin.
    assert_eq!(run.logical_date, at("2026-01-11T08:00:00Z"));
    assert_eq!(run.run_id.as_str(), "manual__2026-01-11T08:00:00+00:00");
    assert_eq!((run.data_interval, &run.origin), (interval, &origin));
    assert_eq!((run.triggered_by(), run.run_after()), (Some(TriggeredBy::Cli), at("2026-01-11T08:00:00Z")));
    bench.pass(18 * 60 * MINUTE);
    let scheduled = &bench.created[1];
    assert_eq!((scheduled.triggered_by(), &scheduled.origin), (Some(TriggeredBy::Timetable), &RunOrigin::default()));
}
