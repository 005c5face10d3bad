//! What a child's environment tells of its attempt.

use couture_core::{TaskContext, Timestamp};

/// The longest configuration of a run that is handed to a child. Linux takes no variable of 128 KiB, nor many long ones.
const MAX_CONF_BYTES: usize = 64 * 1024;

/// The variables `AIRFLOW_CTX_*`, as Airflow sets them, and the same as `COUTURE_CTX_*`; and the run's configuration as JSON in
/// `COUTURE_CTX_CONF`, unless it is longer than 64 KiB.
pub(crate) fn attempt_environment(cx: &TaskContext) -> Vec<(String, String)> {
    let date = iso_format(cx.run().logical_date);
    let facts = [
        ("DAG_ID", cx.dag_id().to_string()),
        ("TASK_ID", cx.task_id().to_string()),
        ("EXECUTION_DATE", date.clone()),
        ("DAG_RUN_ID", cx.run().run_id.to_string()),
        ("TRY_NUMBER", cx.try_number().to_string()),
        ("DAG_OWNER", cx.run().dag.attributes.owner.clone().unwrap_or_else(|| "airflow".to_owned())),
    ];
    let mut variables = vec![("COUTURE_CTX_LOGICAL_DATE".to_owned(), date)];
    let conf = cx.run().conf.to_string();
    if conf.len() <= MAX_CONF_BYTES {
        variables.push(("COUTURE_CTX_CONF".to_owned(), conf));
    }
    for (name, value) in facts {
        variables.push((format!("COUTURE_CTX_{name}"), value.clone()));
        variables.push((format!("AIRFLOW_CTX_{name}"), value));
    }
    variables
}

/// As Python's `datetime.isoformat()` writes it: microseconds only where there are any, and then all six digits.
fn iso_format(time: Timestamp) -> String {
    match chrono::DateTime::from_timestamp_micros(time.as_micros()) {
        Some(date) if time.as_micros() % 1_000_000 == 0 => date.to_rfc3339_opts(chrono::SecondsFormat::Secs, false),
        Some(date) => date.to_rfc3339_opts(chrono::SecondsFormat::Micros, false),
        None => time.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_written_as_airflow_writes_them() {
        let check = |micros: i64, expected: &str| assert_eq!(iso_format(Timestamp::from_micros(micros)), expected);
        check(1_767_225_600_000_000, "2026-01-01T00:00:00+00:00");
        check(1_767_225_600_500_000, "2026-01-01T00:00:00.500000+00:00");
    }
}
