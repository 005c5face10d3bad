//! Sensors of all kinds.

use std::time::Duration;

use chrono::{NaiveTime, Weekday};
use couture_core::store::TaskRecord;
use couture_core::{DagBuilder, Dialect, DynOperator, TaskState, Timestamp};
use couture_operators::sensor::{
    BashSensor, DateTimeSensor, DayOfWeekSensor, ExternalTaskSensor, FileSensor, FnSensor, Sensor, SensorMode,
    TimeDeltaSensor, TimeSensor,
};
use serde_json::{Value, json};

use crate::rig::{Rig, xcom};

const S: Duration = Duration::from_secs(1);

/// Runs `sensor`, and compares its state and what its error holds.
async fn check(rig: &Rig, sensor: impl DynOperator + Sensor, expected: TaskState, error: &str) -> TaskRecord {
    check_in(rig, Dialect::V2, sensor, expected, error).await
}

async fn check_in(
    rig: &Rig,
    dialect: Dialect,
    sensor: impl DynOperator + Sensor,
    expected: TaskState,
    error: &str,
) -> TaskRecord {
    let shown = format!("{sensor:?}");
    let dag = DagBuilder::new("one").attributes(|facts| facts.dialect = dialect);
    dag.erased::<Value>("wait", std::sync::Arc::new(sensor), couture_core::dag::Input::None).options(|options| {
        options.retries = 1;
        options.retry_delay_ms = 1;
    });
    let row = rig.only(dag).await;
    let found = row.error.as_deref().unwrap_or_default();
    assert!(row.state == expected && found.contains(error), "{shown}: {:?} {found}", row.state);
    row
}

fn seconds(row: &TaskRecord) -> u64 {
    row.ended_at.unwrap().since(row.started_at.unwrap()).as_secs()
}

#[tokio::test]
async fn moments_are_met_exactly() {
    let rig = Rig::new().await;
    let at = |text: &str| DateTimeSensor::new(text);
    check(&rig, at("2020-01-01"), TaskState::Success, "").await;
    check(&rig, at("soon"), TaskState::Failed, "\"soon\" is not a date").await;
    let start = Timestamp::parse(crate::rig::BEGUN).unwrap();
    let target = start + 600 * S;
    // Nothing but the moment itself wakes it in time.
    let week = 7 * 86_400 * S;
    let row = check(&rig, at(&target.to_string()).poke_interval(week), TaskState::Success, "").await;
    assert!(row.ended_at.unwrap() >= target, "{row:?}");
    let row = check(&rig, TimeDeltaSensor::new(90 * S).poke_interval(week), TaskState::Success, "").await;
    let run = rig.runs("one").await.pop().unwrap();
    assert!(row.ended_at.unwrap() >= run.data_interval.end + 90 * S, "{row:?}");
    check(&rig, TimeSensor::new(NaiveTime::MIN), TaskState::Success, "").await;
    check(&rig, DayOfWeekSensor::new([Weekday::Thu]), TaskState::Success, "").await;
    let fast = DayOfWeekSensor::new([Weekday::Sat]).timeout(10 * S);
    check(&rig, fast, TaskState::Failed, "sensor has timed out").await;
}

#[tokio::test]
async fn what_a_poke_gives_is_passed_on() {
    let rig = Rig::new().await;
    let row = check(&rig, FnSensor::new("wait.third_time"), TaskState::Success, "").await;
    assert_eq!(xcom(&rig, &row).await, json!({"pokes": 2}));
    assert!(seconds(&row) >= 118, "two intervals of a minute: {}", seconds(&row));
    assert_eq!(row.token.try_number, 1);
}

#[tokio::test]
async fn failures_are_what_the_settings_say() {
    use TaskState::{Failed, Skipped, Success};
    let rig = Rig::new().await;
    let sensor = |name: &str| FnSensor::new(name).poke_interval(10 * S).timeout(25 * S);
    let with = |name: &str, change: fn(&mut couture_operators::sensor::SensorSettings)| {
        let mut sensor = sensor(name);
        change(sensor.settings_mut());
        sensor
    };
    let row = check(&rig, sensor("wait.never"), Failed, "sensor has timed out").await;
    assert_eq!(row.token.try_number, 1, "a timeout is for good");
    let row = check_in(&rig, Dialect::V1_10, sensor("wait.never"), Failed, "sensor has timed out").await;
    assert_eq!(row.token.try_number, 2, "but not in Airflow 1.10");
    check(&rig, sensor("wait.never").soft_fail(), Skipped, "sensor has timed out").await;
    check(&rig, with("wait.never", |s| s.never_fail = true), Skipped, "sensor has timed out").await;
    let row = check(&rig, sensor("wait.fails"), Failed, "it broke").await;
    assert_eq!(row.token.try_number, 2);
    check(&rig, sensor("wait.fails").soft_fail(), Failed, "it broke").await;
    check(&rig, sensor("wait.fails_for_good").soft_fail(), Skipped, "it is hopeless").await;
    check(&rig, with("wait.fails", |s| s.never_fail = true), Skipped, "it broke").await;
    check(&rig, with("wait.fails_once", |s| s.silent_fail = true), Success, "").await;
    check(&rig, sensor("wait.nothing"), Failed, "no function is registered as \"wait.nothing\"").await;
    let both = |s: &mut couture_operators::sensor::SensorSettings| (s.soft_fail, s.never_fail) = (true, true);
    check(&rig, with("wait.never", both), Failed, "exclude each other").await;
}

#[tokio::test]
async fn a_sensor_holds_its_slot_only_in_mode_poke() {
    let rig = Rig::new().await;
    for (mode, expected) in [(SensorMode::Poke, TaskState::Running), (SensorMode::Reschedule, TaskState::Deferred)] {
        let dag = DagBuilder::new("mode");
        dag.task("wait", FnSensor::new("wait.never").timeout(3_600 * S).mode(mode), ());
        let dag = rig.define(dag).await;
        let key = rig.start(&dag).await;
        rig.until(key, |rows| (rows.first()?.state == expected).then_some(())).await;
        let used: i64 = couture_core::Store::pools(&rig.world.store).await.unwrap().iter().map(|pool| pool.used).sum();
        assert_eq!(used, i64::from(mode == SensorMode::Poke));
        let run_id = rig.runs("mode").await.pop().unwrap().run_id;
        let cancel = couture_core::store::Request::CancelRun { dag_id: dag.dag_id.clone(), run_id };
        rig.engine.request(cancel).await.unwrap();
        rig.end(key).await;
    }
}

#[tokio::test]
async fn files_and_commands_are_waited_for() {
    let rig = Rig::new().await;
    let file = rig.world.folder().join("done");
    let folder = rig.world.folder().display().to_string();
    let bash = BashSensor::new(format!("test -e {}", file.display())).poke_interval(10 * S);
    let short = bash.clone().timeout(20 * S);
    check(&rig, short, TaskState::Failed, "sensor has timed out").await;
    let strict = BashSensor { retry_exit_code: Some(7), ..BashSensor::new("exit 3") };
    check(&rig, strict, TaskState::Failed, "command exited with return code 3").await;
    check(&rig, FileSensor::new("done").timeout(10 * S), TaskState::Failed, "sensor has timed out").await;
    std::fs::write(&file, "x").unwrap();
    rig.world.connection("fs_default", "fs", |fs| fs.extra = Some(json!({"path": folder}).to_string())).await;
    check(&rig, FileSensor::new("d*"), TaskState::Success, "").await;
    check(&rig, bash, TaskState::Success, "").await;
}

#[tokio::test]
async fn other_dags_are_waited_for() {
    use TaskState::{Failed, Skipped, Success};
    let rig = Rig::new().await;
    let other = DagBuilder::new("other");
    other.task("good", FnSensor::new("wait.third_time").poke_interval(S), ());
    let bad = FnSensor::new("wait.fails_for_good");
    other.task("bad", bad, ());
    other.task("skipped", FnSensor::new("wait.never").timeout(S).soft_fail(), ());
    let other = rig.define(other).await;
    let date = Timestamp::parse("2026-01-01").unwrap();
    let trigger = |dag: &str, date: Timestamp| couture_core::store::Trigger {
        logical_date: Some(date),
        ..couture_core::store::Trigger::of(crate::rig::id(dag))
    };
    rig.engine.request(couture_core::store::Request::Trigger(trigger("other", date))).await.unwrap();
    let check = async |sensor: ExternalTaskSensor, expected: TaskState, error: &str| {
        let dag = DagBuilder::new("sees");
        dag.task("wait", sensor.poke_interval(5 * S).timeout(60 * S), ());
        let dag = rig.define(dag).await;
        let asked = rig.engine.request(couture_core::store::Request::Trigger(trigger("sees", date))).await.unwrap();
        let couture_core::store::Answer::Triggered { key, .. } = asked else { panic!("{asked:?}") };
        rig.end(key).await;
        let row = rig.rows(key).await.remove(0);
        let found = row.error.as_deref().unwrap_or_default();
        assert!(row.state == expected && found.contains(error), "{:?}: {:?} {found}", dag.tasks()[0], row.state);
    };
    let new = || ExternalTaskSensor::new("other");
    let states = |states: &[&str]| states.iter().map(|state| (*state).to_owned()).collect::<Vec<_>>();
    check(new().tasks(["good"]), Success, "").await;
    check(ExternalTaskSensor { failed_states: states(&["failed"]), ..new() }, Failed, "has failed").await;
    check(ExternalTaskSensor { allowed_states: states(&["failed", "success"]), ..new() }, Success, "").await;
    check(ExternalTaskSensor { skipped_states: states(&["skipped"]), ..new().tasks(["skipped"]) }, Skipped, "").await;
    check(ExternalTaskSensor { failed_states: states(&["failed"]), ..new().tasks(["bad"]) }.soft_fail(), Skipped, "")
        .await;
    check(new().tasks(["good", "bad"]), Failed, "sensor has timed out").await;
    check(ExternalTaskSensor { execution_delta: Some(S), ..new() }, Failed, "sensor has timed out").await;
    let function = Some("wait.day_before".to_owned());
    check(ExternalTaskSensor { execution_date_fn: function, ..new() }, Failed, "sensor has timed out").await;
    check(
        ExternalTaskSensor { check_existence: true, ..new().tasks(["none"]) },
        Failed,
        "\"none\" of dag \"other\" does not exist",
    )
    .await;
    let nowhere = ExternalTaskSensor { check_existence: true, ..ExternalTaskSensor::new("nowhere") };
    check(nowhere, Failed, "the external dag \"nowhere\" does not exist").await;
    check(ExternalTaskSensor { allowed_states: states(&["sucess"]), ..new() }, Failed, "\"sucess\" is not a state")
        .await;
    assert_eq!(other.tasks().len(), 3);
}

#[test]
fn json_is_short_and_strict() {
    let check = |json: &str, expected: Result<&str, &str>| {
        let operator = serde_json::from_str::<Box<dyn DynOperator>>(json);
        match (operator.map(|operator| serde_json::to_string(&operator).unwrap()), expected) {
            (Ok(again), Ok(expected)) => assert_eq!(again, expected),
            (Err(error), Err(expected)) => assert!(error.to_string().contains(expected), "{error}"),
            (again, _) => panic!("{json}: {again:?}"),
        }
    };
    let short = r#"{"type":"file_sensor","filepath":"/a"}"#;
    check(short, Ok(short));
    check(r#"{"type":"file_sensor","filepath":"/a","poke_interval":60.0,"mode":"reschedule"}"#, Ok(short));
    let long = r#"{"type":"fn_sensor","function":"f","poke_interval":0.5,"soft_fail":true,"mode":"poke","max_wait":9}"#;
    check(long, Ok(long));
    check(r#"{"type":"file_sensor","filepath":"/a","poke_intervall":1}"#, Err("poke_intervall"));
    check(r#"{"type":"file_sensor","filepath":"/a","timeout":-1}"#, Err("-1 is not a number of seconds"));
    check(r#"{"type":"time_sensor","target_time":"25:00"}"#, Err("\"25:00\" is not a time of day"));
    check(r#"{"type":"time_sensor","target_time":"08:30"}"#, Ok(r#"{"type":"time_sensor","target_time":"08:30:00"}"#));
    check(
        r#"{"type":"day_of_week_sensor","week_day":"Monday"}"#,
        Ok(r#"{"type":"day_of_week_sensor","week_day":["Monday"]}"#),
    );
    let request = r#"{"type":"http_sensor","http_conn_id":"h","endpoint":"/x"}"#;
    check(request, Ok(request));
    check(r#"{"type":"dag","run_dag_id":"a","conf":{"b":1}}"#, Ok(r#"{"type":"dag","run_dag_id":"a","conf":{"b":1}}"#));
    check(r#"{"type":"dag","run_dag_id":"a","run":1}"#, Err("run"));
}
