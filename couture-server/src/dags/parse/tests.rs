use async_trait::async_trait;
use couture_core::{Failure, Operator, TaskContext, operator};
use serde::{Deserialize, Serialize};

use super::*;

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Say {
    text: String,
    #[serde(default)]
    times: u32,
}

#[async_trait]
impl Operator for Say {
    type Input = ();
    type Output = ();
    async fn run(&self, (): (), _: &TaskContext) -> Result<(), Failure> {
        Ok(())
    }
}
operator!(Say, "test.say");

const GOOD: &str = "\
dag_id: good
description: a DAG
params: {a: 1}
tasks:
- task_id: one
  operator: {type: test.say, text: hello}
- task_id: two
  operator:
    type: test.say
    text: |
      several
      lines
    times: 2
  upstream: [one]
  retries: 3
  trigger_rule: all_done
";

#[test]
fn yaml_and_json_are_the_same_dag() {
    let yaml = parse(GOOD.as_bytes(), Format::Yaml).unwrap();
    assert_eq!(yaml.tasks().len(), 2);
    let json = parse(&yaml.to_json(), Format::Json).unwrap();
    assert_eq!(yaml.to_json(), json.to_json());
    assert_eq!(json.tasks()[1].options.retries, 3);
}

/// What is said of `GOOD` after `from` has become `to`.
fn after(from: &str, to: &str) -> String {
    assert!(GOOD.contains(from), "{from}");
    parse(GOOD.replacen(from, to, 1).as_bytes(), Format::Yaml).expect_err(to).to_string()
}

#[test]
fn an_error_names_its_line_and_column() {
    let check = |from: &str, to: &str, place: &str, word: &str| {
        let error = after(from, to);
        assert!(error.starts_with(&format!("{place}: ")) && error.contains(word), "{from:?} -> {to:?}: {error}");
    };
    check("retries: 3", "retrys: 3", "line 15, column 3", "retrys");
    check("retries: 3", "retries: many", "line 15, column 12", "retries: ");
    check("all_done", "all_dun", "line 16, column 17", "all_dun");
    check("times: 2", "times: -2", "line 13, column 12", "times");
    check("retries: 3", "retries: -1", "line 15, column 12", "`-1`, expected a whole number, 0 or more");
    check("upstream: [one]", "upstream: one", "line 14, column 13", "expected a list, such as [a, b]");
    check("{type: test.say, text: hello}", "test.say", "line 6, column 13", "expected a map with the key type");
    check("times: 2", "time: 2", "line 13, column 11", "time");
    check("test.say, text: hello", "test.say", "line 6, column 13", "text");
    check("type: test.say, text: hello", "type: no.such", "line 6, column 20", "no.such");
    check("[one]", "[on]", "line 14, column 14", "\"on\"");
    check("[one]", "[one, one]", "line 14, column 19", "stated twice");
    check("task_id: two", "task_id: one", "line 7, column 12", "twice");
    check("task_id: two", "task_id: \"t w o\"", "line 7, column 12", "letters");
    check("- task_id: two\n", "- pool: x\n", "line 7, column 3", "task_id is missing");
    check("dag_id: good", "dag_id: [1]", "line 1, column 9", "dag_id");
    check("dag_id: good\n", "", "line 1, column 1", "dag_id is missing");
    check("description: a DAG", "descripton: a DAG", "line 2, column 1", "descripton");
    check("  retries: 3", "  upstream: [one]", "line 15, column 3", "upstream");
    check("params: {a: 1}", "schedule: '61 * * * *'", "line 3, column 11", "its field minute");
    check("params: {a: 1}", "schedule: '* * * *'", "line 3, column 11", "4 fields");
    check(
        "params: {a: 1}",
        "start_date: '2026-01-02'\nend_date: '2026-01-01'",
        "line 4, column 11",
        "before start_date",
    );
    check("params: {a: 1}", "max_active_tasks: 0", "line 3, column 19", "never run");
    check("params: {a: 1}", "dagrun_timeout_ms: 0", "line 3, column 20", "dagrun_timeout");
    check("params: {a: 1}", "params: {a: 1", "line 4, column 6", "flow mapping");
    check("[one]\n", "[one]\n  input: two\n", "line 7, column 3", "wait for each other");
}

#[test]
fn what_makes_yaml_dangerous_is_refused() {
    let check = |text: &str, word: &str| {
        let error = parse(text.as_bytes(), Format::Yaml).expect_err(text).to_string();
        assert!(error.contains(word), "{error}");
    };
    check("dag_id: &a good\ntasks: []\nowner: *a\n", "not allowed");
    check("a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\n", "not allowed");
    check(&format!("dag_id: x\ntasks: {}{}\n", "[".repeat(5_000), "]".repeat(5_000)), "deeper than");
    check(&format!("dag_id: x\nparams: {}1{}\n", "{a: ".repeat(5_000), "}".repeat(5_000)), "deeper than");
    check("dag_id: x\ntasks: []\n---\ndag_id: y\ntasks: []\n", "second document");
    check("just text", "map");
    check("", "");
    check("[1]", "map");
    let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(parse(deep.as_bytes(), Format::Json).is_err());
}

#[test]
fn json_errors_have_places_too() {
    let check = |text: &str, format: Format, place: &str| {
        let error = parse(text.as_bytes(), format).expect_err(text).to_string();
        assert!(error.starts_with(place), "{error}");
    };
    check("{\n  \"dag_id\": \"x\",\n  \"tasks\": [}\n", Format::Json, "line 3, column 13: ");
    check("{\n\t\"dag_id\": 1,\n\t\"tasks\": []\n}", Format::Json, "line 2, column ");
    check("{\n\"dag_id\": \"x\",\n\"tasks\": [{\"task_id\": 5}]\n}", Format::Json, "line 3, column ");
    assert_eq!(parse(b"ab\n\xff", Format::Json).unwrap_err().to_string(), "line 2, column 1: this is not UTF-8 text");
}
