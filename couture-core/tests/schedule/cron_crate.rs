//! The same dates as the crate `cron` finds, for the part of the language that both have, translated: seconds first, days of
//! the week from 1, and day of month *or* day of week as two schedules.

use std::collections::BTreeSet;
use std::str::FromStr;

use chrono::DateTime;
use couture_core::{Dialect, Schedule, Timestamp, Zone};

use crate::expressions::Expression;
use crate::seeds::each_seed;

fn translated(expression: &Expression) -> Vec<cron::Schedule> {
    let text = |at: usize, plus: u32| match expression.fields.get(at) {
        None => "0".to_owned(),
        Some(None) => "*".to_owned(),
        Some(Some(values)) => values.iter().map(|value| (value + plus).to_string()).collect::<Vec<_>>().join(","),
    };
    let schedule = |day: String, weekday: String| {
        let text = format!("{} {} {} {day} {} {weekday}", text(5, 0), text(0, 0), text(1, 0), text(3, 0));
        cron::Schedule::from_str(&text).unwrap_or_else(|error| panic!("{text}: {error}"))
    };
    match (&expression.fields[2], &expression.fields[4]) {
        (Some(_), Some(_)) => {
            vec![schedule(text(2, 0), "*".into()), schedule("*".into(), text(4, 1))]
        }
        _ => vec![schedule(text(2, 0), text(4, 1))],
    }
}

#[test]
fn the_crate_cron_finds_the_same_dates() {
    each_seed(2_000, |_, random| {
        let expression = Expression::random(random);
        let Ok(timetable) = Schedule::cron(&*expression.text).timetable(Dialect::V2, Zone::UTC) else { return Ok(()) };
        let after = random.within(0..60 * 31_557_600) as i64;
        let start = DateTime::from_timestamp(after, 0).unwrap();
        let dates: BTreeSet<_> = translated(&expression)
            .iter()
            .flat_map(|schedule| schedule.after(&start).take(5).collect::<Vec<_>>())
            .collect();
        let expected: Vec<_> =
            dates.into_iter().take(5).map(|date| Timestamp::from_micros(date.timestamp_micros())).collect();
        let first = timetable.following(Timestamp::from_micros(after * 1_000_000));
        let found: Vec<_> =
            std::iter::successors(first, |date| timetable.following(*date)).take(expected.len()).collect();
        if found == expected {
            Ok(())
        } else {
            Err(format!("{:?} after {start}: {expected:?}, found {found:?}", expression.text))
        }
    });
}
