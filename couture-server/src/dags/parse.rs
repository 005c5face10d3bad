//! Reads a DAG file.

use std::path::Path;

use couture_core::Dag;
use couture_core::dag::SerialDag;
use serde_saphyr::options::AliasLimits;
use serde_saphyr::{Budget, Options};

use super::locate::locate;

/// How a DAG file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// `.json`
    Json,
    /// `.yaml` or `.yml`: YAML 1.2 without anchors, aliases, merge keys and tags of its own.
    Yaml,
}

/// Why a DAG file is not one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}{reason}", position(.line, .column))]
pub struct FileError {
    /// The line, from 1, where it is known.
    pub line: Option<u64>,
    /// The column, from 1, where it is known.
    pub column: Option<u64>,
    /// What is wrong there.
    pub reason: String,
}

fn position(line: &Option<u64>, column: &Option<u64>) -> String {
    match (line, column) {
        (Some(line), Some(column)) => format!("line {line}, column {column}: "),
        (Some(line), None) => format!("line {line}: "),
        _ => String::new(),
    }
}

/// The deepest nesting of a DAG file.
pub(super) const MAX_DEPTH: usize = 64;

impl Format {
    /// By the file's ending; nothing where it is no DAG file.
    pub fn of(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()? {
            "json" => Some(Self::Json),
            "yaml" | "yml" => Some(Self::Yaml),
            _ => None,
        }
    }
}

/// The stack for reading a file: a level of nesting takes up to 40 KiB in a build for debugging.
const STACK_BYTES: usize = 16 << 20;

/// Reads and checks a DAG. The error says where the file is wrong, as closely as can be told. Blocks its thread.
pub fn parse(content: &[u8], format: Format) -> Result<Dag, FileError> {
    let unread = |reason: String| FileError { line: None, column: None, reason };
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK_BYTES);
        match thread.spawn_scoped(scope, || read(content, format)) {
            Ok(thread) => thread.join().unwrap_or_else(|_| Err(unread("reading it panicked".into()))),
            Err(error) => Err(unread(format!("no thread to read it: {error}"))),
        }
    })
}

fn read(content: &[u8], format: Format) -> Result<Dag, FileError> {
    let text = match std::str::from_utf8(content) {
        Ok(text) => text.strip_prefix('\u{feff}').unwrap_or(text),
        Err(error) => {
            let (line, column) = place(&content[..error.valid_up_to()]);
            let reason = "this is not UTF-8 text".to_owned();
            return Err(FileError { line: Some(line), column: Some(column), reason });
        }
    };
    let serial = match format {
        Format::Json => serde_json::from_str::<SerialDag>(text).map_err(|error| json_error(&error)),
        Format::Yaml => serde_saphyr::from_str_with_options(text, yaml_options(text.len(), MAX_NODES))
            .map_err(|error| yaml_error(&error)),
    };
    match serial {
        Err(error) => Err(locate(text, None).unwrap_or(error)),
        Ok(serial) => serial.into_dag().map_err(|error| {
            locate(text, Some(&error)).unwrap_or_else(|| FileError {
                line: None,
                column: None,
                reason: error.to_string(),
            })
        }),
    }
}

/// The line and the column, from 1, of the byte after `before`.
fn place(before: &[u8]) -> (u64, u64) {
    let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
    let start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    (line as u64, String::from_utf8_lossy(&before[start..]).chars().count() as u64 + 1)
}

fn json_error(error: &serde_json::Error) -> FileError {
    let text = error.to_string();
    let reason = text.rsplit_once(" at line ").map_or(text.as_str(), |(reason, _)| reason).to_owned();
    FileError { line: Some(error.line() as u64), column: Some(error.column() as u64), reason }
}

pub(super) fn yaml_error(error: &serde_saphyr::Error) -> FileError {
    let error = error.without_snippet();
    let text = error.to_string();
    let location = error.location();
    // The library writes "… at line L, column C" behind, or "line L column C: …" before the reason.
    let reason = text.split(" at line ").next().unwrap_or(&text);
    // What follows is meant for programmers.
    let reason = reason.split(", set DuplicateKeyPolicy").next().unwrap_or(reason);
    let reason = match reason.strip_prefix("budget breached: ").unwrap_or(reason) {
        breach if breach.starts_with("Depth") => format!("nested deeper than {MAX_DEPTH} levels"),
        breach if breach.starts_with("Documents") => "a second document begins; write one DAG a file".to_owned(),
        breach if breach.starts_with("Nodes") => "more values than a DAG file may hold".to_owned(),
        breach if ["Anchors", "Aliases", "MergeKeys"].iter().any(|name| breach.starts_with(name)) => {
            "anchors, aliases and merge keys are not allowed in DAG files".to_owned()
        }
        "recursion limit exceeded" => format!("nested deeper than {MAX_DEPTH} levels"),
        other => other.to_owned(),
    };
    FileError { line: location.map(|at| at.line()), column: location.map(|at| at.column()), reason }
}

/// The most values of a DAG file; a million tasks have fewer. Each takes up to some hundred bytes of memory.
const MAX_NODES: usize = 10_000_000;

/// Bounds for a file of `bytes` bytes: no aliases at all, and nothing beyond what its length can hold.
pub(super) fn yaml_options(bytes: usize, max_nodes: usize) -> Options {
    let mut budget = Budget::default();
    budget.max_depth = MAX_DEPTH;
    budget.flow_nesting_limit = MAX_DEPTH;
    budget.max_aliases = 0;
    budget.max_anchors = 0;
    budget.max_merge_keys = 0;
    budget.max_documents = 1;
    budget.max_events = bytes.saturating_mul(2).saturating_add(1_000);
    budget.max_nodes = bytes.saturating_add(1_000).min(max_nodes);
    budget.max_total_scalar_bytes = bytes.saturating_add(1_000);
    let mut limits = AliasLimits::default();
    limits.max_total_replayed_events = 0;
    limits.max_alias_expansions_per_anchor = 0;
    let mut options = Options::default();
    options.budget = Some(budget);
    options.alias_limits = limits;
    options.strict_booleans = true;
    options.with_snippet = false;
    options
}

#[cfg(test)]
mod tests;
