//! A cron expression, and its dates on a wall clock without time zones.

use chrono::{Datelike, NaiveDate};

use super::days::{Days, LONGEST};
use super::field::Field;
use super::item::Reader;
use super::preset;
use super::values::Values;
use crate::dialect::Dialect;
use crate::schedule::error::ScheduleError;

const DAY_S: i64 = 86_400;
/// Days from the calendar's first to 1970-01-01.
const EPOCH_DAY: i64 = 719_163;
/// In so many years every date that exists comes: the fifth of a weekday in February takes 40 where a century has no leap day.
const SEARCHED_YEARS: i32 = 60;

/// A cron expression as Airflow reads it: minute, hour, day of month, month, day of week, then perhaps second, and in dialect 2
/// year. Day of month and day of week are joined by *or* where both say something.
#[derive(Clone, Debug)]
pub struct CronExpression {
    text: String,
    /// The fields' text, lower-case, presets spelt out.
    pub(super) fields: Vec<String>,
    seconds: u64,
    minutes: u64,
    hours: u64,
    months: u64,
    days: Days,
    /// All years where absent.
    years: Option<Vec<u16>>,
    covers_every_hour: bool,
}

impl CronExpression {
    /// Reads an expression or a preset such as `@daily`.
    ///
    /// # Errors
    /// Text that the dialect cannot read (the error names field, value and what is allowed), and dates that never come.
    pub fn parse(text: &str, dialect: Dialect) -> Result<Self, ScheduleError> {
        let text = text.trim();
        let fields: Vec<String> =
            preset::expand(text, dialect)?.split_whitespace().map(str::to_ascii_lowercase).collect();
        let most = if dialect == Dialect::V2 { 7 } else { 6 };
        if !(5..=most).contains(&fields.len()) {
            let more = if dialect == Dialect::V2 { ", then perhaps second and year" } else { ", then perhaps second" };
            return Err(ScheduleError::CronFieldCount { expression: text.into(), found: fields.len(), more });
        }
        let mut values = Vec::with_capacity(7);
        for (field, part) in Field::ALL.into_iter().zip(&fields) {
            let reader = Reader { expression: text, field, field_count: fields.len(), dialect };
            values.push(Values::parse(&reader, part)?);
        }
        let [minutes, hours, of_month, months, of_week] = &values[..5] else {
            unreachable!("five fields were counted")
        };
        check_mixed_weekdays(text, &fields[4], of_week, dialect)?;
        let month_star = is_unrestricted(of_month, Field::DayOfMonth, &fields[4], dialect);
        let week_star = is_unrestricted(of_week, Field::DayOfWeek, &fields[2], dialect);
        let days = Days::new(of_month, of_week, month_star, week_star);
        if let Some(problem) = days.problem(months.bits(), of_week) {
            return Err(ScheduleError::NoSuchDate { expression: text.into(), problem });
        }
        let years = values.get(6).filter(|years| !years.is_star);
        Ok(Self {
            text: text.into(),
            seconds: values.get(5).map_or(1, Values::bits),
            minutes: minutes.bits(),
            hours: hours.bits(),
            months: months.bits(),
            days,
            years: years.map(|years| years.values.iter().copied().collect()),
            covers_every_hour: hours.is_star || (hours.is_full(Field::Hour) && !hours.has_star),
            fields,
        })
    }

    /// As it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn covers_every_hour(&self) -> bool {
        self.covers_every_hour
    }

    pub(crate) fn has_one_time_of_day(&self) -> bool {
        self.hours.count_ones() == 1 && self.minutes.count_ones() == 1
    }

    /// The first date after `after_s`, both in seconds since the epoch on the wall clock.
    pub(crate) fn next_local(&self, after_s: i64) -> Option<i64> {
        let from_s = after_s.checked_add(1)?;
        let date = date_of(from_s)?;
        let days = self.days_in(date);
        let day_s = from_s - from_s.rem_euclid(DAY_S);
        if days >> date.day() & 1 == 1
            && let Some(time_s) = self.time_from(from_s - day_s)
        {
            return Some(day_s + time_s);
        }
        let later = days & !(((2_u64 << date.day()) - 1) as u32);
        let (mut year, mut month, mut days) = (date.year(), date.month(), later);
        while days == 0 {
            (year, month) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
            if year > date.year() + SEARCHED_YEARS {
                return None;
            }
            days = self.days_of(year, month)?;
        }
        let first = NaiveDate::from_ymd_opt(year, month, days.trailing_zeros())?;
        Some((i64::from(first.num_days_from_ce()) - EPOCH_DAY) * DAY_S + self.time_from(0)?)
    }

    /// The last date before `before_s`, both in seconds since the epoch on the wall clock.
    pub(crate) fn previous_local(&self, before_s: i64) -> Option<i64> {
        let from_s = before_s.checked_sub(1)?;
        let date = date_of(from_s)?;
        let days = self.days_in(date);
        let day_s = from_s - from_s.rem_euclid(DAY_S);
        if days >> date.day() & 1 == 1
            && let Some(time_s) = self.time_to(from_s - day_s)
        {
            return Some(day_s + time_s);
        }
        let (mut year, mut month, mut days) = (date.year(), date.month(), days & ((1 << date.day()) - 1));
        while days == 0 {
            (year, month) = if month == 1 { (year - 1, 12) } else { (year, month - 1) };
            if year < date.year() - SEARCHED_YEARS {
                return None;
            }
            days = self.days_of(year, month)?;
        }
        let last = NaiveDate::from_ymd_opt(year, month, days.ilog2())?;
        Some((i64::from(last.num_days_from_ce()) - EPOCH_DAY) * DAY_S + self.time_to(DAY_S - 1)?)
    }

    /// The days of the month that `date` is in.
    fn days_in(&self, date: NaiveDate) -> u32 {
        if !self.has_month(date.year(), date.month()) {
            return 0;
        }
        // 35 days are five weeks, so that the difference is never negative.
        let first_weekday = (date.weekday().num_days_from_sunday() + 36 - date.day()) % 7;
        self.days.in_month(first_weekday, month_length(date.year(), date.month()))
    }

    fn days_of(&self, year: i32, month: u32) -> Option<u32> {
        if !self.has_month(year, month) {
            return Some(0);
        }
        NaiveDate::from_ymd_opt(year, month, 1).map(|first| self.days_in(first))
    }

    fn has_month(&self, year: i32, month: u32) -> bool {
        self.months >> month & 1 == 1
            && self.years.as_ref().is_none_or(|years| years.iter().any(|known| i32::from(*known) == year))
    }

    /// The first time of day at or after `from_s`.
    fn time_from(&self, from_s: i64) -> Option<i64> {
        let (hour, minute, second) = (from_s / 3_600, from_s / 60 % 60, from_s % 60);
        let first = |bits: u64| i64::from(bits.trailing_zeros());
        let at_or_after = |bits: u64, value: i64| Some(bits & (u64::MAX << value)).filter(|bits| *bits != 0).map(first);
        if self.hours >> hour & 1 == 1 {
            if self.minutes >> minute & 1 == 1
                && let Some(second) = at_or_after(self.seconds, second)
            {
                return Some(hour * 3_600 + minute * 60 + second);
            }
            if let Some(minute) = at_or_after(self.minutes, minute + 1) {
                return Some(hour * 3_600 + minute * 60 + first(self.seconds));
            }
        }
        let hour = at_or_after(self.hours, hour + 1)?;
        Some(hour * 3_600 + first(self.minutes) * 60 + first(self.seconds))
    }

    /// The last time of day at or before `to_s`.
    fn time_to(&self, to_s: i64) -> Option<i64> {
        let (hour, minute, second) = (to_s / 3_600, to_s / 60 % 60, to_s % 60);
        let last = |bits: u64| i64::from(bits.ilog2());
        let below = |bits: u64, value: i64| Some(bits & ((1 << value) - 1)).filter(|bits| *bits != 0).map(last);
        if self.hours >> hour & 1 == 1 {
            if self.minutes >> minute & 1 == 1
                && let Some(second) = below(self.seconds, second + 1)
            {
                return Some(hour * 3_600 + minute * 60 + second);
            }
            if let Some(minute) = below(self.minutes, minute) {
                return Some(hour * 3_600 + minute * 60 + last(self.seconds));
            }
        }
        let hour = below(self.hours, hour)?;
        Some(hour * 3_600 + last(self.minutes) * 60 + last(self.seconds))
    }
}

/// Whether a day field counts as `*`. A list of all its values does in 1.10; in 2 it does if the text of the other day
/// field has a `*`.
fn is_unrestricted(values: &Values, field: Field, other_text: &str, dialect: Dialect) -> bool {
    values.has_star || (values.is_full(field) && (dialect == Dialect::V1_10 || other_text.contains('*')))
}

/// Croniter 6 refuses days with `#` beside days without; 0.3.37 goes by the former alone.
fn check_mixed_weekdays(text: &str, value: &str, of_week: &Values, dialect: Dialect) -> Result<(), ScheduleError> {
    let is_plain = |day: &u16| of_week.nth[usize::from(*day)] == 0;
    let is_mixed = of_week.has_nth() && !of_week.is_full(Field::DayOfWeek) && of_week.values.iter().any(is_plain);
    if dialect == Dialect::V1_10 || !is_mixed {
        return Ok(());
    }
    Err(ScheduleError::CronField {
        expression: text.into(),
        field: Field::DayOfWeek.name(),
        value: value.into(),
        problem: "which mixes days with # or L and days without".into(),
        allowed: Field::DayOfWeek.allowed(),
    })
}

fn date_of(local_s: i64) -> Option<NaiveDate> {
    NaiveDate::from_num_days_from_ce_opt(i32::try_from(local_s.div_euclid(DAY_S) + EPOCH_DAY).ok()?)
}

fn month_length(year: i32, month: u32) -> u32 {
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    LONGEST[month as usize - 1] - u32::from(month == 2 && !is_leap)
}
