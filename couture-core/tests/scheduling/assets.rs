//! Runs that changes of assets start.

use std::time::Duration;

use couture_core::dag::AssetCondition;
use couture_core::schedule::Schedule;
use couture_core::store::{Message, Request, StoreReader, Trigger};
use couture_core::{AssetName, Dag, DagBuilder, DagId, Outcome, RunId, RunState, RunType, Timestamp};
use futures_util::FutureExt;
use proptest::prelude::*;
use serde_json::json;

use crate::bench::Bench;
use crate::operators::Idle;

fn asset(name: &str) -> AssetName {
    AssetName::new(name).unwrap()
}

fn named(name: &str) -> AssetCondition {
    AssetCondition::Asset(asset(name))
}

fn writer(outlets: impl serde::Serialize) -> Dag {
    let builder = DagBuilder::new("writer");
    let outlets = json!(outlets);
    builder.task("write", Idle, ()).options(|options| options.outlets = serde_json::from_value(outlets).unwrap());
    builder.build().unwrap()
}

fn reader(dag_id: &str, condition: AssetCondition, max_active_runs: u32) -> Dag {
    let builder = DagBuilder::new(dag_id).attributes(|attributes| {
        attributes.assets = Some(condition);
        attributes.max_active_runs = Some(max_active_runs);
    });
    builder.task("read", Idle, ());
    builder.build().unwrap()
}

fn write(bench: &mut Bench, extras: Vec<(AssetName, serde_json::Value)>) -> RunId {
    bench.pass(Duration::from_secs(60));
    let run_id = RunId::new(format!("w{}", bench.created.len())).unwrap();
    bench.request(Request::Trigger(Trigger {
        run_id: Some(run_id.clone()),
        ..Trigger::of(DagId::new("writer").unwrap())
    }));
    let token = *bench.launched.last().unwrap();
    bench.pass(Duration::from_secs(60));
    let done = Outcome::Succeeded { xcoms: Vec::new(), length: None, decision: None, asset_extras: extras };
    bench.end(token, done);
    run_id
}

fn started(bench: &Bench) -> Vec<String> {
    let runs = bench.created.iter().filter(|run| run.run_type == RunType::AssetTriggered);
    runs.map(|run| run.dag_id.to_string()).collect()
}

#[test]
fn a_success_changes_its_outlets_and_starts_who_waits_for_them() {
    let mut bench = Bench::new(Timestamp::parse("2026-01-01").unwrap());
    bench.add(writer(["a", "b"]));
    bench.add(reader("any", AssetCondition::Any(vec![named("b"), named("z")]), 16));
    bench.add(reader("all", AssetCondition::All(vec![named("a"), named("b")]), 16));
    bench.add(reader("other", AssetCondition::All(vec![named("a"), named("z")]), 16));
    let run_id = write(&mut bench, vec![(asset("b"), json!({"rows": 7}))]);
    assert_eq!(started(&bench), ["all", "any"]);
    let events = bench.store.asset_events(None, true, 0, 10).now_or_never().unwrap().unwrap();
    let facts: Vec<_> = events.iter().map(|event| (event.asset.as_str(), event.extra.clone())).collect();
    assert_eq!(facts, [("b", json!({"rows": 7})), ("a", json!(null))]);
    assert_eq!(events[0].source.as_ref().unwrap().task_id.as_str(), "write");
    let source = bench.run(&DagId::new("writer").unwrap(), &run_id);
    let run = bench.created.last().unwrap();
    assert_eq!(run.data_interval, source.data_interval);
    assert_eq!(run.logical_date, events[0].at);
    assert_eq!(run.run_id.to_string(), format!("asset_triggered__{}", run.logical_date));
    assert_eq!(run.conf, json!({}));
}

#[test]
fn an_alias_changes_where_the_attempt_says_so_with_the_assets_that_it_names() {
    let check = |extras: &[&str], changed: &[&str]| {
        let mut bench = Bench::new(Timestamp::parse("2026-01-01").unwrap());
        bench.add(writer([json!({"name": "alias", "alias": true}), json!("a")]));
        for name in ["a", "alias", "b", "other"] {
            bench.add(reader(&format!("of_{name}"), named(name), 16));
        }
        write(&mut bench, extras.iter().map(|name| (asset(name), json!({}))).collect());
        let changed: Vec<_> = changed.iter().map(|name| format!("of_{name}")).collect();
        assert_eq!(started(&bench), changed);
    };
    check(&[], &["a"]);
    check(&["alias", "b"], &["a", "alias", "b"]);
}

#[test]
fn a_failure_changes_nothing_and_a_paused_dag_hears_nothing() {
    let mut bench = Bench::new(Timestamp::parse("2026-01-01").unwrap());
    bench.add(writer(["a"]));
    let reader = bench.add(reader("reader", named("a"), 16));
    let pause = |paused| Request::SetPaused { dag_id: reader.dag_id.clone(), paused };
    bench.request(pause(true));
    write(&mut bench, Vec::new());
    bench.request(pause(false));
    bench.pass(Duration::from_secs(60));
    assert_eq!(started(&bench), [""; 0]);
    bench.request(Request::Trigger(Trigger::of(DagId::new("writer").unwrap())));
    bench.end(bench.live[0], Outcome::Failed { error: "x".into(), retryable: false });
    assert_eq!(started(&bench), [""; 0]);
}

#[test]
fn time_and_assets_both_start_runs() {
    let mut bench = Bench::new(Timestamp::parse("2026-01-02").unwrap());
    bench.add(writer(["a"]));
    let builder = DagBuilder::new("both").attributes(|attributes| {
        attributes.assets = Some(named("a"));
        attributes.schedule = Schedule::cron("@daily");
        attributes.start_date = Some(Timestamp::parse("2026-01-01").unwrap());
    });
    builder.task("read", Idle, ());
    bench.add(builder.build().unwrap());
    write(&mut bench, Vec::new());
    let types: Vec<_> =
        bench.created.iter().filter(|run| run.dag_id.as_str() == "both").map(|run| run.run_type).collect();
    assert_eq!(types, [RunType::Scheduled, RunType::AssetTriggered]);
}

#[test]
fn what_is_said_from_outside_counts_once() {
    let mut bench = Bench::new(Timestamp::parse("2026-01-01").unwrap());
    bench.add(reader("reader", named("a"), 16));
    bench.arrive(Message::ChangeAsset { asset: asset("a"), extra: json!({"by": "hand"}) });
    bench.restart();
    let events = bench.store.asset_events(Some(&asset("a")), true, 0, 10).now_or_never().unwrap().unwrap();
    assert_eq!((events.len(), &events[0].extra, &events[0].source), (1, &json!({"by": "hand"}), &None));
    assert_eq!(started(&bench), ["reader"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// Each change leads to exactly the runs that the condition asks for, with restarts between; what finds no room is gathered for the
    /// run after.
    #[test]
    fn changes_lead_to_the_runs_that_are_asked_for(
        steps in prop::collection::vec((0..3_usize, any::<bool>(), any::<bool>()), 0..30),
        is_all in any::<bool>(),
        room in 1..3_u32,
    ) {
        let mut bench = Bench::new(Timestamp::parse("2026-01-01").unwrap());
        let parts = vec![named("a"), named("b")];
        let condition = if is_all { AssetCondition::All(parts) } else { AssetCondition::Any(parts) };
        bench.add(reader("reader", condition.clone(), room));
        let (mut changed, mut expected, mut unfinished) = (std::collections::BTreeSet::new(), 0, 0);
        for (which, restarts, finishes) in steps {
            bench.pass(Duration::from_secs(1));
            changed.insert(["a", "b", "c"][which]);
            bench.arrive(Message::ChangeAsset { asset: asset(["a", "b", "c"][which]), extra: json!(null) });
            if restarts {
                bench.restart();
            }
            for ends in [false, finishes] {
                if ends && let Some(token) = bench.live.first().copied() {
                    bench.end(token, Outcome::succeeded(Vec::new()));
                    unfinished -= 1;
                }
                if unfinished < room && condition.holds(&|asset| changed.contains(asset.as_str())) {
                    changed.clear();
                    expected += 1;
                    unfinished += 1;
                }
            }
            prop_assert_eq!(started(&bench).len(), expected);
            prop_assert_eq!(bench.count(RunState::Running), unfinished as usize);
        }
    }
}
