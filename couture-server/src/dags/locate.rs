//! Finds the place in a DAG file that an error is about.
//!
//! serde buffers the fields of a task before it reads them, and loses their places on the way. So a file that was refused is
//! read once more, with the places, and its parts are tried one by one.

use couture_core::DynOperator;
use couture_core::dag::{DagError, SerialDag};
use serde_json::{Map, Value, json};

use super::fields::{DAG_FIELDS, TASK_FIELDS};
use super::marked::{Marked, Node};
use super::parse::{FileError, yaml_error, yaml_options};

/// Documents with more values are not read a second time: with its place, each takes a hundred bytes.
const MAX_NODES: usize = 1_000_000;

/// Where `text` is wrong: as `error` says, or else as reading its parts finds. Nothing where no place can be told.
pub(super) fn locate(text: &str, error: Option<&DagError>) -> Option<FileError> {
    let document = match serde_saphyr::from_str_with_options::<Marked>(text, yaml_options(text.len(), MAX_NODES)) {
        Ok(document) => document,
        // Then only what the first reading told.
        Err(error) if error.to_string().contains("Nodes") => return None,
        Err(error) => {
            // JSON has its own, better message for its syntax.
            let is_json = text.trim_start().starts_with('{');
            return Some(yaml_error(&error)).filter(|error| !is_json && error.line.is_some());
        }
    };
    match error {
        Some(error) => Some(in_document(&document, error)),
        None => in_dag(&document),
    }
}

fn at(place: &Marked, reason: impl Into<String>) -> FileError {
    FileError { line: Some(place.line), column: Some(place.column), reason: reason.into() }
}

/// The place that a DAG whose parts are all right is refused for.
fn in_document(document: &Marked, error: &DagError) -> FileError {
    let tasks = document.get("tasks").map_or(&[][..], Marked::items);
    let ids = || tasks.iter().filter_map(|task| task.get("task_id"));
    let by_id = |id: &str| tasks.iter().find(|task| task.get("task_id").is_some_and(|other| other.text() == id));
    let place = match error {
        DagError::DuplicateTask { task } => ids().filter(|id| id.text() == task.as_str()).nth(1),
        DagError::UnknownTask { task, unknown } => by_id(task.as_str()).and_then(|task| names(task, unknown).next()),
        DagError::DuplicateEdge { upstream, downstream } => {
            by_id(downstream.as_str()).and_then(|task| names(task, upstream.as_str()).last())
        }
        DagError::Cycle { tasks } => tasks.first().and_then(|task| by_id(task.as_str())),
        DagError::Option { task, .. } => by_id(task.as_str()),
        DagError::Attribute(reason) => attribute(document, reason),
        _ => None,
    };
    at(place.unwrap_or(document), error.to_string())
}

/// The setting of a DAG that is wrong for this reason: the first one that it names.
fn attribute<'d>(document: &'d Marked, reason: &str) -> Option<&'d Marked> {
    let place = |name: &str| {
        let parts = |(at, _): &(usize, &str)| {
            let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
            !reason[..*at].ends_with(is_part) && !reason[at + name.len()..].starts_with(is_part)
        };
        reason.match_indices(name).find(parts).map(|(at, _)| at)
    };
    let named =
        document.entries().iter().filter_map(|(key, value)| Some((place(key.text().trim_end_matches("_ms"))?, value)));
    named.min_by_key(|(at, _)| *at).map(|(_, value)| value)
}

/// Where `task` names `other` as upstream or input.
fn names<'t>(task: &'t Marked, other: &'t str) -> impl Iterator<Item = &'t Marked> {
    let fields = ["input", "upstream"].into_iter().filter_map(|field| task.get(field));
    fields.flat_map(|field| field.items().iter().chain([field])).filter(move |name| name.text() == other)
}

/// The first wrong part of a DAG.
fn in_dag(document: &Marked) -> Option<FileError> {
    if !matches!(document.node, Node::Map(_)) {
        return Some(at(document, "a DAG is written as a map with the keys dag_id and tasks"));
    }
    if let Some(error) = unknown_field(document, DAG_FIELDS, "a DAG") {
        return Some(error);
    }
    for field in ["dag_id", "tasks"] {
        if document.get(field).is_none() {
            return Some(at(document, format!("{field} is missing")));
        }
    }
    for (key, value) in document.entries().iter().filter(|(key, _)| key.text() != "tasks") {
        let mut dag = json!({"dag_id": "x", "tasks": []});
        dag[key.text()] = value.plain();
        if let Err(error) = serde_json::from_value::<SerialDag>(dag) {
            return Some(at(value, format!("{}: {}", key.text(), in_words(&error.to_string()))));
        }
    }
    let tasks = document.get("tasks")?;
    if !matches!(tasks.node, Node::List(_)) {
        return Some(at(tasks, "tasks is a list: write each task after a '-'"));
    }
    tasks.items().iter().find_map(in_task)
}

/// The first wrong part of a task.
fn in_task(task: &Marked) -> Option<FileError> {
    if !matches!(task.node, Node::Map(_)) {
        return Some(at(task, "a task is written as a map with the keys task_id and operator"));
    }
    if let Some(error) = unknown_field(task, TASK_FIELDS, "a task") {
        return Some(error);
    }
    for field in ["task_id", "operator"] {
        if task.get(field).is_none() {
            return Some(at(task, format!("{field} is missing")));
        }
    }
    let operator = task.get("operator")?;
    if let Some(error) = in_operator(operator) {
        return Some(error);
    }
    for (key, value) in task.entries().iter().filter(|(key, _)| key.text() != "operator") {
        let mut fields = json!({"task_id": "x", "operator": operator.plain()});
        fields[key.text()] = value.plain();
        if let Err(error) = serde_json::from_value::<SerialDag>(json!({"dag_id": "x", "tasks": [fields]})) {
            return Some(at(value, format!("{}: {}", key.text(), in_words(&error.to_string()))));
        }
    }
    None
}

/// The first wrong part of an operator.
fn in_operator(operator: &Marked) -> Option<FileError> {
    let read =
        |value: Value| serde_json::from_value::<Box<dyn DynOperator>>(value).err().map(|error| error.to_string());
    let error = read(operator.plain())?;
    // A field is to blame if the error is another one without it.
    let blamed = operator.entries().iter().find(|(key, value)| {
        if key.text() == "type" {
            return error.contains(&format!("`{}`", value.text()));
        }
        let others = operator.entries().iter().filter(|(other, _)| other.text() != key.text());
        let others: Map<_, _> = others.map(|(key, value)| (key.text().to_owned(), value.plain())).collect();
        read(Value::Object(others)).as_ref() != Some(&error)
    });
    let error = in_words(&error);
    Some(match blamed {
        Some((key, value)) => at(value, format!("operator, {}: {error}", key.text())),
        None => at(operator, format!("operator: {error}")),
    })
}

/// serde's messages end in what was expected, which it calls by its name in Rust.
fn in_words(error: &str) -> String {
    const WORDS: &[(&str, &str)] = &[
        ("dyn DynOperator", "a map with the key type, such as {type: bash, bash_command: date}"),
        ("a sequence", "a list, such as [a, b]"),
        ("path string", "a path"),
        ("u32", "a whole number, 0 or more"),
        ("u64", "a whole number, 0 or more"),
        ("i32", "a whole number"),
    ];
    let known = WORDS.iter().find_map(|(rust, words)| Some((error.strip_suffix(&format!("expected {rust}"))?, *words)));
    known.map_or_else(|| error.to_owned(), |(before, words)| format!("{before}expected {words}"))
}

fn unknown_field(map: &Marked, known: &[&str], what: &str) -> Option<FileError> {
    let (key, _) = map.entries().iter().find(|(key, _)| !known.contains(&key.text()))?;
    let name = key.plain();
    let name = name.as_str().map_or_else(|| name.to_string(), str::to_owned);
    Some(at(key, format!("{what} has no {name:?}; it has {}", known.join(", "))))
}
