//! Runs are made one by one, whatever the clock does: none twice, none missed.

use std::sync::Arc;

use couture_core::{DataInterval, Dialect, NextRun, Restriction, Schedule, Timestamp, Timetable, Zone};

use crate::expressions::Expression;
use crate::random::Random;
use crate::seeds::each_seed;

const HOUR_US: u64 = 3_600_000_000;
/// A case that makes more runs is cut off.
const MOST_RUNS: usize = 400;

struct Case {
    schedule: Schedule,
    dialect: Dialect,
    zone: Zone,
    timetable: Arc<dyn Timetable>,
    start: Timestamp,
    end_of_time: Timestamp,
}

impl Case {
    fn random(random: &mut Random) -> Option<Self> {
        let dialect = if random.one_in(2) { Dialect::V1_10 } else { Dialect::V2 };
        let expression = Expression::random(random).text;
        let schedule = match random.within(0..6) {
            0 => Schedule::Delta { delta_ms: random.within(60_000..200_000_000) as i64 },
            1 => {
                Schedule::CronTrigger { expression, timezone: None, interval_ms: random.within(0..2) as i64 * 600_000 }
            }
            _ => Schedule::cron(expression),
        };
        let zone = Zone::Named(*random.pick(&chrono_tz::TZ_VARIANTS));
        let start = Timestamp::from_micros(random.within(0..876_000 * HOUR_US) as i64);
        let longest = *random.pick(&[4, 100, 10_000]);
        let length = random.within(HOUR_US..longest * HOUR_US) as i64;
        let end_of_time = Timestamp::from_micros(start.as_micros() + length);
        let timetable = schedule.timetable(dialect, zone).ok()?;
        Some(Self { schedule, dialect, zone, timetable, start, end_of_time })
    }

    fn restriction(&self, catchup: bool) -> Restriction {
        Restriction::new(Some(self.start), Some(self.end_of_time), catchup).unwrap()
    }

    /// All runs that are due at `now`, after those that there are.
    fn make_due(&self, catchup: bool, runs: &mut Vec<NextRun>, now: Timestamp) -> Option<Timestamp> {
        let restriction = self.restriction(catchup);
        loop {
            let last = runs.last().map(|run| run.data_interval);
            let next = self.timetable.next_run(last.as_ref(), &restriction, now)?;
            if !next.is_due(now) || runs.len() >= MOST_RUNS {
                return Some(next.run_after);
            }
            runs.push(next);
        }
    }

    fn check_order(&self, runs: &[NextRun]) -> Result<(), String> {
        for pair in runs.windows(2) {
            let [one, two] = pair else { unreachable!() };
            if two.logical_date <= one.logical_date || two.run_after < one.run_after {
                return self.wrong(&format!("{two:?} follows {one:?}"));
            }
        }
        let in_bounds =
            |run: &NextRun| run.logical_date >= self.start || matches!(self.schedule, Schedule::CronTrigger { .. });
        match runs.iter().find(|run| !in_bounds(run) || run.logical_date > self.end_of_time) {
            Some(run) => self.wrong(&format!("{run:?} is out of bounds")),
            None => Ok(()),
        }
    }

    fn wrong(&self, what: &str) -> Result<(), String> {
        Err(format!("{:?} {} {} from {}: {what}", self.schedule, self.zone, self.dialect, self.start))
    }
}

/// With catchup, a clock that jumps both ways and a scheduler that forgets all but the last run make just the runs that one
/// question at the end would.
#[test]
fn catching_up_makes_each_run_once() {
    each_seed(3_000, |_, random| {
        let Some(case) = Case::random(random) else { return Ok(()) };
        let far = Timestamp::from_micros(case.end_of_time.as_micros() + 4_000_000 * HOUR_US as i64);
        let mut expected = Vec::new();
        case.make_due(true, &mut expected, far);
        let mut runs = Vec::new();
        for _ in 0..20 {
            let span = case.end_of_time.as_micros() - case.start.as_micros();
            let now = case.start.as_micros() + random.within(0..2 * span as u64) as i64 - span / 4;
            case.make_due(true, &mut runs, Timestamp::from_micros(now));
        }
        case.make_due(true, &mut runs, far);
        if runs != expected {
            return case.wrong(&format!("expected {expected:?}, made {runs:?}"));
        }
        case.check_order(&runs)
    });
}

/// Data intervals follow each other without a gap.
#[test]
fn intervals_cover_all_time() {
    each_seed(3_000, |_, random| {
        let Some(case) = Case::random(random) else { return Ok(()) };
        if matches!(case.schedule, Schedule::CronTrigger { .. }) {
            return Ok(());
        }
        let far = Timestamp::from_micros(case.end_of_time.as_micros() + 4_000_000 * HOUR_US as i64);
        let mut runs = Vec::new();
        case.make_due(true, &mut runs, far);
        match runs.windows(2).find(|pair| pair[0].data_interval.end != pair[1].data_interval.start) {
            Some(pair) => case.wrong(&format!("{pair:?}")),
            None => Ok(()),
        }
    });
}

/// Without catchup, a scheduler that wakes when it is told to misses nothing from the first run on, and one that sleeps too long
/// makes runs in order, none twice.
#[test]
fn without_catchup_runs_stay_in_order() {
    each_seed(3_000, |_, random| {
        let Some(case) = Case::random(random) else { return Ok(()) };
        let is_punctual = random.one_in(2);
        let mut runs = Vec::new();
        let mut now = case.start;
        for _ in 0..MOST_RUNS {
            let Some(wake) = case.make_due(false, &mut runs, now) else { break };
            let late = if is_punctual { 0 } else { random.within(0..100 * HOUR_US) as i64 };
            let back = if !is_punctual && random.one_in(4) { 50 * HOUR_US as i64 } else { 0 };
            now = Timestamp::from_micros(wake.as_micros() + late - back);
        }
        case.check_order(&runs)?;
        let is_interval =
            |run: &NextRun| matches!(case.schedule, Schedule::Cron { .. }) && run.run_after > run.logical_date;
        let gap = runs
            .windows(2)
            .find(|pair| is_interval(&pair[0]) && pair[0].data_interval.end != pair[1].data_interval.start);
        match gap.filter(|_| is_punctual) {
            Some(pair) => case.wrong(&format!("a run is missing: {pair:?}")),
            None => Ok(()),
        }
    });
}

/// A manual run in between, or a new schedule, gives no date that was there.
#[test]
fn a_changed_schedule_only_goes_on() {
    each_seed(3_000, |_, random| {
        let (Some(one), Some(two)) = (Case::random(random), Case::random(random)) else { return Ok(()) };
        let last = DataInterval::new(two.start, two.timetable.following(two.start).unwrap_or(two.start));
        let now = Timestamp::from_micros(two.start.as_micros() + random.within(0..1_000 * HOUR_US) as i64);
        let restriction = Restriction { latest: None, ..one.restriction(random.one_in(2)) };
        match one.timetable.next_run(Some(&last), &restriction, now) {
            Some(next) if next.logical_date <= last.start => one.wrong(&format!("{next:?} after {last:?}")),
            _ => Ok(()),
        }
    });
}
