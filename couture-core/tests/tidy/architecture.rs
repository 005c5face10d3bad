//! ARCHITECTURE.md names files that are there, and tells how a task instance runs in few of them.

use std::collections::BTreeSet;
use std::path::Path;

use crate::report::Report;
use crate::tree::Tree;

const PAGE: &str = "ARCHITECTURE.md";
const WALK: &str = "## A task instance runs";
const MOST_FILES_OF_THE_WALK: usize = 6;
const EXTENSIONS: [&str; 11] = ["rs", "md", "toml", "py", "ts", "tsx", "csv", "sql", "yaml", "json", "lock"];

pub(crate) fn check(tree: &Tree, report: &mut Report) {
    match tree.files.iter().find(|file| file.path == PAGE) {
        Some(page) => check_page(&page.text, &tree.root, report),
        None => report.add("architecture", PAGE, 0, "is missing"),
    }
}

fn check_page(text: &str, root: &Path, report: &mut Report) {
    for (line, path) in named_paths(text) {
        if !root.join(path).exists() {
            let message =
                format!("names `{path}`, which is not there: paths are written from the root of the workspace");
            report.add("architecture", PAGE, line, message);
        }
    }
    let Some((_, walk)) = text.split_once(WALK) else {
        report.add("architecture", PAGE, 0, format!("has no part {WALK:?}"));
        return;
    };
    let walk = walk.split("\n## ").next().unwrap_or(walk);
    let files: BTreeSet<_> = named_paths(walk).into_iter().map(|(_, path)| path).collect();
    if files.len() > MOST_FILES_OF_THE_WALK {
        let message =
            format!("the walk names {} files; at most {MOST_FILES_OF_THE_WALK}, so that it is a walk", files.len());
        report.add("architecture", PAGE, 0, message);
    }
}

/// What stands in back ticks and looks like a file or folder of the project, with its line.
fn named_paths(text: &str) -> Vec<(usize, &str)> {
    let mut paths = Vec::new();
    let mut in_block = false;
    for (at, line) in text.lines().enumerate() {
        in_block ^= line.starts_with("```");
        if !in_block {
            let quoted = line.split('`').skip(1).step_by(2);
            paths.extend(quoted.filter(|text| is_path(text)).map(|path| (at + 1, path)));
        }
    }
    paths
}

fn is_path(text: &str) -> bool {
    let plain = text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/'));
    let has_extension = text.rsplit_once('.').is_some_and(|(_, extension)| EXTENSIONS.contains(&extension));
    plain && !text.starts_with('/') && (has_extension || text.contains('/'))
}

#[test]
fn absent_files_and_long_walks_are_found() {
    let found = |text: &str| {
        let mut report = Report::default();
        check_page(text, &Tree::root(), &mut report);
        report.violations.iter().map(|violation| violation.line).collect::<Vec<_>>()
    };
    let walk = format!("\n{WALK}\n");
    assert_eq!(found(&format!("`Cargo.toml` and\n`couture-core/src/absent.rs` `a >> b` `/api/v2` {walk}")), [2]);
    assert_eq!(found(&format!("`couture-core/src/` `absent/` {walk}")), [1]);
    assert_eq!(found("no walk"), [0]);
    let files = ["ids", "dag/mod", "dag/model", "dag/serial", "state", "retry", "time"];
    let long: String = files.iter().map(|name| format!("`couture-core/src/{name}.rs`\n")).collect();
    assert_eq!(found(&format!("{walk}{long}")), [0]);
    assert_eq!(found(&format!("{walk}\n## Other\n{long}")), [0; 0]);
}
