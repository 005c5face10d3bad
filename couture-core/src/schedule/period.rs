//! A length of time as text.

use super::error::ScheduleError;

/// A hundred years.
pub(super) const LONGEST_MS: i64 = 100 * 366 * 86_400_000;

/// Reads a length of time into milliseconds: `1d`, `6h`, `1h30m`, `90s`, `1w`, `500ms`, `2 days`, or as Python prints a timedelta, `6:00:00` and
/// `1 day, 6:00:00`.
///
/// # Errors
/// Text that is no length of time, less than a millisecond, or longer than a hundred years.
pub fn parse_period(text: &str) -> Result<i64, ScheduleError> {
    let wrong = |problem| ScheduleError::Period { text: text.into(), problem };
    let mut total_ms = 0_f64;
    let mut parts = 0;
    let mut rest = text.trim();
    let negative = rest.starts_with('-');
    while !rest.is_empty() {
        let digits = rest.trim_start_matches(['-', '+']);
        let length = digits.find(|c: char| !c.is_ascii_digit() && c != '.' && c != ':').unwrap_or(digits.len());
        let (number, tail) = digits.split_at(length);
        if number.contains(':') {
            total_ms += clock_ms(number).ok_or_else(|| wrong("it is not a length of time"))?;
            rest = tail.trim_start();
        } else {
            let number: f64 = number.parse().map_err(|_| wrong("it is not a length of time"))?;
            let tail = tail.trim_start();
            let length = tail.find(|c: char| !c.is_alphabetic()).unwrap_or(tail.len());
            let (unit, tail) = tail.split_at(length);
            total_ms +=
                number * unit_ms(unit).ok_or_else(|| wrong("a number needs one of the units ms, s, m, h, d, w"))?;
            rest = tail.trim_start_matches([',', ' ']);
        }
        parts += 1;
    }
    if parts == 0 {
        return Err(wrong("it is empty"));
    }
    if negative {
        return Err(wrong("it is negative"));
    }
    check_period_ms(total_ms.round() as i64, text)
}

/// Whether a number of milliseconds can lie between two runs.
pub(super) fn check_period_ms(period_ms: i64, text: &str) -> Result<i64, ScheduleError> {
    let wrong = |problem| Err(ScheduleError::Period { text: text.into(), problem });
    match period_ms {
        ..0 => wrong("it is negative"),
        0 => wrong("it is zero, or less than a millisecond"),
        1..=LONGEST_MS => Ok(period_ms),
        _ => wrong("it is longer than a hundred years"),
    }
}

fn unit_ms(unit: &str) -> Option<f64> {
    Some(match unit {
        "ms" | "milliseconds" | "millisecond" => 1.0,
        "s" | "sec" | "second" | "seconds" => 1_000.0,
        "m" | "min" | "minute" | "minutes" => 60_000.0,
        "h" | "hour" | "hours" => 3_600_000.0,
        "d" | "day" | "days" => 86_400_000.0,
        "w" | "week" | "weeks" => 604_800_000.0,
        _ => return None,
    })
}

/// `6:00:00` or `6:00:00.5`.
fn clock_ms(text: &str) -> Option<f64> {
    let mut parts = text.split(':');
    let (hours, minutes, seconds) = (parts.next()?, parts.next()?, parts.next()?);
    let number = |text: &str| text.parse::<f64>().ok();
    let ended = parts.next().is_none();
    ended.then(|| Some(number(hours)? * 3_600_000.0 + number(minutes)? * 60_000.0 + number(seconds)? * 1_000.0))?
}

/// A number of milliseconds as [`parse_period`] reads it, in the largest units.
pub(super) fn period_text(period_ms: i64) -> String {
    let mut rest = period_ms;
    let mut text = String::new();
    for (unit, length) in
        [("w", 604_800_000), ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)]
    {
        if rest >= length && (unit != "w" || rest % length == 0) {
            text.push_str(&format!("{}{unit}", rest / length));
            rest %= length;
        }
    }
    if text.is_empty() { "0s".into() } else { text }
}
