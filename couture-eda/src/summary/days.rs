use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

const DAY: f64 = 86_400.0;
/// 137 years.
const MOST_DAYS: usize = 50_000;

/// The days that moments fall on, up to a bound, to find where the largest gap is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Days {
    days: BTreeSet<i64>,
    last: Option<i64>,
    /// There were more than are kept: the gap is not known.
    overflowed: bool,
}

impl Days {
    /// Takes in a moment, in seconds since 1970.
    #[inline]
    pub fn add(&mut self, seconds: f64) {
        let day = (seconds / DAY).floor() as i64;
        if self.last != Some(day) {
            self.last = Some(day);
            self.insert(day);
        }
    }

    fn insert(&mut self, day: i64) {
        if self.days.len() < MOST_DAYS {
            self.days.insert(day);
        } else if !self.days.contains(&day) {
            self.overflowed = true;
        }
    }

    /// Takes in the days of `other`.
    pub fn merge(&mut self, other: &Self) {
        other.days.iter().for_each(|day| self.insert(*day));
        self.overflowed |= other.overflowed;
    }

    /// The longest run of days on which nothing falls between two on which something does: the seconds from the start of
    /// the day before it to the start of the day after it. `None` where there are less than two days, or too many.
    #[must_use]
    pub fn largest_gap(&self) -> Option<(f64, f64)> {
        if self.overflowed {
            return None;
        }
        let pairs = self.days.iter().zip(self.days.iter().skip(1));
        let (from, to) = pairs.max_by_key(|(from, to)| (*to - *from, -**from))?;
        Some((*from as f64 * DAY, *to as f64 * DAY))
    }
}

#[test]
fn the_largest_gap_is_found() {
    let mut days = Days::default();
    [0.0, 5.0, DAY * 1.5, DAY * 4.2, DAY * 5.0].iter().for_each(|seconds| days.add(*seconds));
    assert_eq!(days.largest_gap(), Some((DAY, DAY * 4.0)));
    assert_eq!(Days::default().largest_gap(), None);
}
