//! Random cron expressions, as text and as the plain lists that the text means.

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDateTime, Timelike};

use crate::random::Random;

/// The smallest and largest value of minute, hour, day of month, month, day of week and second.
const RANGES: [(u64, u64); 6] = [(0, 59), (0, 23), (1, 31), (1, 12), (0, 6), (0, 59)];

/// An expression of lists, ranges and steps.
#[derive(Debug)]
pub struct Expression {
    pub text: String,
    /// All values of each field; absent where it is `*`.
    pub fields: Vec<Option<BTreeSet<u32>>>,
}

impl Expression {
    pub fn random(random: &mut Random) -> Self {
        let count = if random.one_in(5) { 6 } else { 5 };
        let mut words = Vec::new();
        let mut fields = Vec::new();
        for (at, (min, max)) in RANGES.into_iter().enumerate().take(count) {
            // Days and months are open more often, so that there is a date soon.
            if random.one_in(if (2..5).contains(&at) { 1 } else { 4 }) && !(at > 1 && random.one_in(3)) {
                words.push("*".to_owned());
                fields.push(None);
                continue;
            }
            let (mut items, mut values) = (Vec::new(), BTreeSet::new());
            for _ in 0..random.within(1..4) {
                let (item, range) = item(random, min, max);
                values.extend(range);
                items.push(item);
            }
            // Whether a list of all days counts as `*` depends on the dialect and on the other field.
            if values.len() as u64 > max - min && (at == 2 || at == 4) {
                (items, values) = (vec![min.to_string()], BTreeSet::from([min as u32]));
            }
            words.push(items.join(","));
            fields.push(Some(values));
        }
        Self { text: words.join(" "), fields }
    }

    /// Whether it means this second of a wall clock.
    pub fn has(&self, time: NaiveDateTime) -> bool {
        let has = |at: usize, value: u32| match self.fields.get(at) {
            Some(Some(values)) => values.contains(&value),
            Some(None) => true,
            None => value == 0,
        };
        self.has_day(time) && has(1, time.hour()) && has(0, time.minute()) && has(5, time.second())
    }

    /// Whether it means this day.
    pub fn has_day(&self, time: NaiveDateTime) -> bool {
        let weekday = time.weekday().num_days_from_sunday();
        let month = self.fields[3].as_ref().is_none_or(|months| months.contains(&time.month()));
        month
            && match (&self.fields[2], &self.fields[4]) {
                (Some(days), Some(weekdays)) => days.contains(&time.day()) || weekdays.contains(&weekday),
                (Some(days), None) => days.contains(&time.day()),
                (None, Some(weekdays)) => weekdays.contains(&weekday),
                (None, None) => true,
            }
    }

    pub fn covers_every_hour(&self) -> bool {
        self.fields[1].as_ref().is_none_or(|hours| hours.len() == 24)
    }

    pub fn has_one_time_of_day(&self) -> bool {
        let is_one = |at: usize| self.fields[at].as_ref().is_some_and(|values| values.len() == 1);
        is_one(0) && is_one(1)
    }
}

fn item(random: &mut Random, min: u64, max: u64) -> (String, Vec<u32>) {
    let list = |low: u64, high: u64, step: u64| (low..=high).step_by(step as usize).map(|value| value as u32).collect();
    let low = random.within(min..max);
    let high = random.within(low + 1..max + 1);
    let step = random.within(1..(max - min) / 2 + 1);
    match random.within(0..10) {
        0..5 => (low.to_string(), vec![low as u32]),
        5 | 6 => (format!("{low}-{high}"), list(low, high, 1)),
        7 => (format!("{low}-{high}/{step}"), list(low, high, step)),
        8 => (format!("*/{step}"), list(min, max, step)),
        _ => (format!("{low}/{step}"), list(low, max, step)),
    }
}
