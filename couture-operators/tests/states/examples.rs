//! Airflow's example DAGs.

use couture_core::{Dag, DagBuilder, Out, Schedule, TriggerRule, order};
use couture_operators::{
    BranchDateTimeOperator, BranchDayOfWeekOperator, DateBound, FnOperator, LatestOnlyOperator, WeekDay,
};
use serde_json::json;

use crate::case::Case;
use crate::functions::{add_one, fail, greet, names, print, sum};
use crate::probes::{branch, builder, dummy, short_circuit};

/// The DAG of a case, if it is one of these.
pub fn dag(case: &Case) -> Option<Dag> {
    let schedule = match case.dag_id.as_str() {
        "latest_only" | "latest_only_with_trigger" => Schedule::Delta { delta_ms: 4 * 3_600_000 },
        _ => Schedule::cron("@daily"),
    };
    let dag = builder(case, schedule);
    let d = &dag;
    match case.dag_id.as_str() {
        "example_branch_operator" => branch_operator(d, case.choice.as_deref()?),
        "example_nested_branch_dag" => nested_branch(d),
        "example_branch_labels" => {
            let ids = ["ingest", "analyze", "save", "describe_integrity", "email_error", "report"];
            let [ingest, analyze, save, describe, error, report] = ids.map(|id| dummy(d, id));
            let report = report.trigger_rule(TriggerRule::NoneFailed);
            let check = dummy(d, "check_integrity");
            order! { ingest >> analyze >> check >> save >> report ; check >> describe >> error >> report }
        }
        "example_failed_dag" => {
            FnOperator::task(d, "fail_task", fail, ());
        }
        "example_short_circuit_decorator" => short_circuits(d),
        "example_task_group" => task_group(d),
        "example_setup_teardown" => setup_teardown(d),
        "example_setup_teardown_taskflow" => setup_teardown_taskflow(d),
        "example_weekday_branch_operator" => weekday_branch(d),
        "example_dynamic_task_mapping_with_no_taskflow_operators" => {
            let added = FnOperator::expand(d, "add_one", add_one, vec![1, 2, 3]);
            FnOperator::task(d, "sum_it", sum, added);
        }
        "example_params_trigger_ui" => greetings(d),
        "latest_only" => {
            order! { d.task("latest_only", LatestOnlyOperator::default(), ()) >> dummy(d, "task1") }
        }
        "latest_only_with_trigger" => {
            let latest_only = d.task("latest_only", LatestOnlyOperator::default(), ());
            let [task1, task2, task3, task4] = ["task1", "task2", "task3", "task4"].map(|id| dummy(d, id));
            let task4 = task4.trigger_rule(TriggerRule::AllDone);
            order! { latest_only >> task1 >> [task3, task4] ; task2 >> [task3, task4] }
        }
        other => branch_date_time(d, other)?,
    }
    Some(dag.build().unwrap())
}

fn branch_operator(d: &DagBuilder, choice: &str) {
    let first = dummy(d, "run_this_first");
    let branching = branch(d, "branching", json!(choice));
    let join = dummy(d, "join").trigger_rule(TriggerRule::NoneFailedMinOneSuccess);
    order! { first >> branching }
    for letter in ["a", "b", "c", "d"] {
        let (task, follow) = (dummy(d, &format!("branch_{letter}")), dummy(d, &format!("follow_branch_{letter}")));
        order! { branching >> task >> follow >> join }
    }
}

fn nested_branch(d: &DagBuilder) {
    let (branch_1, branch_2) = (branch(d, "branch_1", json!("true_1")), branch(d, "branch_2", json!("true_2")));
    let [join_1, join_2] =
        ["join_1", "join_2"].map(|id| dummy(d, id).trigger_rule(TriggerRule::NoneFailedMinOneSuccess));
    let [true_1, false_1, true_2, false_2, false_3] =
        ["true_1", "false_1", "true_2", "false_2", "false_3"].map(|id| dummy(d, id));
    order! {
        branch_1 >> true_1 >> join_1;
        branch_1 >> false_1 >> branch_2 >> [true_2, false_2] >> join_2 >> false_3 >> join_1
    }
}

fn short_circuits(d: &DagBuilder) {
    let [true_1, true_2, false_1, false_2] = ["true_1", "true_2", "false_1", "false_2"].map(|id| dummy(d, id));
    order! {
        short_circuit(d, "condition_is_true", json!(true), true) >> true_1 >> true_2;
        short_circuit(d, "condition_is_false", json!(false), true) >> false_1 >> false_2
    }
    let ids = ["task_1", "task_2", "task_3", "task_4", "task_5", "task_6", "task_7"];
    let [task_1, task_2, task_3, task_4, task_5, task_6, task_7] = ids.map(|id| dummy(d, id));
    let task_7 = task_7.trigger_rule(TriggerRule::AllDone);
    let circuit = short_circuit(d, "short_circuit", json!(false), false);
    order! { task_1 >> task_2 >> task_3 >> task_5 >> task_7 ; task_1 >> circuit >> task_4 >> task_6 >> task_7 }
}

fn task_group(d: &DagBuilder) {
    let start = dummy(d, "start");
    let section_1 = d.group("section_1", |d| {
        let [task_1, task_2, task_3] = ["task_1", "task_2", "task_3"].map(|id| dummy(d, id));
        order! { task_1 >> [task_2, task_3] }
    });
    let section_2 = d.group("section_2", |d| {
        dummy(d, "task_1");
        d.group("inner_section_2", |d| {
            let [task_2, task_3, task_4] = ["task_2", "task_3", "task_4"].map(|id| dummy(d, id));
            order! { [task_2, task_3] >> task_4 }
        });
    });
    let end = dummy(d, "end");
    order! { start >> &section_1 >> &section_2 >> end }
}

/// A setup, what it is for, and its teardown, under one another.
fn enclosed<'d>(d: &'d DagBuilder, [setup, work, teardown]: [&str; 3]) -> Out<'d, ()> {
    let (setup, work) = (dummy(d, setup), dummy(d, work));
    let teardown = dummy(d, teardown).as_teardown(setup);
    order! { setup >> work >> teardown }
    work
}

fn setup_teardown(d: &DagBuilder) {
    let normal = enclosed(d, ["root_setup", "normal", "root_teardown"]);
    let section = d.group("section_1", |d| {
        enclosed(d, ["taskgroup_setup", "normal", "taskgroup_teardown"]);
    });
    order! { normal >> section }
}

fn setup_teardown_taskflow(d: &DagBuilder) {
    enclosed(d, ["my_first_task", "my_second_task", "my_third_task"]);
    let work = enclosed(d, ["outer_setup", "outer_work", "outer_teardown"]);
    let section = d.group("section_1", |d| {
        enclosed(d, ["inner_setup", "inner_work", "inner_teardown"]);
    });
    order! { work >> section }
}

fn weekday_branch(d: &DagBuilder) {
    let choice = |yes: &str, no: &str, days: &[WeekDay]| BranchDayOfWeekOperator {
        follow_task_ids_if_true: vec![yes.into()],
        follow_task_ids_if_false: vec![no.into()],
        week_day: days.iter().copied().collect(),
        use_task_logical_date: false,
    };
    let ids = ["branch_true", "branch_false", "branch_weekend", "branch_mid_week"];
    let [yes, no, weekend, mid_week] = ids.map(|id| dummy(d, id));
    let first = d.task("make_choice", choice("branch_true", "branch_false", &[WeekDay::Monday]), ());
    let second = d.task("make_weekend_choice", choice("branch_weekend", "branch_mid_week", &WeekDay::WEEKEND), ());
    order! { first >> [yes, no] ; no >> second >> [weekend, mid_week] }
}

fn branch_date_time(d: &DagBuilder, id: &str) -> Option<()> {
    let (lower, upper, use_task_logical_date) = match id {
        "example_branch_datetime_operator" => ("2020-10-10T14:00:00", "2020-10-10T15:00:00", false),
        "example_branch_datetime_operator_2" => ("14:00:00", "15:00:00", false),
        "example_branch_datetime_operator_3" => ("2020-10-10T14:00:00", "2020-10-10T15:00:00", true),
        _ => return None,
    };
    let bound = |text: &str| DateBound::try_from(text.to_owned()).ok();
    let operator = BranchDateTimeOperator {
        follow_task_ids_if_true: vec!["date_in_range".into()],
        follow_task_ids_if_false: vec!["date_outside_range".into()],
        target_lower: bound(lower),
        target_upper: bound(upper),
        use_task_logical_date,
    };
    order! { d.task("datetime_branch", operator, ()) >> ["date_in_range", "date_outside_range"].map(|id| dummy(d, id)) }
    Some(())
}

fn greetings(d: &DagBuilder) {
    let languages = ["generate_english_greeting", "generate_french_greeting", "generate_german_greeting"];
    let select = branch(d, "select_languages", json!(languages));
    let found = FnOperator::task(d, "get_names", names, ());
    let [english, german, french] =
        [languages[0], languages[2], languages[1]].map(|id| FnOperator::expand(d, id, greet, found));
    FnOperator::task(d, "print_greetings", print, (english, german, french)).trigger_rule(TriggerRule::AllDone);
    order! { select >> [english, german, french] }
}
