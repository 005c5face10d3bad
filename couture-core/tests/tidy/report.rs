//! What the rules find.

use std::fmt::{self, Display};

use crate::tree::File;

/// One broken rule.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Violation {
    pub(crate) file: String,
    /// From 1; 0 where the whole file is meant.
    pub(crate) line: usize,
    pub(crate) rule: &'static str,
    /// What is wrong, and what to do.
    pub(crate) message: String,
}

impl Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}: {}", self.file, self.line, self.rule, self.message)
    }
}

/// All that was found.
#[derive(Debug, Default)]
pub(crate) struct Report {
    pub(crate) violations: Vec<Violation>,
}

impl Report {
    pub(crate) fn add(&mut self, rule: &'static str, file: &str, line: usize, message: impl Into<String>) {
        self.violations.push(Violation { file: file.into(), line, rule, message: message.into() });
    }

    /// Fails the test with one line for each violation.
    pub(crate) fn assert_empty(&self) {
        let lines: Vec<_> = self.violations.iter().map(ToString::to_string).collect();
        assert!(lines.is_empty(), "{} rules are broken:\n{}\n", lines.len(), lines.join("\n"));
    }
}

/// The lines at which `rule` finds something in a file with this path and text.
pub(crate) fn lines_found(rule: fn(&File, &mut Report), path: &str, text: &str) -> Vec<usize> {
    let mut report = Report::default();
    rule(&File::new(path, text), &mut report);
    report.violations.into_iter().map(|violation| violation.line).collect()
}
