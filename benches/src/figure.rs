//! One measured value beside its target.

use std::fmt;

/// A value and what it must reach.
#[derive(Debug, Clone)]
pub struct Figure {
    /// What was measured.
    pub name: &'static str,
    /// How much.
    pub value: f64,
    /// Of what.
    pub unit: &'static str,
    /// The limit.
    pub target: Target,
    /// What else to know: the peer's value, or how it was measured.
    pub note: String,
}

/// What a value must reach.
#[derive(Debug, Clone, Copy)]
pub enum Target {
    /// That much or more.
    AtLeast(f64),
    /// That much or less.
    AtMost(f64),
}

impl Figure {
    /// A figure without a note.
    pub fn new(name: &'static str, value: f64, unit: &'static str, target: Target) -> Self {
        Self { name, value, unit, target, note: String::new() }
    }

    /// With a note.
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }

    /// Whether the target is reached.
    pub fn is_ok(&self) -> bool {
        match self.target {
            Target::AtLeast(limit) => self.value >= limit,
            Target::AtMost(limit) => self.value <= limit,
        }
    }

    /// As a row of a Markdown table.
    pub fn row(&self) -> String {
        let Self { name, unit, target, note, .. } = self;
        format!("| {name} | {} {unit} | {target} {unit} | {note} |", number(self.value))
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtLeast(limit) => write!(f, "≥ {}", number(*limit)),
            Self::AtMost(limit) => write!(f, "≤ {}", number(*limit)),
        }
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = if self.is_ok() { "ok" } else { "short" };
        let value = format!("{} {}", number(self.value), self.unit);
        write!(f, "{:<52} {value:>18}   {:<12} {verdict:<6} {}", self.name, self.target.to_string(), self.note)
    }
}

/// Three digits that say something, thousands apart.
fn number(value: f64) -> String {
    if value >= 1_000.0 {
        let digits = format!("{value:.0}");
        let mut text = String::new();
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                text.push(' ');
            }
            text.push(digit);
        }
        text
    } else if value >= 100.0 || value.fract() == 0.0 {
        format!("{value:.0}")
    } else if value >= 1.0 {
        format!("{value:.1}")
    } else {
        format!("{value:.3}")
    }
}
