//! A span of numbers, mostly of times.

use crate::time::Timestamp;

/// The numbers from one to another, both included; open where a bound is absent. Open on both sides it takes even what has no number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// The least.
    pub from: Option<i64>,
    /// The greatest.
    pub until: Option<i64>,
}

impl Span {
    /// Whether it has no bound.
    pub fn is_open(&self) -> bool {
        self.from.is_none() && self.until.is_none()
    }

    /// Whether a number is in it.
    pub fn takes(&self, number: Option<i64>) -> bool {
        let Some(number) = number else { return self.is_open() };
        self.from.is_none_or(|from| from <= number) && self.until.is_none_or(|until| number <= until)
    }

    /// Whether a time, in microseconds, is in it.
    pub fn takes_time(&self, time: Option<Timestamp>) -> bool {
        self.takes(time.map(Timestamp::as_micros))
    }

    /// Also from `least` on.
    pub fn raise(&mut self, least: i64) {
        self.from = Some(self.from.map_or(least, |from| from.max(least)));
    }

    /// Also up to `greatest` only.
    pub fn lower(&mut self, greatest: i64) {
        self.until = Some(self.until.map_or(greatest, |until| until.min(greatest)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_take_what_is_in_them() {
        let check = |from: Option<i64>, until: Option<i64>, number: Option<i64>, expected: bool| {
            assert_eq!(Span { from, until }.takes(number), expected, "{from:?} {until:?} {number:?}");
        };
        check(None, None, None, true);
        check(None, None, Some(3), true);
        check(Some(1), None, None, false);
        check(Some(1), Some(3), Some(1), true);
        check(Some(1), Some(3), Some(3), true);
        check(Some(1), Some(3), Some(4), false);
        check(Some(1), None, Some(0), false);
    }
}
