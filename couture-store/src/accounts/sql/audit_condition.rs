//! A filter of the audit log as a condition.

use couture_core::Timestamp;

use super::sql_accounts::anywhere;
use crate::accounts::audit_pattern::{PatternKind, after};
use crate::accounts::{AuditColumn, AuditFilter, AuditPattern};
use crate::sql::{Args, Dialect};

/// What stands after `WHERE`, with its arguments.
pub(super) fn condition(filter: &AuditFilter, dialect: &dyn Dialect, args: &mut Args) -> String {
    let mut parts = vec!["1 = 1".to_owned()];
    let same = [
        ("user_name", &filter.user),
        ("owner", &filter.owner),
        ("dag_id", &filter.dag_id),
        ("task_id", &filter.task_id),
        ("run_id", &filter.run_id),
        ("source_ip", &filter.source_ip),
    ];
    for (column, wanted) in same {
        if let Some(wanted) = wanted {
            args.text(wanted);
            parts.push(format!("{column} = ?"));
        }
    }
    if let Some(events) = &filter.events {
        parts.push(one_of("event", events, args));
    }
    if !filter.excluded_events.is_empty() {
        parts.push(format!("NOT {}", one_of("event", &filter.excluded_events, args)));
    }
    parts.extend(filter.patterns.iter().map(|pattern| fits(pattern, dialect, args)));
    let numbers = [
        ("happened_at >= ?", filter.since.map(Timestamp::as_micros)),
        ("happened_at < ?", filter.until.map(Timestamp::as_micros)),
        ("map_index = ?", filter.map_index),
        ("try_number = ?", filter.try_number),
        ("number > ?", filter.after_id),
        ("number < ?", filter.before_id),
    ];
    for (part, number) in numbers {
        if let Some(number) = number {
            args.int(number);
            parts.push(part.to_owned());
        }
    }
    if let Some(dags) = &filter.visible_dags {
        parts.push(format!("(dag_id IS NULL OR {})", one_of("dag_id", dags, args)));
    }
    if let Some(search) = &filter.search {
        let columns = ["event", "user_name", "dag_id", "task_id", "run_id", "extra"];
        let likes = columns.map(|column| format!("{} LIKE ? ESCAPE '!'", dialect.folded(column)));
        parts.push(format!("({})", likes.join(" OR ")));
        let pattern = anywhere(search);
        for _ in columns {
            args.text(&pattern);
        }
    }
    parts.join(" AND ")
}

/// Whether a column fits one of the alternatives.
fn fits(pattern: &AuditPattern, dialect: &dyn Dialect, args: &mut Args) -> String {
    let column = match pattern.column {
        AuditColumn::Dag => "dag_id",
        AuditColumn::Task => "task_id",
        AuditColumn::Run => "run_id",
        AuditColumn::Owner => "owner",
        AuditColumn::Event => "event",
    };
    let one = match pattern.kind {
        PatternKind::Like => format!("{} LIKE ? ESCAPE '!'", dialect.folded(column)),
        // The columns are in the order of their bytes.
        PatternKind::Prefix => format!("{column} >= ? AND {column} < ?"),
    };
    for text in &pattern.any_of {
        match pattern.kind {
            PatternKind::Like => args.text(&format!("%{}%", text.to_ascii_lowercase().replace('!', "!!"))),
            PatternKind::Prefix => args.text(text).text(&after(text)),
        };
    }
    format!("({})", vec![one; pattern.any_of.len()].join(" OR "))
}

/// Whether `column` is one of `names`; not, where there are none.
fn one_of(column: &str, names: &[String], args: &mut Args) -> String {
    if names.is_empty() {
        return "(1 = 0)".to_owned();
    }
    let names = &names[..names.len().min(AuditFilter::MAX_NAMES)];
    for name in names {
        args.text(name);
    }
    format!("({column} IN ({}))", vec!["?"; names.len()].join(", "))
}
