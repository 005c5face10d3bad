//! Tests wait for events. One that sleeps is slow on a fast machine and wrong on a slow one.

use crate::report::Report;
use crate::rust_code::{paths, tokens};
use crate::tree::{File, Tree};

/// The tests that may sleep, and why.
const ALLOWED: [(&str, &str); 2] = [
    (
        "couture-server/tests/harness/patience.rs",
        "asks another process over HTTP, again and again with a bound, since that can send no event into the test",
    ),
    (
        "couture-server/tests/kill/main.rs",
        "kills a server at random moments: the sleep is the randomness, nothing is waited for",
    ),
];

const SLEEPS: [&str; 3] = ["thread::sleep", "time::sleep", "time::sleep_until"];

pub(crate) fn check(file: &File, report: &mut Report) {
    if ALLOWED.iter().any(|(path, _)| *path == file.path) {
        return;
    }
    for line in sleeps(file) {
        let message = "a test that sleeps: wait for the event (a channel, a notification, a changed file with a deadline), or use the simulated clock";
        report.add("sleeps", &file.path, line, message);
    }
}

/// A file may only be allowed to sleep while it does.
pub(crate) fn check_allowed(tree: &Tree, report: &mut Report) {
    for (path, _) in ALLOWED {
        if !tree.files.iter().any(|file| file.path == path && !sleeps(file).is_empty()) {
            report.add("sleeps", path, 0, "does not sleep any more: take it off the list in tests/tidy/sleeps.rs");
        }
    }
}

fn sleeps(file: &File) -> Vec<usize> {
    let Some(first_line) = first_test_line(file) else { return Vec::new() };
    let tokens = tokens(&file.text);
    paths(&tokens)
        .iter()
        .filter(|path| path.line >= first_line && SLEEPS.iter().any(|sleep| path.ends_with(sleep)))
        .map(|path| path.line)
        .collect()
}

/// From where on a file is test code: all of it in a folder `tests` or `conformance`, else from `#[cfg(test)]`, by custom at its end.
fn first_test_line(file: &File) -> Option<usize> {
    if !file.is_rust() {
        return None;
    }
    if file.path.split('/').any(|part| matches!(part, "tests" | "tests.rs" | "conformance")) {
        return Some(0);
    }
    let tokens = tokens(&file.text);
    let at = tokens
        .windows(4)
        .position(|window| ["cfg", "(", "test", ")"].iter().eq(window.iter().map(|token| &token.text)))?;
    Some(tokens[at].line)
}

#[test]
fn sleeps_in_tests_are_found() {
    let found = |path: &str, text: &str| crate::report::lines_found(check, path, text);
    assert_eq!(found("a/tests/b.rs", "fn f() {\n std::thread::sleep(d) }"), [2]);
    assert_eq!(found("a/tests/b/c.rs", "use tokio::time::{sleep, timeout};"), [1]);
    assert_eq!(found("a/src/b.rs", "#[cfg(test)]\nmod tests { use std::thread;\n fn f() { thread::sleep(d) } }"), [3]);
    assert_eq!(found("a/src/b.rs", "fn f() { tokio::time::sleep(d) }\n#[cfg(test)]\nmod tests {}"), [0; 0]);
    assert_eq!(found("a/tests/b.rs", "fn f() { clock.sleep(d) } // thread::sleep"), [0; 0]);
}
