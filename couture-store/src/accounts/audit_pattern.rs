//! Patterns by which rows of the audit log are looked for.

use couture_core::store::like;

use super::audit::AuditEntry;

/// A column that is looked through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuditColumn {
    /// The DAG.
    Dag,
    /// The task.
    Task,
    /// The run.
    Run,
    /// The owner.
    Owner,
    /// What happened.
    Event,
}

/// What a column must fit, as Airflow's API has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditPattern {
    pub(super) column: AuditColumn,
    pub(super) kind: PatternKind,
    /// One of these must fit.
    pub(super) any_of: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PatternKind {
    /// It is somewhere in the text, with `%` for anything and `_` for one character, whatever the case of ASCII letters.
    Like,
    /// The text begins with it.
    Prefix,
}

impl AuditPattern {
    /// The most alternatives; further ones count as not given.
    pub const MAX_ALTERNATIVES: usize = 100;

    /// Which fits somewhere in the column; `%` stands for anything, `_` for one character, and `|` is between alternatives. None where it
    /// lets everything through: `~`, and what has no alternative.
    pub fn like(column: AuditColumn, text: &str) -> Option<Self> {
        Self::new(column, PatternKind::Like, text, str::to_owned)
    }

    /// With which the column begins, case and all. Characters at its end that are no letters and digits are left out.
    pub fn prefix(column: AuditColumn, text: &str) -> Option<Self> {
        let trimmed = |part: &str| part.trim_end_matches(|c: char| !c.is_alphanumeric()).to_owned();
        Self::new(column, PatternKind::Prefix, text, trimmed)
    }

    fn new(column: AuditColumn, kind: PatternKind, text: &str, part: impl Fn(&str) -> String) -> Option<Self> {
        let parts = text.split('|').filter(|part| !part.is_empty());
        let any_of: Vec<_> = parts.take(Self::MAX_ALTERNATIVES).map(part).collect();
        (text != "~" && !any_of.is_empty()).then_some(Self { column, kind, any_of })
    }

    /// Whether the entry fits.
    pub(super) fn lets_through(&self, entry: &AuditEntry) -> bool {
        let text = match self.column {
            AuditColumn::Dag => entry.dag_id.as_deref(),
            AuditColumn::Task => entry.task_id.as_deref(),
            AuditColumn::Run => entry.run_id.as_deref(),
            AuditColumn::Owner => entry.owner.as_deref(),
            AuditColumn::Event => Some(entry.event.as_str()),
        };
        let fits = |text: &str, pattern: &String| match self.kind {
            PatternKind::Like => like(pattern, text),
            PatternKind::Prefix => text >= pattern.as_str() && text < after(pattern).as_str(),
        };
        text.is_some_and(|text| self.any_of.iter().any(|pattern| fits(text, pattern)))
    }
}

/// A text after all that begin with this one, in the order of their bytes.
pub(super) fn after(prefix: &str) -> String {
    format!("{prefix}\u{10FFFF}")
}
