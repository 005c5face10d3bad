//! Cases with measured answers, and how many of them hold.

use std::path::Path;

use couture_core::{Dialect, Timestamp};
use serde::de::DeserializeOwned;

/// The share of cases that need not hold, in percent.
const MOST_NOT_HELD_PERCENT: usize = 1;

/// The cases of a file of `tests/oracle`.
pub fn cases<Case: DeserializeOwned>(file: &str) -> Vec<Case> {
    #[derive(serde::Deserialize)]
    struct File<Case> {
        cases: Vec<Case>,
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle").join(file);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str::<File<Case>>(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display())).cases
}

/// Counts the cases that hold and names the others.
pub struct Tally {
    subject: String,
    held: usize,
    not_held: Vec<String>,
}

impl Tally {
    pub fn new(subject: &str, dialect: Dialect) -> Self {
        Self { subject: format!("{subject}, dialect {dialect}"), held: 0, not_held: Vec::new() }
    }

    /// `outcome` tells why a case does not hold.
    pub fn count(&mut self, case: &str, outcome: Result<(), String>) {
        match outcome {
            Ok(()) => self.held += 1,
            Err(reason) => self.not_held.push(format!("{case}: {reason}")),
        }
    }

    /// Prints the result.
    ///
    /// # Panics
    /// Where too many do not hold.
    pub fn finish(self) {
        let total = self.held + self.not_held.len();
        println!("{}: {} of {total} cases hold", self.subject, self.held);
        for line in &self.not_held {
            println!("  not held: {line}");
        }
        assert!(total > 0, "{}: no cases", self.subject);
        assert!(self.not_held.len() * 100 <= total * MOST_NOT_HELD_PERCENT, "{}: too few hold", self.subject);
    }
}

/// Reads a time of the oracle: `2021-01-01T00:00:00+0000` or with a colon in the offset.
pub fn moment(text: &str) -> Timestamp {
    let (head, tail) = text.split_at(text.len() - 2);
    let text = if tail.contains(':') || head.ends_with(':') { text.to_owned() } else { format!("{head}:{tail}") };
    Timestamp::parse(&text).unwrap_or_else(|error| panic!("{error}"))
}
