//! The next fire time against a slow, obvious walk over the wall clock, in every zone.

use chrono::{DateTime, NaiveDateTime, Offset, TimeDelta, TimeZone};
use chrono_tz::Tz;
use couture_core::{Dialect, Schedule, Timestamp, Zone};

use crate::expressions::Expression;
use crate::random::Random;
use crate::seeds::each_seed;

/// Each zone has so many cases.
const CASES_PER_ZONE: u64 = 12;
/// The walk gives up after so many days.
const WALKED_DAYS: i64 = 500;
const SECONDS_1970_TO_2070: u64 = 100 * 36_525 * 864;

fn naive(seconds: i64) -> NaiveDateTime {
    DateTime::from_timestamp(seconds, 0).unwrap().naive_utc()
}

fn offset(zone: Tz, utc: i64) -> i64 {
    zone.offset_from_utc_datetime(&naive(utc)).fix().local_minus_utc().into()
}

/// The first wall-clock time after `local` that the expression means: walks days, and seconds or minutes within them.
fn walk(expression: &Expression, local: i64) -> Option<i64> {
    let step = if expression.fields.len() == 6 { 1 } else { 60 };
    let mut time = local - local.rem_euclid(step) + step;
    let end = local + WALKED_DAYS * 86_400;
    while time < end {
        if !expression.has_day(naive(time)) {
            time = time - time.rem_euclid(86_400) + 86_400;
        } else if expression.has(naive(time)) {
            return Some(time);
        } else {
            time += step;
        }
    }
    None
}

/// The last moment at which the wall clock shows `local`. Where it never does, the moment that lies as far after the jump as
/// `local` lies after the time at which the clock jumped.
fn last_moment(zone: Tz, local: i64) -> i64 {
    let around = || (-30 * 60..=30 * 60).map(|minutes| local + minutes * 60);
    let offsets: std::collections::BTreeSet<i64> = around().map(|utc| offset(zone, utc)).collect();
    let shown = offsets.iter().map(|offset| local - offset).filter(|utc| utc + offset(zone, *utc) == local);
    shown.max().unwrap_or_else(|| {
        let jumped = around().find(|utc| utc + offset(zone, *utc) > local).unwrap();
        local - offset(zone, jumped - 60)
    })
}

fn expected(expression: &Expression, dialect: Dialect, zone: Tz, utc: i64) -> Option<i64> {
    let local = utc + offset(zone, utc);
    let next = walk(expression, local)?;
    let is_fixed = match dialect {
        Dialect::V1_10 => expression.has_one_time_of_day(),
        Dialect::V2 => !expression.covers_every_hour(),
    };
    Some(if is_fixed { last_moment(zone, next) } else { utc + (next - local) })
}

/// A moment, often close to a change of the clock.
fn moment(random: &mut Random, zone: Tz) -> i64 {
    let start = random.within(0..SECONDS_1970_TO_2070) as i64;
    let (mut low, mut high) = (start, start + 200 * 86_400);
    if random.one_in(4) || offset(zone, low) == offset(zone, high) {
        return start;
    }
    while high - low > 1 {
        let middle = i64::midpoint(low, high);
        if offset(zone, middle) == offset(zone, low) { low = middle } else { high = middle }
    }
    high - 4 * 3_600 + random.within(0..8 * 3_600) as i64
}

#[test]
fn the_next_date_is_what_a_walk_finds_in_every_zone() {
    let zones = chrono_tz::TZ_VARIANTS;
    each_seed(zones.len() as u64 * CASES_PER_ZONE, |seed, random| {
        let zone = zones[(seed % zones.len() as u64) as usize];
        let expression = Expression::random(random);
        let dialect = if random.one_in(2) { Dialect::V1_10 } else { Dialect::V2 };
        let after = moment(random, zone);
        let timetable = match Schedule::cron(&*expression.text).timetable(dialect, Zone::Named(zone)) {
            Ok(timetable) => timetable,
            // A date that never comes has an error of its own test.
            Err(_) if walk(&expression, after).is_none() || expression.fields[2].is_some() => return Ok(()),
            Err(error) => return Err(format!("failed to {error}")),
        };
        let found = timetable.following(Timestamp::from_micros(after * 1_000_000));
        let expected = expected(&expression, dialect, zone, after);
        let found_s = found.map(|found| found.as_micros() / 1_000_000);
        let agrees = match (found_s, expected) {
            (found, Some(expected)) => found == Some(expected),
            (None, None) => true,
            (Some(found), None) => found > after + (WALKED_DAYS - 2) * 86_400,
        };
        let describe = |utc: i64| format!("{} ({utc})", naive(utc) + TimeDelta::seconds(offset(zone, utc)));
        if agrees {
            return Ok(());
        }
        Err(format!(
            "{:?} in {zone}, dialect {dialect}, after {}: expected {:?}, found {:?}",
            expression.text,
            describe(after),
            expected.map(describe),
            found_s.map(describe)
        ))
    });
}

/// Going back from a date never leads to the date or after it, and a date of the schedule is aligned with itself.
#[test]
fn the_previous_date_is_before() {
    let zones = chrono_tz::TZ_VARIANTS;
    each_seed(zones.len() as u64 * 4, |seed, random| {
        let zone = zones[(seed % zones.len() as u64) as usize];
        let expression = Expression::random(random);
        let dialect = if random.one_in(2) { Dialect::V1_10 } else { Dialect::V2 };
        let Ok(timetable) = Schedule::cron(&*expression.text).timetable(dialect, Zone::Named(zone)) else {
            return Ok(());
        };
        let after = Timestamp::from_micros(moment(random, zone) * 1_000_000 + random.within(0..2) as i64 * 500_000);
        let (Some(next), Some(previous)) = (timetable.following(after), timetable.previous(after)) else {
            return Err(format!("{:?}: no date around {after}", expression.text));
        };
        let interval = timetable.infer_manual_interval(after);
        let holds = previous < after && after < next && interval.start < interval.end && interval.end <= after;
        if holds {
            Ok(())
        } else {
            Err(format!("{:?} {zone}: {previous} {after} {next} {interval:?}", expression.text))
        }
    });
}
