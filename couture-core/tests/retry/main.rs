//! Retry delays against Airflow's: measured on 1.10.15, and by the formula in the source of 2.10.5.

use std::time::Duration;

use couture_core::retry::{Retried, RetryPolicy};
use couture_core::{DagId, Dialect, TaskId, Timestamp};

fn check(file: &str, read: impl Fn(&[&str]) -> (String, String, String, RetryPolicy, Dialect)) {
    let (mut count, mut misses) = (0, Vec::new());
    for row in file.lines().skip(1) {
        let fields: Vec<_> = row.split(',').collect();
        let (dag_id, task_id, date, policy, dialect) = read(&fields);
        let (dag_id, task_id) = (DagId::new(dag_id).unwrap(), TaskId::new(task_id).unwrap());
        let logical_date = Timestamp::parse(&date.replacen(' ', "T", 1)).unwrap();
        assert_eq!(logical_date.to_python_text(), date);
        let retried = Retried { dag_id: &dag_id, task_id: &task_id, logical_date, dialect };
        let [.., tries, expected] = fields[..] else { panic!("{row}") };
        let found = policy.delay_after(tries.parse().unwrap(), &retried);
        count += 1;
        if found != Some(seconds(expected)) {
            misses.push(format!("{row}: {found:?}"));
        }
    }
    println!("retry delays: {} of {count} hold", count - misses.len());
    assert!(misses.is_empty(), "{misses:#?}");
    assert!(count > 100);
}

fn seconds(text: &str) -> Duration {
    Duration::from_millis((text.parse::<f64>().unwrap() * 1_000.0).round() as u64)
}

fn limit(text: &str) -> Option<Duration> {
    (!text.is_empty()).then(|| seconds(text))
}

#[test]
fn delays_are_those_of_airflow_1_10() {
    check(include_str!("../oracle/retry_delays.csv"), |fields| {
        let policy = RetryPolicy {
            retries: 100,
            delay: seconds(fields[0]),
            exponential: fields[1] == "true",
            max_delay: limit(fields[2]),
        };
        let date = "2021-01-01 00:00:00+00:00";
        ("retry_dag".into(), "t".into(), date.into(), policy, Dialect::V1_10)
    });
}

#[test]
fn delays_are_those_of_the_formula_of_2() {
    check(include_str!("../oracle/retry_delays_2.csv"), |fields| {
        let policy =
            RetryPolicy { retries: 100, delay: seconds(fields[3]), exponential: true, max_delay: limit(fields[4]) };
        (fields[0].into(), fields[1].into(), fields[2].into(), policy, Dialect::V2)
    });
}

#[test]
fn delays_end_and_have_a_bound() {
    let (dag_id, task_id) = (DagId::new("d").unwrap(), TaskId::new("t").unwrap());
    let logical_date = Timestamp::from_micros(0);
    let retried = |dialect| Retried { dag_id: &dag_id, task_id: &task_id, logical_date, dialect };
    for (dialect, longest) in [(Dialect::V1_10, RetryPolicy::LONGEST), (Dialect::V2, RetryPolicy::MAX_DELAY)] {
        let policy = RetryPolicy { retries: 10_000, delay: RetryPolicy::LONGEST, exponential: true, max_delay: None };
        assert_eq!(policy.delay_after(10_000, &retried(dialect)), Some(longest));
        assert_eq!(policy.delay_after(10_001, &retried(dialect)), None);
        let plain = RetryPolicy { exponential: false, delay: Duration::from_secs(200_000), ..policy };
        assert_eq!(
            plain.delay_after(9, &retried(dialect)),
            Some(plain.delay),
            "it does not grow, so it needs no limit"
        );
    }
}
