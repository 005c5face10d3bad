//! How long the next fire time takes, over the expressions that Airflow was asked about.

use std::collections::BTreeSet;
use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;

use couture_core::{Dialect, Schedule, Timestamp, Timetable, Zone};
use serde::Deserialize;

use crate::figure::{Figure, Target};
use crate::rig::now;

/// Each expression is asked for so many dates, each after the one before.
const DATES: u32 = 2_000;

#[derive(Deserialize)]
struct Oracle {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    expr: String,
    tz: String,
}

pub(super) fn average() -> Vec<Figure> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../couture-core/tests/oracle/cron_cases.json");
    let oracle: Oracle = serde_json::from_slice(&std::fs::read(path).expect("the oracle")).expect("its JSON");
    let expressions: BTreeSet<_> = oracle.cases.into_iter().map(|case| (case.expr, case.tz)).collect();
    let mut timetables: Vec<Arc<dyn Timetable>> = Vec::new();
    for dialect in [Dialect::V1_10, Dialect::V2] {
        for (expression, zone) in &expressions {
            let zone = Zone::parse(zone).expect("a zone of the oracle");
            timetables.extend(Schedule::cron(expression).timetable(dialect, zone));
        }
    }
    let start = Timestamp::parse("2021-01-01").expect("a date");
    let begun = now();
    for timetable in &timetables {
        let mut date = start;
        for _ in 0..DATES {
            date = black_box(timetable.following(date).unwrap_or(start));
        }
    }
    let average_us = begun.elapsed().as_secs_f64() * 1e6 / f64::from(DATES) / timetables.len() as f64;
    let note = format!("{} schedules in {} dialects", timetables.len(), 2);
    vec![Figure::new("next fire time, average", average_us, "µs", Target::AtMost(2.0)).note(note)]
}
