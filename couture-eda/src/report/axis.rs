//! The scale of a picture: where values lie along it, and the marks that tell so.

use super::{moment, number};
use crate::cell::Kind;

const DAY: f64 = 86_400.0;

/// A scale from the smallest to the largest value, with a few marks.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Axis {
    range: (f64, f64),
    /// The values that are marked, ascending, and what is written there.
    pub(crate) marks: Vec<(f64, String)>,
}

impl Axis {
    /// A scale over `range`: marked by round numbers, or by dates and times where the values are moments in seconds.
    pub(crate) fn new(range: (f64, f64), kind: Option<Kind>) -> Self {
        let marks = match kind.filter(|kind| kind.is_moment()) {
            Some(kind) => moments(range, kind),
            None => numbers(range),
        };
        Self { range, marks }
    }

    /// Where a value lies, from 0 to 1.
    pub(crate) fn place(&self, value: f64) -> f64 {
        let (low, high) = self.range;
        if high > low { ((value - low) / (high - low)).clamp(0.0, 1.0) } else { 0.5 }
    }

    /// The marks by their places, with how a text there is anchored: none sticks out at an end.
    pub(crate) fn across(&self) -> impl Iterator<Item = (f64, &'static str, &str)> {
        self.marks.iter().map(|(value, text)| {
            let place = self.place(*value);
            let anchor = match place {
                place if place < 0.08 => "start",
                place if place > 0.92 => "end",
                _ => "middle",
            };
            (place, anchor, text.as_str())
        })
    }
}

/// At least three multiples of 1, 2 or 5 times a power of ten, as far apart as can be; the ends where there are none.
fn numbers((low, high): (f64, f64)) -> Vec<(f64, String)> {
    let width = high - low;
    if !width.is_finite() || width <= 0.0 {
        return vec![(low, number(low))];
    }
    let power = 10_f64.powf(width.log10().floor());
    let marked = |step: f64| {
        let (first, last) = ((low / step - 1e-9).ceil() as i64, (high / step + 1e-9).floor() as i64);
        (0..=last.saturating_sub(first)).take(10).map(move |at| (first + at) as f64 * step)
    };
    let step = [5.0, 2.0, 1.0, 0.5, 0.2].map(|times| times * power).into_iter().find(|step| marked(*step).count() >= 3);
    // Where numbers are so large that they differ in their last digits only, all marks would be one.
    let Some(step) = step.filter(|step| step.abs() > 1e-9 * low.abs().max(high.abs())) else {
        return vec![(low, number(low)), (high, number(high))];
    };
    marked(step).map(|value| value.clamp(low, high)).map(|value| (value, compact(value, step))).collect()
}

/// A multiple of `step` in little space: large ones in thousands, millions and so on.
fn compact(value: f64, step: f64) -> String {
    let value = (value / step).round() * step;
    let units = [(1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")];
    match units.iter().find(|(unit, _)| step >= *unit && value.abs() >= 1e4 && value.abs() < 1e15) {
        Some((unit, name)) => format!("{}{name}", number(value / unit)),
        None => number(value),
    }
}

/// The ends and places between them, at whole days or minutes where the range is long enough.
fn moments((low, high): (f64, f64), kind: Kind) -> Vec<(f64, String)> {
    let width = high - low;
    let is_long = kind == Kind::Date || kind == Kind::DateTime && width >= 4.0 * DAY;
    let unit = match width {
        _ if is_long => DAY,
        width if width >= 600.0 => 60.0,
        _ => 1.0,
    };
    let count = if kind == Kind::DateTime && !is_long { 2 } else { 3 };
    let text = |value: f64| match kind {
        _ if is_long => moment(value, Kind::Date),
        kind if unit == 60.0 => {
            moment(value, kind).get(..if kind == Kind::Time { 5 } else { 16 }).unwrap_or("").to_owned()
        }
        kind => moment(value.round(), kind),
    };
    let mut marks: Vec<(f64, String)> = (0..count)
        .map(|at| low + width * at as f64 / (count - 1) as f64)
        .map(|value| ((value / unit).floor() * unit).max(low))
        .map(|value| (value, text(value)))
        .collect();
    marks.dedup_by(|a, b| a.1 == b.1);
    marks
}

#[test]
fn marks_are_round_numbers_and_dates() {
    let check = |range: (f64, f64), kind: Option<Kind>, expected: &[&str]| {
        let axis = Axis::new(range, kind);
        let texts: Vec<String> = axis.marks.iter().map(|(_, text)| text.replace('\u{202f}', " ")).collect();
        assert_eq!(texts, expected, "{range:?}");
        assert!(axis.marks.iter().all(|(value, _)| (range.0..=range.1).contains(value)), "{axis:?}");
    };
    check((0.0, 1.0), None, &["0", "0.5", "1"]);
    check((0.067, 0.994), None, &["0.2", "0.4", "0.6", "0.8"]);
    check((-10.0, 150.0), None, &["0", "50", "100", "150"]);
    check((0.0, 4e6), None, &["0", "2M", "4M"]);
    check((7.0, 7.0), None, &["7"]);
    let at = |text: &str| crate::cell::classify(text.as_bytes()).value;
    let (first, last) = (at("2013-01-01 05:00:00"), at("2013-12-31 23:00:00"));
    check((first, last), Some(Kind::DateTime), &["2013-01-01", "2013-07-02", "2013-12-31"]);
    check((at("2013-01-01"), at("2013-01-02")), Some(Kind::Date), &["2013-01-01", "2013-01-02"]);
    check((first, first + 7200.0), Some(Kind::DateTime), &["2013-01-01 05:00", "2013-01-01 07:00"]);
    check((at("08:00"), at("17:30")), Some(Kind::Time), &["08:00", "12:45", "17:30"]);
}
