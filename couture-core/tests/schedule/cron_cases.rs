//! The next five fire times, as Airflow gave them.

use std::collections::BTreeMap;

use couture_core::{Dialect, Schedule, Timestamp, Zone};
use serde::Deserialize;

use crate::oracle::{Tally, cases, moment};

#[derive(Deserialize)]
struct Case {
    expr: String,
    tz: String,
    after_local: String,
    next5: Answer,
    #[serde(default)]
    by_source: BTreeMap<String, Answer>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Answer {
    Dates(Vec<String>),
    Error(String),
}

impl Case {
    fn expected(&self, dialect: Dialect) -> &Answer {
        let source = if dialect == Dialect::V2 { "airflow_2.10.5" } else { "airflow_1.10.15" };
        self.by_source.get(source).unwrap_or(&self.next5)
    }

    fn check(&self, dialect: Dialect) -> Result<(), String> {
        let zone = Zone::parse(&self.tz).map_err(|error| error.to_string())?;
        let found = Schedule::cron(&*self.expr).dates_after(dialect, zone, self.after(zone), 5);
        match (self.expected(dialect), found) {
            (Answer::Error(_), Err(_)) => Ok(()),
            (Answer::Error(error), Ok(found)) => Err(format!("expected the error {error:?}, found {found:?}")),
            (Answer::Dates(_), Err(error)) => Err(format!("failed to {error}")),
            (Answer::Dates(dates), Ok(found)) => {
                let expected: Vec<_> = dates.iter().map(|date| moment(date)).collect();
                if found == expected { Ok(()) } else { Err(format!("expected {expected:?}, found {found:?}")) }
            }
        }
    }

    /// The start is wall-clock time. Where it exists once, and it does, its offset is that of a moment close by.
    fn after(&self, zone: Zone) -> Timestamp {
        let as_utc = Timestamp::parse(&self.after_local).unwrap().as_micros();
        let earlier = |by_s: i64| Timestamp::from_micros(as_utc - by_s * 1_000_000);
        let first = earlier(zone.offset_s(earlier(0)));
        earlier(zone.offset_s(first))
    }
}

fn check(dialect: Dialect) {
    let mut tally = Tally::new("cron", dialect);
    for case in cases::<Case>("cron_cases.json") {
        tally.count(&format!("{:?} {} after {}", case.expr, case.tz, case.after_local), case.check(dialect));
    }
    tally.finish();
}

#[test]
fn fires_as_airflow_1_10() {
    check(Dialect::V1_10);
}

#[test]
fn fires_as_airflow_2() {
    check(Dialect::V2);
}
