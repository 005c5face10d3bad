//! One part of a field: a value, a range, a step. The rules are those that croniter has, odd ones included.

use super::field::Field;
use super::values::LAST;
use crate::dialect::Dialect;
use crate::schedule::error::ScheduleError;

/// What is wrong with an item.
pub(super) type ItemError = String;

/// What an item stands for.
pub(super) enum Item {
    /// Everything.
    Star,
    /// The last day of the month.
    LastDay,
    /// These.
    Values(Vec<u16>),
}

/// Reads the items of one field.
pub(super) struct Reader<'a> {
    pub(super) expression: &'a str,
    pub(super) field: Field,
    /// How many fields the expression has, which decides what 0 and 7 may mean.
    pub(super) field_count: usize,
    pub(super) dialect: Dialect,
}

impl Reader<'_> {
    pub(super) fn error(&self, value: &str, problem: ItemError) -> ScheduleError {
        ScheduleError::CronField {
            expression: self.expression.into(),
            field: self.field.name(),
            value: value.into(),
            problem,
            allowed: self.field.allowed(),
        }
    }

    pub(super) fn check_question_mark(&self, text: &str) -> Result<(), ScheduleError> {
        let problem = if self.dialect == Dialect::V1_10 {
            "which dialect 1.10 does not know; write *"
        } else if text != "?" {
            "but ? stands alone"
        } else if !matches!(self.field, Field::DayOfMonth | Field::DayOfWeek) {
            "but ? belongs into the day of month or the day of week; write *"
        } else {
            return Ok(());
        };
        Err(self.error(text, problem.into()))
    }

    /// Takes off which one in the month is meant: `5#2`, `L5`. 0 where that is not said.
    pub(super) fn split_nth<'t>(&self, text: &'t str) -> Result<(&'t str, u8), ItemError> {
        if self.field != Field::DayOfWeek {
            return Ok((text, 0));
        }
        if let Some((body, nth)) = text.split_once('#') {
            let number = nth.parse::<u8>().ok().filter(|number| (1..=5).contains(number));
            let number = number.ok_or("where a number from 1 to 5 follows #")?;
            // Only 1.10 takes a step, or a range of numbers, before #.
            let is_plain = !body.contains(['*', '/']) && (!body.contains('-') || self.is_name_range(body));
            return if is_plain || self.dialect == Dialect::V1_10 {
                Ok((body, 1 << number))
            } else {
                Err("where one day, or a range of names, stands before #".into())
            };
        }
        match text.strip_prefix('l') {
            Some(day) if !day.is_empty() && is_number(day) && self.dialect == Dialect::V2 => Ok((day, LAST)),
            _ => Ok((text, 0)),
        }
    }

    fn is_name_range(&self, body: &str) -> bool {
        body.split_once('-').is_some_and(|(low, high)| [low, high].iter().all(|name| self.field.named(name).is_some()))
    }

    pub(super) fn item(&self, text: &str) -> Result<Item, ItemError> {
        if text == "*" {
            return Ok(Item::Star);
        }
        if text == "l" && self.field == Field::DayOfMonth {
            return Ok(Item::LastDay);
        }
        let (range, step) = match text.rsplit_once('/') {
            Some((range, step)) => (range, Some(self.step(step)?)),
            None => (text, None),
        };
        let (min, max) = self.field.range();
        let values = match (range.split_once('-'), step) {
            (Some((low, high)), _) => {
                let high = if high == "l" && self.field == Field::DayOfMonth { "31" } else { high };
                self.range(self.number(low)?, self.number(high)?, step.unwrap_or(1))?
            }
            (None, Some(step)) if range == "*" => self.range(min, max, step)?,
            (None, Some(step)) => self.range(self.number(range)?, max, step)?,
            (None, None) => vec![self.number(range)?],
        };
        values.into_iter().map(|value| self.checked(value)).collect::<Result<_, _>>().map(Item::Values)
    }

    fn step(&self, text: &str) -> Result<u16, ItemError> {
        let step = if is_number(text) { text.parse().ok() } else { None };
        step.filter(|step| *step > 0).ok_or_else(|| format!("whose step {text:?} is not a number above 0"))
    }

    fn number(&self, text: &str) -> Result<u16, ItemError> {
        if is_number(text) {
            return text.parse().map_err(|_| format!("but {text} is out of range"));
        }
        match text {
            "" => Err("where a value is missing".into()),
            _ => self.field.named(text).ok_or_else(|| match text.chars().next() {
                Some('h' | 'r') => format!("but {text:?} is not known (hashed and random values are not)"),
                _ => format!("but {text:?} is not known"),
            }),
        }
    }

    /// The values from `low` to `high`.
    fn range(&self, low: u16, high: u16, step: u16) -> Result<Vec<u16>, ItemError> {
        let (min, max) = self.field.range();
        let steps = |low: u16, high: u16| (low..=high).step_by(step.into());
        if self.dialect == Dialect::V1_10 {
            let high = if low > high && high == 0 && self.field == Field::DayOfWeek { 7 } else { high };
            return if low <= high && high <= 10_000 {
                Ok(steps(low, high).collect())
            } else {
                Err("which runs backwards, as dialect 1.10 does not allow".into())
            };
        }
        let (low, high) = (self.alias(low), self.alias(high));
        if low.max(high) > max {
            return Err(format!("but {} is out of range", low.max(high)));
        }
        if low == high {
            // Croniter takes 5-5 for the whole circle.
            return Ok(steps(min, max).collect());
        }
        if low < high {
            return Ok(steps(low, high).collect());
        }
        let mut values: Vec<u16> = steps(low, max).collect();
        let last = values.last().copied().unwrap_or(max);
        let left_over = max - last;
        let goes_over = usize::from(last - min) + usize::from(step) > self.field.size();
        let skip = if goes_over && left_over < step { step - left_over } else { 0 };
        values.extend(steps(min + skip, high));
        Ok(values)
    }

    /// 7 is Sunday, and 0 the first day or month where croniter lets it be.
    fn alias(&self, value: u16) -> u16 {
        let is_free = self.dialect == Dialect::V1_10;
        match (self.field, value) {
            (Field::DayOfWeek, 7) if is_free || self.field_count == 5 => 0,
            (Field::DayOfMonth, 0) if is_free || self.field_count == 6 => 1,
            (Field::Month, 0) if is_free => 1,
            _ => value,
        }
    }

    fn checked(&self, value: u16) -> Result<u16, ItemError> {
        let value = self.alias(value);
        let (min, max) = self.field.range();
        if (min..=max).contains(&value) { Ok(value) } else { Err(format!("but {value} is out of range")) }
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}
