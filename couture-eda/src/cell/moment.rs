//! Dates and times as they stand in files, read as seconds.

use super::Kind;

const DAY: f64 = 86_400.0;

/// Reads all of `bytes` as a date, a time, or both: seconds since 1970-01-01 (in UTC where an offset is given), or since
/// midnight for a time alone. Where day and month cannot be told apart (`03/04/2020`), the month comes first.
#[inline]
pub(super) fn read(bytes: &[u8]) -> Option<(Kind, f64)> {
    let (first, rest) = number(bytes)?;
    let (separator, rest) = rest.split_first()?;
    if *separator == b':' {
        return Some((Kind::Time, time(bytes)?));
    }
    if !matches!(separator, b'-' | b'/' | b'.') {
        return None;
    }
    let (second, rest) = number(rest)?;
    let rest = rest.strip_prefix(std::slice::from_ref(separator))?;
    let (third, rest) = number(rest)?;
    let year_first = first.1 == 4;
    let (year, month, day) = match (separator, year_first) {
        (_, true) => (first, second, third),
        (b'/', false) if first.0 <= 12 => (third, first, second),
        (_, false) => (third, second, first),
    };
    if year.1 != 4 || month.1 > 2 || day.1 > 2 {
        return None;
    }
    let seconds = days(i64::from(year.0), month.0, day.0)? as f64 * DAY;
    match rest {
        [] => Some((Kind::Date, seconds)),
        [b'T' | b't' | b' ', clock @ ..] => {
            let (clock, offset) = offset(clock)?;
            Some((Kind::DateTime, seconds + time(clock)? - offset))
        }
        _ => None,
    }
}

/// A number of one to four digits with its width, and what follows it.
#[inline]
fn number(bytes: &[u8]) -> Option<((u32, usize), &[u8])> {
    let width = bytes.iter().take(5).take_while(|byte| byte.is_ascii_digit()).count();
    let value = bytes[..width].iter().fold(0, |value, byte| value * 10 + u32::from(byte - b'0'));
    (1..=4).contains(&width).then_some(((value, width), &bytes[width..]))
}

/// Days since 1970-01-01 of a date of the Gregorian calendar. Source: the algorithm `days_from_civil` of Howard Hinnant.
fn days(year: i64, month: u32, day: u32) -> Option<i64> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if day == 0 || day > length {
        return None;
    }
    let (shifted_year, shifted_month) =
        if month > 2 { (year, i64::from(month) - 3) } else { (year - 1, i64::from(month) + 9) };
    let era = shifted_year.div_euclid(400);
    let year_of_era = shifted_year.rem_euclid(400);
    let day_of_year = (153 * shifted_month + 2) / 5 + i64::from(day) - 1;
    Some(era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468)
}

/// Seconds since midnight of `HH:MM`, `HH:MM:SS` or `HH:MM:SS.fraction`.
fn time(bytes: &[u8]) -> Option<f64> {
    let (hour, rest) = number(bytes)?;
    let (minute, rest) = number(rest.strip_prefix(b":")?)?;
    if hour.0 > 23 || hour.1 > 2 || minute.0 > 59 || minute.1 != 2 {
        return None;
    }
    let whole = f64::from(hour.0 * 3600 + minute.0 * 60);
    if rest.is_empty() {
        return Some(whole);
    }
    let seconds = rest.strip_prefix(b":")?;
    let plain = seconds.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.');
    let seconds: f64 = if plain { std::str::from_utf8(seconds).ok()?.parse().ok()? } else { return None };
    // 60 is a leap second.
    (seconds < 61.0).then_some(whole + seconds)
}

/// Splits an offset from UTC, in seconds, from the end of a time.
fn offset(bytes: &[u8]) -> Option<(&[u8], f64)> {
    if let Some(clock) = bytes.strip_suffix(b"Z").or_else(|| bytes.strip_suffix(b" UTC")) {
        return Some((clock, 0.0));
    }
    let Some(at) = bytes.iter().position(|byte| matches!(byte, b'+' | b'-')) else { return Some((bytes, 0.0)) };
    let sign = if bytes[at] == b'-' { -1.0 } else { 1.0 };
    let digits: Vec<u32> =
        bytes[at + 1..].iter().filter(|byte| **byte != b':').map(|byte| u32::from(byte.wrapping_sub(b'0'))).collect();
    let seconds = match digits.as_slice() {
        digits if digits.iter().any(|digit| *digit > 9) => return None,
        [h, i] => (h * 10 + i) * 3600,
        [h, i, m, n] => (h * 10 + i) * 3600 + (m * 10 + n) * 60,
        _ => return None,
    };
    Some((bytes[..at].trim_ascii_end(), sign * f64::from(seconds)))
}

#[test]
fn moments_are_read() {
    let check = |text: &str, expected: Option<(Kind, f64)>| assert_eq!(read(text.as_bytes()), expected, "{text}");
    check("1970-01-01", Some((Kind::Date, 0.0)));
    check("2000-02-29", Some((Kind::Date, 11_016.0 * DAY)));
    check("1969/12/31", Some((Kind::Date, -DAY)));
    check("31.12.1969", Some((Kind::Date, -DAY)));
    check("12/31/1969", Some((Kind::Date, -DAY)));
    check("31/12/1969", Some((Kind::Date, -DAY)));
    check("1970-01-02T00:00:01Z", Some((Kind::DateTime, DAY + 1.0)));
    check("1970-01-02 01:00:00.5+01:00", Some((Kind::DateTime, DAY + 0.5)));
    check("1970-01-01 00:00 UTC", Some((Kind::DateTime, 0.0)));
    check("23:59", Some((Kind::Time, 86_340.0)));
    check("00:00:01.25", Some((Kind::Time, 1.25)));
    for text in ["2001-02-29", "2000-13-01", "1-2-3", "10.5", "2000-01-01x", "24:00", "2000-01-01T", "1:2", "12345-1-1"]
    {
        check(text, None);
    }
}
