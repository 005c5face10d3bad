//! Showing what would be done, and asking whether to do it.

use std::io::{IsTerminal as _, Write as _};

use serde_json::Value;

use super::args::Output;
use super::operation_args::Asking;
use super::print::{print, print_json};
use super::table::{Table, cell, counted, time};
use super::verdict::CliError;

/// Whether to go on, after what `plan` says would be done has been shown. A dry run ends here.
pub(super) fn goes_on(asking: Asking, output: Output, plan: &Value, text: &str) -> Result<bool, CliError> {
    if asking.dry_run {
        match output {
            Output::Json => print_json(plan),
            Output::Table => print(text),
        }
        return Ok(false);
    }
    if asking.yes {
        return Ok(true);
    }
    if output == Output::Json {
        return Err(CliError::message("nothing was done: with -o json nobody is asked; say --yes, or --dry-run"));
    }
    print(text);
    answered("Do it?", "say --yes, or --dry-run")
}

/// Asks on the terminal.
pub(super) fn confirmed(question: &str) -> Result<bool, CliError> {
    answered(question, "say --yes")
}

/// Asks on the terminal; where there is none, the error says what else to do.
fn answered(question: &str, otherwise: &str) -> Result<bool, CliError> {
    if !std::io::stdin().is_terminal() {
        return Err(CliError::message(format!("nothing was done: there is no terminal to ask at; {otherwise}")));
    }
    print(&format!("{question} [y/N] "));
    let _ = std::io::stdout().flush();
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer).map_err(|error| CliError::message(error.to_string()))?;
    let is_yes = matches!(answer.trim().to_lowercase().as_str(), "y" | "yes");
    if !is_yes {
        print("nothing was done\n");
    }
    Ok(is_yes)
}

/// Task instances that something would be, or was, done to.
pub(super) fn affected_table(answer: &Value) -> String {
    let mut table = Table::new(&["dag_id", "run_id", "logical_date", "task_id", "map_index", "state"]);
    let instances = answer["task_instances"].as_array().map_or(&[][..], Vec::as_slice);
    for one in instances {
        let map_index = one["map_index"].as_i64().filter(|index| *index >= 0);
        table.row([
            cell(&one["dag_id"]),
            cell(&one["dag_run_id"]),
            time(&one["logical_date"]),
            cell(&one["task_id"]),
            map_index.map(|index| index.to_string()).unwrap_or_default(),
            if one["state"].is_null() { "-".to_owned() } else { cell(&one["state"]) },
        ]);
    }
    match instances.len() {
        0 => "no task instances\n".to_owned(),
        count => format!("{}{}\n", table.text(), counted(count as u64, "task instance")),
    }
}
