//! Lists for people and programs.

use serde_json::{Value, json};

use super::args::Output;
use super::print::{print, print_json};
use super::table::{Table, cell, time};
use super::verdict::Verdict;

/// Prints `entries`: these fields of each for people, all for programs.
pub(super) fn show(output: Output, entries: &[Value], columns: &[&str]) -> Verdict {
    if output == Output::Json {
        print_json(&json!(entries));
        return Verdict::Done;
    }
    let mut table = Table::new(columns);
    for entry in entries {
        table.row(columns.iter().map(|column| field(entry, column)));
    }
    print(&table.text());
    Verdict::Done
}

/// Prints one entry: these fields for people, all for programs.
pub(super) fn show_one(output: Output, entry: &Value, fields: &[&str]) -> Verdict {
    if output == Output::Json {
        print_json(entry);
        return Verdict::Done;
    }
    let mut table = Table::bare();
    for name in fields.iter().filter(|name| !entry[**name].is_null()) {
        table.row([(*name).to_owned(), field(entry, name)]);
    }
    print(&table.text());
    Verdict::Done
}

fn field(entry: &Value, name: &str) -> String {
    let is_time =
        ["_at", "_date", "_after", "_login", "_heartbeat", "_time", "when"].iter().any(|end| name.ends_with(end));
    let value = &entry[name];
    match value {
        Value::Array(items) if items.iter().any(|item| item["action"].is_string()) => {
            let one = |item: &Value| format!("{} on {}", cell(&item["action"]), cell(&item["resource"]));
            items.iter().map(one).collect::<Vec<_>>().join(", ")
        }
        _ if is_time => time(value),
        _ => cell(value),
    }
}
