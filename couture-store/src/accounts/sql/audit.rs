//! The audit log.

use async_trait::async_trait;
use couture_core::Timestamp;

use super::audit_condition::condition;
use super::sql_accounts::{ATTEMPTS, SqlAccounts, Written};
use crate::accounts::{AccountError, Audit, AuditEntry, AuditFilter, AuditOrder, AuditRow};
use crate::sql::{Args, Row, Script, Table};
use crate::store::limit;

/// All columns but the number, which the database gives.
pub(super) const TABLE: Table = Table {
    name: "audit_row",
    columns: &[
        "happened_at",
        "event",
        "user_name",
        "dag_id",
        "task_id",
        "run_id",
        "map_index",
        "try_number",
        "logical_date",
        "owner",
        "extra",
        "source_ip",
    ],
    keys: 0,
};

const SELECT: &str = "SELECT number, happened_at, event, user_name, dag_id, task_id, run_id, map_index, try_number, logical_date, \
     owner, extra, source_ip FROM audit_row";

fn read(row: &Row) -> Result<AuditRow, sqlx::Error> {
    let text = |at| Ok::<_, sqlx::Error>(row.opt_text(at)?.map(String::from));
    let entry = AuditEntry {
        event: row.text(2)?.to_owned(),
        user: text(3)?,
        dag_id: text(4)?,
        task_id: text(5)?,
        run_id: text(6)?,
        map_index: row.opt_int(7)?,
        try_number: row.opt_int(8)?,
        logical_date: row.opt_int(9)?.map(Timestamp::from_micros),
        owner: text(10)?,
        extra: text(11)?,
        source_ip: text(12)?,
    };
    Ok(AuditRow { id: row.int(0)?, at: Timestamp::from_micros(row.int(1)?), entry })
}

fn bind(args: &mut Args, (at, entry): &(Timestamp, AuditEntry)) {
    args.int(at.as_micros()).text(&entry.event);
    for text in [&entry.user, &entry.dag_id, &entry.task_id, &entry.run_id] {
        args.opt_text(text.as_deref());
    }
    args.opt_int(entry.map_index).opt_int(entry.try_number).opt_int(entry.logical_date.map(Timestamp::as_micros));
    for text in [&entry.owner, &entry.extra, &entry.source_ip] {
        args.opt_text(text.as_deref());
    }
}

impl SqlAccounts {
    async fn fetch_audit(&self, rest: &str, args: Args) -> Result<Vec<AuditRow>, AccountError> {
        let mut rows = Vec::new();
        let read = |row: Row| {
            rows.push(read(&row)?);
            Ok(())
        };
        self.database().fetch(format!("{SELECT} {rest}"), args, read).await?;
        Ok(rows)
    }
}

#[async_trait]
impl Audit for SqlAccounts {
    async fn append(&self, rows: &[(Timestamp, AuditEntry)]) -> Result<(), AccountError> {
        if rows.is_empty() {
            return Ok(());
        }
        let rows: Vec<_> = rows.iter().map(|(at, entry)| (*at, entry.clone().bounded())).collect();
        for _ in 0..ATTEMPTS {
            let mut script = Script::new(self.database());
            let bytes = |(_, entry): &(Timestamp, AuditEntry)| entry.extra.as_ref().map_or(0, String::len) + 500;
            self.statements.new_audit_rows.add(&mut script, &rows, false, bytes, bind);
            if self.write(script).await? == Written::Done {
                return Ok(());
            }
        }
        Err(self.beaten())
    }

    async fn get(&self, id: i64, filter: &AuditFilter) -> Result<Option<AuditRow>, AccountError> {
        let mut args = self.args();
        args.int(id);
        let row = self.fetch_audit("WHERE number = ?", args).await?.pop();
        Ok(row.filter(|row| filter.lets_through(row)))
    }

    async fn search(
        &self,
        filter: &AuditFilter,
        order: AuditOrder,
        skip: usize,
        most: usize,
    ) -> Result<Vec<AuditRow>, AccountError> {
        let mut args = self.args();
        let condition = condition(filter, self.database().dialect(), &mut args);
        let way = match order {
            AuditOrder::NewestFirst => "DESC",
            AuditOrder::OldestFirst => "ASC",
        };
        args.int(limit(most)).int(limit(skip));
        self.fetch_audit(&format!("WHERE {condition} ORDER BY number {way} LIMIT ? OFFSET ?"), args).await
    }

    async fn count(&self, filter: &AuditFilter, most: usize) -> Result<usize, AccountError> {
        let mut args = self.args();
        let condition = condition(filter, self.database().dialect(), &mut args);
        args.int(limit(most));
        let sql = format!("SELECT COUNT(*) FROM (SELECT 1 FROM audit_row WHERE {condition} LIMIT ?) AS counted");
        self.count_of(sql, args).await
    }

    async fn trim(&self, before: Timestamp, most: usize) -> Result<usize, AccountError> {
        let newest = self.search(&AuditFilter::default(), AuditOrder::NewestFirst, 0, 1).await?.pop();
        let Some(newest) = newest.filter(|_| most > 0) else { return Ok(0) };
        let mut args = self.args();
        args.int(before.as_micros()).int(newest.id).int(limit(most));
        let mut last = None;
        let read = |row: Row| {
            last = Some(row.int(0)?);
            Ok(())
        };
        let sql = "SELECT happened_at FROM audit_row WHERE happened_at < ? AND number < ? ORDER BY happened_at LIMIT ?";
        self.database().fetch(sql, args, read).await?;
        let Some(last) = last else { return Ok(0) };
        let mut args = self.args();
        args.int(last).int(newest.id);
        self.execute("DELETE FROM audit_row WHERE happened_at <= ? AND number < ?", args).await
    }
}
