//! The engine's files are pure: no waiting, no clock, no randomness, no IO. Time is an argument.

use crate::report::Report;
use crate::rust_code::{paths, tokens};
use crate::tree::File;

const SOURCES: &str = "couture-core/src/";

/// The parts of couture-core that may touch the world. Everything else in it is pure.
const SHELL: [&str; 10] =
    ["clock/", "conformance/", "engine.rs", "engine/", "lib.rs", "driver/", "executor/", "store/", "task/", "values/"];

/// Words and paths that pure code does not have, and why.
const IMPURE: [(&str, &str); 26] = [
    ("async", "pure code does not wait"),
    ("await", "pure code does not wait"),
    ("async_trait", "pure code does not wait"),
    ("futures_util", "pure code does not wait"),
    ("tokio", "pure code does not wait"),
    ("std::thread", "pure code has one thread"),
    ("thread", "pure code has one thread"),
    ("SystemTime", "time is an argument"),
    ("Instant", "time is an argument"),
    ("Utc", "time is an argument"),
    ("Local", "time is an argument"),
    ("Clock", "time is an argument"),
    ("rand", "pure code gives the same answer again"),
    ("fastrand", "pure code gives the same answer again"),
    ("getrandom", "pure code gives the same answer again"),
    ("RandomState", "its order differs from run to run; take an FxHashMap or a BTreeMap"),
    ("HashMap", "its order differs from run to run; take an FxHashMap or a BTreeMap"),
    ("HashSet", "its order differs from run to run; take an FxHashSet or a BTreeSet"),
    ("std::fs", "pure code does no IO"),
    ("std::io", "pure code does no IO"),
    ("std::net", "pure code does no IO"),
    ("std::env", "what the environment holds is an argument"),
    ("std::process", "pure code does no IO"),
    ("tracing", "pure code does no IO; give a value back that tells it"),
    ("println", "pure code does no IO"),
    ("eprintln", "pure code does no IO"),
];

fn is_pure(path: &str) -> bool {
    path.strip_prefix(SOURCES)
        .is_some_and(|path| path.ends_with(".rs") && !SHELL.iter().any(|shell| path.starts_with(shell)))
}

pub(crate) fn check(file: &File, report: &mut Report) {
    if !is_pure(&file.path) {
        return;
    }
    for path in paths(&tokens(&file.text)) {
        let hit = IMPURE
            .iter()
            .find(|(impure, _)| path.starts_with(impure) || (!impure.contains(':') && path.parts.contains(impure)));
        if let Some((impure, why)) = hit {
            let message =
                format!("{impure:?} in a pure file: {why}. A file that must touch the world belongs into {SHELL:?}");
            report.add("purity", &file.path, path.line, message);
        }
    }
}

#[test]
fn each_impurity_is_found() {
    let offenders = [
        "async fn f() {}",
        "fn f() { g().await }",
        "use tokio::sync::Notify;",
        "fn f() { std::fs::read(p) }",
        "use std::{collections::BTreeMap, net::TcpStream};",
        "use std::collections::HashMap;",
        "fn f() { std::thread::yield_now() }",
        "fn f() -> std::time::Instant {}",
        "use std::time::SystemTime as Wall;",
        "fn f() { chrono::Utc::now() }",
        "fn f() { rand::random() }",
        "fn f() { println!() }",
    ];
    for offender in offenders {
        let text = format!("//! Pure.\n{offender}");
        let found = crate::report::lines_found(check, "couture-core/src/dag/model.rs", &text);
        assert!(!found.is_empty() && found.iter().all(|line| *line == 2), "{offender}: {found:?}");
    }
}

#[test]
fn pure_code_and_the_shell_pass() {
    let found = |path: &str, text: &str| crate::report::lines_found(check, path, text);
    let pure = "// async tokio\nuse rustc_hash::FxHashMap;\nfn f(now: Timestamp) -> &'static str { \"std::fs rand\" }";
    assert!(found("couture-core/src/scheduler/machine.rs", pure).is_empty());
    assert!(found("couture-core/src/driver/mod.rs", "async fn f() {}").is_empty());
    assert!(found("couture-store/src/sql.rs", "async fn f() {}").is_empty());
}
