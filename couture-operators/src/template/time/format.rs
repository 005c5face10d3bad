//! Text from and to times: Python's `strftime` and `strptime`, and pendulum's tokens.

use std::fmt::Write;

use chrono::format::{Item, Parsed, StrftimeItems};
use chrono::{Datelike, NaiveDate, NaiveDateTime, Timelike};
use minijinja::Error;

use super::super::arguments::wrong;
use super::zone::Zone;

/// The longest format that is followed.
const MAX_FORMAT_BYTES: usize = 4_096;

/// Python's `strftime` in the C locale. Directives that it shares with chrono are left to that; `%f` has six digits.
pub(super) fn strftime(time: NaiveDateTime, zone: Option<Zone>, format: &str) -> Result<String, Error> {
    let format = directives(format)?;
    let items = items(&format)?;
    let mut text = String::new();
    let written = match zone {
        Some(zone) => write!(text, "{}", zone.at(time).format_with_items(items.iter())),
        // Without a zone, Python writes nothing for %z and %Z.
        None => {
            let format = format.replace("%z", "").replace("%Z", "");
            let items = self::items(&format)?;
            write!(text, "{}", time.format_with_items(items.iter()))
        }
    };
    written.map_err(|_| wrong(format!("the date format {format:?} cannot be followed")))?;
    Ok(text)
}

/// Python's `strptime`: what the format leaves out is 1900-01-01T00:00:00.
pub(in crate::template) fn strptime(text: &str, format: &str) -> Result<(NaiveDateTime, Option<i32>), Error> {
    let misfit = || wrong(format!("time data {text:?} does not match the format {format:?}"));
    let chrono_format = directives(format)?.replace(".%6f", "%.f");
    let mut parsed = Parsed::new();
    chrono::format::parse(&mut parsed, text, items(&chrono_format)?.iter()).map_err(|_| misfit())?;
    let date = parsed.to_naive_date().ok().or_else(|| {
        let year =
            parsed.year().or(parsed.year_mod_100().map(|year| if year < 69 { 2000 + year } else { 1900 + year }));
        NaiveDate::from_ymd_opt(year.unwrap_or(1900), parsed.month().unwrap_or(1), parsed.day().unwrap_or(1))
    });
    let twelve = parsed.hour_mod_12().map(|hour| hour + 12 * parsed.hour_div_12().unwrap_or(0));
    let time = date.ok_or_else(misfit)?.and_hms_nano_opt(
        twelve.unwrap_or(0),
        parsed.minute().unwrap_or(0),
        parsed.second().unwrap_or(0),
        parsed.nanosecond().unwrap_or(0),
    );
    Ok((time.ok_or_else(misfit)?, parsed.offset()))
}

/// Python's directives as chrono's.
fn directives(format: &str) -> Result<String, Error> {
    if format.len() > MAX_FORMAT_BYTES {
        return Err(wrong("the date format is too long"));
    }
    Ok(format.replace("%%", "\u{0}").replace("%f", "%6f").replace('\u{0}', "%%"))
}

fn items(format: &str) -> Result<Vec<Item<'_>>, Error> {
    let items: Vec<_> = StrftimeItems::new(format).collect();
    if items.iter().any(|item| matches!(item, Item::Error)) {
        return Err(wrong(format!("the date format {format:?} has a directive that is not known")));
    }
    Ok(items)
}

/// ISO 8601 as Python's `isoformat` writes it, with `between` between date and time.
pub(super) fn iso(time: NaiveDateTime, zone: Option<Zone>, between: &str) -> String {
    let mut text = format!("{}{between}{}", time.date(), clock(time));
    if let Some(zone) = zone {
        text.push_str(&offset(zone.offset_s(time)));
    }
    text
}

/// Time of day as Python's `time.isoformat` writes it.
pub(super) fn clock(time: NaiveDateTime) -> String {
    match time.nanosecond() / 1_000 {
        0 => time.format("%H:%M:%S").to_string(),
        micros => format!("{}.{micros:06}", time.format("%H:%M:%S")),
    }
}

/// `+01:00`.
pub(super) fn offset(seconds: i32) -> String {
    let (sign, seconds) = if seconds < 0 { ('-', -seconds) } else { ('+', seconds) };
    let mut text = format!("{sign}{:02}:{:02}", seconds / 3_600, seconds / 60 % 60);
    if seconds % 60 != 0 {
        let _ = write!(text, ":{:02}", seconds % 60);
    }
    text
}

/// The tokens of pendulum's `format`, the longest first where one begins another.
const TOKENS: [&str; 33] = [
    "YYYY", "YY", "Y", "MMMM", "MMM", "MM", "Mo", "M", "DDDD", "DDD", "DD", "Do", "D", "dddd", "ddd", "dd", "d", "E",
    "HH", "H", "hh", "h", "mm", "m", "ss", "s", "SSSSSS", "SSS", "A", "ZZ", "Z", "zz", "Q",
];

/// Pendulum's `format`: `YYYY-MM-DD HH:mm:ss`; text in `[…]` stands for itself.
pub(super) fn tokens(time: NaiveDateTime, zone: Option<Zone>, format: &str) -> Result<String, Error> {
    if format.len() > MAX_FORMAT_BYTES {
        return Err(wrong("the date format is too long"));
    }
    let mut text = String::new();
    let mut rest = format;
    while let Some(first) = rest.chars().next() {
        if let Some((inner, after)) = rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            text.push_str(inner);
            rest = after;
        } else if let Some(token) = TOKENS.iter().find(|token| rest.starts_with(**token)) {
            text.push_str(&token_text(time, zone, token)?);
            rest = &rest[token.len()..];
        } else {
            text.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    Ok(text)
}

fn token_text(time: NaiveDateTime, zone: Option<Zone>, token: &str) -> Result<String, Error> {
    let python = match token {
        "YYYY" | "Y" => "%Y",
        "YY" => "%y",
        "MMMM" => "%B",
        "MMM" => "%b",
        "MM" => "%m",
        "M" => "%-m",
        "DDDD" => "%j",
        "DDD" => "%-j",
        "DD" => "%d",
        "D" => "%-d",
        "dddd" => "%A",
        "ddd" => "%a",
        "d" => "%w",
        "E" => "%u",
        "HH" => "%H",
        "H" => "%-H",
        "hh" => "%I",
        "h" => "%-I",
        "mm" => "%M",
        "m" => "%-M",
        "ss" => "%S",
        "s" => "%-S",
        "SSSSSS" => "%f",
        "SSS" => "%3f",
        "A" => "%p",
        "ZZ" => "%z",
        "zz" => "%Z",
        "Z" => return Ok(zone.map_or_else(String::new, |zone| offset(zone.offset_s(time)))),
        "Q" => return Ok((time.month0() / 3 + 1).to_string()),
        "Mo" => return Ok(ordinal(time.month())),
        "Do" => return Ok(ordinal(time.day())),
        "dd" => return Ok(strftime(time, zone, "%a")?.chars().take(2).collect()),
        other => return Err(wrong(format!("the token {other:?} is not known"))),
    };
    strftime(time, zone, python)
}

fn ordinal(number: u32) -> String {
    let ending = match (number % 10, number % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{number}{ending}")
}
