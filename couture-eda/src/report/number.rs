//! Numbers for people: six digits, thousands apart.

use crate::cell::Kind;
use crate::estimate::Estimate;

/// A number with six digits that count.
pub(crate) fn number(value: f64) -> String {
    if !value.is_finite() {
        return if value.is_nan() { "–".to_owned() } else { format!("{value}") };
    }
    let size = value.abs();
    if value.fract() == 0.0 && size < 1e15 {
        return thousands(&format!("{value:.0}"));
    }
    if !(1e-4..1e12).contains(&size) {
        return format!("{value:.5e}");
    }
    let digits = (5 - size.log10().floor() as i32).clamp(0, 9) as usize;
    let text = format!("{value:.digits$}");
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    thousands(text)
}

/// Puts narrow spaces between thousands.
fn thousands(text: &str) -> String {
    let (sign, rest) = text.strip_prefix('-').map_or(("", text), |rest| ("−", rest));
    let (whole, fraction) = rest.split_once('.').unwrap_or((rest, ""));
    let mut shown = String::from(sign);
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) && whole.len() > 4 {
            shown.push('\u{202f}');
        }
        shown.push(digit);
    }
    if !fraction.is_empty() {
        shown.push('.');
        shown.push_str(fraction);
    }
    shown
}

/// A number with so many digits behind the point; what is written as nothing is not below it.
pub(crate) fn decimals(value: f64, digits: usize) -> String {
    let text = format!("{value:.digits$}");
    match text.strip_prefix('-') {
        Some(size) if size.bytes().all(|byte| matches!(byte, b'0' | b'.')) => size.to_owned(),
        Some(size) => format!("−{size}"),
        None => text,
    }
}

/// A number with its bound, where it is not exact.
pub(crate) fn estimate(estimate: &Estimate) -> String {
    if estimate.is_exact() {
        return number(estimate.value);
    }
    format!("≈ {} ({} to {})", number(estimate.value), number(estimate.low), number(estimate.high))
}

/// A share as percent.
pub(crate) fn percent(share: f64) -> String {
    let value = 100.0 * share;
    match value.abs() {
        size if size == 0.0 || size >= 99.95 => format!("{value:.0} %"),
        size if size >= 10.0 => format!("{value:.1} %"),
        size if size >= 0.01 => format!("{value:.2} %"),
        _ => "< 0.01 %".to_owned(),
    }
}

/// A number of bytes.
pub(crate) fn bytes(count: u64) -> String {
    let units = ["B", "kB", "MB", "GB", "TB", "PB"];
    let (mut value, mut unit) = (count as f64, 0);
    while value >= 1000.0 && unit + 1 < units.len() {
        value /= 1000.0;
        unit += 1;
    }
    if unit == 0 { format!("{count} B") } else { format!("{value:.1} {}", units[unit]) }
}

/// A moment, in seconds, as its kind is written. Source: the algorithm `civil_from_days` of Howard Hinnant.
pub(crate) fn moment(seconds: f64, kind: Kind) -> String {
    let day = (seconds / 86_400.0).floor();
    let within = seconds - day * 86_400.0;
    let clock = || {
        let whole = within.floor() as u64;
        let fraction = within - within.floor();
        let rest = if fraction > 1e-6 {
            format!("{fraction:.6}").trim_end_matches('0')[1..].to_owned()
        } else {
            String::new()
        };
        format!("{:02}:{:02}:{:02}{rest}", whole / 3600, whole / 60 % 60, whole % 60)
    };
    if kind == Kind::Time {
        return clock();
    }
    let z = day as i64 + 719_468;
    let era = z.div_euclid(146_097);
    let day_of_era = z.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let date = format!("{year:04}-{month:02}-{:02}", day_of_year - (153 * shifted + 2) / 5 + 1);
    if kind == Kind::Date { date } else { format!("{date} {}", clock()) }
}

#[test]
fn numbers_are_written_for_people() {
    let check = |value: f64, expected: &str| assert_eq!(number(value).replace('\u{202f}', " "), expected);
    check(6_001_215.0, "6 001 215");
    check(-1234.0, "−1234");
    check(0.1, "0.1");
    check(38_255.138_484_655, "38 255.1");
    check(0.000_012_345, "1.23450e-5");
    check(f64::NAN, "–");
    assert_eq!(percent(0.5), "50.0 %");
    assert_eq!([decimals(-0.0004, 2), decimals(-0.004, 3), decimals(0.12345, 3)], ["0.00", "−0.004", "0.123"]);
    assert_eq!(bytes(765_864_690), "765.9 MB");
}

#[test]
fn moments_are_written_as_they_are_read() {
    for text in ["1970-01-01 00:00:00", "2013-01-01 10:00:00", "1969-12-31 23:59:59", "2000-02-29 12:30:15"] {
        let cell = crate::cell::classify(text.as_bytes());
        assert_eq!(moment(cell.value, Kind::DateTime), text);
        assert_eq!(moment(cell.value, Kind::Date), text[..10]);
        assert_eq!(moment(cell.value, Kind::Time), text[11..]);
    }
}
