//! Every dependency may be used in a product: its licence is permissive, or the MPL for a whole crate used as it is.

use crate::metadata::Metadata;
use crate::report::Report;

const ALLOWED: [&str; 16] = [
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "MPL-2.0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
    "bzip2-1.0.6",
];

/// Crates that give their licence as a file alone, and what it is.
const READ: [(&str, &str); 1] = [("forust-ml", "Apache-2.0")];

pub(crate) fn check(metadata: &Metadata, report: &mut Report) {
    for package in &metadata.packages {
        let read = READ.iter().find(|(name, _)| *name == package.name).map(|(_, licence)| *licence);
        let expression = package.license.as_deref().or(read).unwrap_or("");
        if !is_allowed(expression) {
            let message = format!(
                "{} {} has the licence {expression:?}: read it, then take another crate or add it to tests/tidy/licences.rs",
                package.name, package.version
            );
            report.add("licences", "Cargo.lock", 0, message);
        }
    }
}

/// Reads an SPDX expression: `AND` binds stronger than `OR`, and `/` is an old way to write `OR`.
fn is_allowed(expression: &str) -> bool {
    let text = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<_> = text.split_whitespace().collect();
    let mut at = 0;
    any_of(&words, &mut at) && at == words.len()
}

fn any_of(words: &[&str], at: &mut usize) -> bool {
    let mut allowed = all_of(words, at);
    while words.get(*at) == Some(&"OR") {
        *at += 1;
        allowed |= all_of(words, at);
    }
    allowed
}

fn all_of(words: &[&str], at: &mut usize) -> bool {
    let mut allowed = one(words, at);
    while words.get(*at) == Some(&"AND") {
        *at += 1;
        allowed &= one(words, at);
    }
    allowed
}

fn one(words: &[&str], at: &mut usize) -> bool {
    let Some(first) = words.get(*at) else { return false };
    *at += 1;
    if *first == "(" {
        let allowed = any_of(words, at);
        let closed = words.get(*at) == Some(&")");
        *at += 1;
        return allowed && closed;
    }
    if let (Some(&"WITH"), Some(exception)) = (words.get(*at), words.get(*at + 1)) {
        *at += 2;
        return ALLOWED.contains(&format!("{first} WITH {exception}").as_str());
    }
    ALLOWED.contains(first)
}

#[test]
fn licences_are_read() {
    let check_licence = |expression: &str, expected: bool| {
        assert_eq!(is_allowed(expression), expected, "{expression}");
        let mut report = Report::default();
        check(&Metadata::example(&[], &[("a", expression)]), &mut report);
        assert_eq!(report.violations.is_empty(), expected, "{expression}");
    };
    for allowed in [
        "MIT",
        "MIT OR GPL-3.0",
        "MIT/GPL-3.0",
        "(MIT OR GPL-3.0) AND Unicode-3.0",
        "Apache-2.0 WITH LLVM-exception OR GPL-2.0",
        "MPL-2.0",
    ] {
        check_licence(allowed, true);
    }
    for refused in
        ["", "GPL-3.0", "MIT AND GPL-3.0", "GPL-3.0 OR LGPL-2.1-or-later", "Apache-2.0 WITH Other", "(MIT", "MIT MIT"]
    {
        check_licence(refused, false);
    }
}
