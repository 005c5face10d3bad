//! The audit log in memory.

use async_trait::async_trait;
use couture_core::Timestamp;

use super::contents::MemoryAccounts;
use crate::accounts::{AccountError, Audit, AuditEntry, AuditFilter, AuditOrder, AuditRow};

#[async_trait]
impl Audit for MemoryAccounts {
    async fn append(&self, rows: &[(Timestamp, AuditEntry)]) -> Result<(), AccountError> {
        let audit = &mut self.contents().audit;
        for (at, entry) in rows {
            let id = audit.last().map_or(1, |last| last.id + 1);
            audit.push(AuditRow { id, at: *at, entry: entry.clone().bounded() });
        }
        Ok(())
    }

    async fn get(&self, id: i64, filter: &AuditFilter) -> Result<Option<AuditRow>, AccountError> {
        let contents = self.contents();
        Ok(contents.audit.iter().find(|row| row.id == id).filter(|row| filter.lets_through(row)).cloned())
    }

    async fn search(
        &self,
        filter: &AuditFilter,
        order: AuditOrder,
        skip: usize,
        limit: usize,
    ) -> Result<Vec<AuditRow>, AccountError> {
        let contents = self.contents();
        let found = contents.audit.iter().filter(|row| filter.lets_through(row));
        Ok(match order {
            AuditOrder::NewestFirst => found.rev().skip(skip).take(limit).cloned().collect(),
            AuditOrder::OldestFirst => found.skip(skip).take(limit).cloned().collect(),
        })
    }

    async fn count(&self, filter: &AuditFilter, most: usize) -> Result<usize, AccountError> {
        Ok(self.contents().audit.iter().filter(|row| filter.lets_through(row)).take(most).count())
    }

    async fn trim(&self, before: Timestamp, most: usize) -> Result<usize, AccountError> {
        let audit = &mut self.contents().audit;
        let newest = audit.last().map(|row| row.id);
        let is_old = |row: &AuditRow| row.at < before && Some(row.id) != newest;
        let mut times: Vec<_> = audit.iter().filter(|row| is_old(row)).map(|row| row.at).collect();
        times.sort_unstable();
        let Some(last) = times.get(most.min(times.len()).saturating_sub(1)).copied().filter(|_| most > 0) else {
            return Ok(0);
        };
        let all = audit.len();
        audit.retain(|row| row.at > last || !is_old(row));
        Ok(all - audit.len())
    }
}
