//! On which days of a month a cron expression fires.

use super::field::Field;
use super::values::{LAST, Values};

/// The last day that a month ever has.
pub(super) const LONGEST: [u32; 12] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/// The fields day of month and day of week together. Sets of days have bit `d` for day `d`, from 1.
#[derive(Clone, Debug)]
pub(super) struct Days {
    rule: Rule,
    of_month: u32,
    last_day: bool,
    /// By the day of the week of the month's first day: the days that the field day of week lets through.
    of_week: [u32; 7],
    /// The days of the week of which the last one in the month counts.
    last_weekdays: u8,
}

/// How the two fields combine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rule {
    /// Both, because at most one of them says something.
    Both,
    /// Either, because both of them say something.
    Either,
    /// The day of week, as croniter has it where both say something and the day of week has a `#` or `L5`.
    WeekdayAlone,
}

impl Days {
    /// `star` says of each field whether it counts as unrestricted.
    pub(super) fn new(of_month: &Values, of_week: &Values, month_star: bool, week_star: bool) -> Self {
        let has_nth = of_week.has_nth();
        let rule = match (month_star || week_star, has_nth) {
            (true, _) => Rule::Both,
            (false, true) => Rule::WeekdayAlone,
            (false, false) => Rule::Either,
        };
        let in_month = |first_weekday: u32| {
            (1..=31).fold(0, |days, day: u32| {
                let weekday = ((first_weekday + day - 1) % 7) as usize;
                let nth = of_week.nth[weekday];
                let counts = if has_nth {
                    nth & (1 << ((day - 1) / 7 + 1)) != 0
                } else {
                    of_week.values.contains(&(weekday as u16))
                };
                days | u32::from(counts) << day
            })
        };
        let last_weekdays = (0..7).filter(|day| of_week.nth[*day] & LAST != 0).fold(0, |days, day| days | 1 << day);
        Self {
            rule,
            of_month: of_month.bits() as u32,
            last_day: of_month.last_day,
            of_week: std::array::from_fn(|weekday| in_month(weekday as u32)),
            last_weekdays,
        }
    }

    /// The days of a month that has `length` days and begins on `first_weekday` (0 is Sunday).
    pub(super) fn in_month(&self, first_weekday: u32, length: u32) -> u32 {
        let mut of_month = self.of_month;
        if self.last_day {
            of_month |= 1 << length;
        }
        let mut of_week = self.of_week[(first_weekday % 7) as usize];
        if self.last_weekdays != 0 {
            for day in length - 6..=length {
                let weekday = (first_weekday + day - 1) % 7;
                of_week |= u32::from(self.last_weekdays >> weekday & 1) << day;
            }
        }
        let days = match self.rule {
            Rule::Both => of_month & of_week,
            Rule::Either => of_month | of_week,
            Rule::WeekdayAlone => of_week,
        };
        // Bits 1 to `length`.
        days & ((2_u64 << length) - 2) as u32
    }

    /// Why no date can ever fit, if none can. As in croniter, a day of month that never comes is wrong even beside a day of
    /// week, and one that a `#` excludes is too.
    pub(super) fn problem(&self, months: u64, of_week: &Values) -> Option<String> {
        let nth = of_week.nth.iter().fold(0, |all, nth| all | nth);
        let is_nth = |day: u32, length: u32| {
            nth == 0 || nth & (1 << ((day - 1) / 7 + 1)) != 0 || (nth & LAST != 0 && day + 7 > length)
        };
        let days: Vec<u32> = (1..=31).filter(|day| self.of_month >> day & 1 == 1).collect();
        let (mut exists, mut fits) = (false, false);
        for month in (1..=12).filter(|month| months >> month & 1 == 1) {
            let longest = LONGEST[month as usize - 1];
            let shortest = if month == 2 { 28 } else { longest };
            for length in shortest..=longest {
                let last = if self.last_day { Some(length) } else { None };
                for day in days.iter().copied().filter(|day| *day <= length).chain(last) {
                    exists = true;
                    fits |= is_nth(day, length);
                }
            }
        }
        if !exists {
            let days: Vec<_> = days.iter().map(u32::to_string).collect();
            return Some(format!("none of its months has the day {}", days.join(" or ")));
        }
        let (one, other) = (Field::DayOfMonth.name(), Field::DayOfWeek.name());
        (!fits).then(|| format!("its {one} and its {other} never fall on one day"))
    }
}
