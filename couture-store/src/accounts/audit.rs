//! The audit log: who did what, and when.

use std::fmt;

use async_trait::async_trait;
use couture_core::Timestamp;

use super::audit_filter::{AuditFilter, AuditOrder};
use super::error::AccountError;

/// Something that was done or looked at. It holds no secrets: whoever writes one leaves them out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditEntry {
    /// What happened, such as `trigger`.
    pub event: String,
    /// The name of the user who did it; none for the system.
    pub user: Option<String>,
    /// The DAG.
    pub dag_id: Option<String>,
    /// The task.
    pub task_id: Option<String>,
    /// The run.
    pub run_id: Option<String>,
    /// The index of a mapped task instance.
    pub map_index: Option<i64>,
    /// The try.
    pub try_number: Option<i64>,
    /// The logical date of the run.
    pub logical_date: Option<Timestamp>,
    /// Whom the DAG or task belongs to, or the user again.
    pub owner: Option<String>,
    /// Anything else, as JSON.
    pub extra: Option<String>,
    /// The address from which it was done.
    pub source_ip: Option<String>,
}

/// A row of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditRow {
    /// Its number: later rows have higher ones.
    pub id: i64,
    /// When it happened.
    pub at: Timestamp,
    /// What happened.
    pub entry: AuditEntry,
}

impl AuditEntry {
    /// The most bytes of a text but the extra.
    pub const MAX_TEXT_BYTES: usize = 250;
    /// The most bytes of the extra.
    pub const MAX_EXTRA_BYTES: usize = 16 << 10;

    /// An event and nothing else.
    pub fn new(event: impl Into<String>) -> Self {
        Self { event: event.into(), ..Self::default() }
    }

    /// The same within the bounds, without characters that databases or terminals stumble over: nothing may keep a row from being
    /// written. An extra that is too long is replaced by a note of its length.
    pub fn bounded(mut self) -> Self {
        let texts = [
            Some(&mut self.event),
            self.user.as_mut(),
            self.dag_id.as_mut(),
            self.task_id.as_mut(),
            self.run_id.as_mut(),
            self.owner.as_mut(),
            self.source_ip.as_mut(),
        ];
        for text in texts.into_iter().flatten() {
            if text.len() > Self::MAX_TEXT_BYTES || text.chars().any(char::is_control) {
                let clean: String = text.chars().map(|c| if c.is_control() { '\u{FFFD}' } else { c }).collect();
                clean[..clean.floor_char_boundary(Self::MAX_TEXT_BYTES)].clone_into(text);
            }
        }
        if let Some(extra) = &mut self.extra {
            if extra.len() > Self::MAX_EXTRA_BYTES {
                *extra = format!("{{\"left_out_bytes\": {}}}", extra.len());
            } else if extra.contains('\0') {
                *extra = extra.replace('\0', "\u{FFFD}");
            }
        }
        self
    }
}

/// Where the audit log is kept: rows are added and read, go when they are old, and are never changed. Every implementation passes the suite of
/// `couture-store/tests/account_suite`.
#[async_trait]
pub trait Audit: fmt::Debug + Send + Sync {
    /// Adds rows in this order, all or none, durable when it returns. Each entry is brought within its bounds first.
    async fn append(&self, rows: &[(Timestamp, AuditEntry)]) -> Result<(), AccountError>;

    /// One row, if the filter lets it through.
    async fn get(&self, id: i64, filter: &AuditFilter) -> Result<Option<AuditRow>, AccountError>;

    /// A page of rows.
    async fn search(
        &self,
        filter: &AuditFilter,
        order: AuditOrder,
        skip: usize,
        limit: usize,
    ) -> Result<Vec<AuditRow>, AccountError>;

    /// How many rows the filter lets through, but no more than `most`: counting millions for a page is no use to anybody.
    async fn count(&self, filter: &AuditFilter, most: usize) -> Result<usize, AccountError>;

    /// Forgets rows from before `before`, the oldest first, and tells how many: about `most`, more only where several are of the same
    /// time. The newest row stays in any case, so that no number is given twice.
    async fn trim(&self, before: Timestamp, most: usize) -> Result<usize, AccountError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_too_long_or_too_strange() {
        let entry = AuditEntry {
            user: Some("ü".repeat(200)),
            dag_id: Some("a\nb\0c".into()),
            extra: Some("x".repeat(AuditEntry::MAX_EXTRA_BYTES + 1)),
            ..AuditEntry::new("e")
        };
        let entry = entry.bounded();
        assert_eq!(entry.user.as_deref(), Some("ü".repeat(125).as_str()));
        assert_eq!(entry.dag_id.as_deref(), Some("a\u{FFFD}b\u{FFFD}c"));
        assert_eq!(entry.extra.as_deref(), Some("{\"left_out_bytes\": 16385}"));
        assert_eq!(entry.clone().bounded(), entry);
    }
}
