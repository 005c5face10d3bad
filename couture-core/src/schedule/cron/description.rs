//! A cron expression in words.

use super::expression::CronExpression;

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];
const WEEKDAYS: [&str; 7] = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];
const NTH: [&str; 5] = ["1st", "2nd", "3rd", "4th", "5th"];

impl CronExpression {
    /// In words, for the page: `at 06:30 and 18:30 on monday to friday`.
    pub fn description(&self) -> String {
        let field = |at: usize| self.fields.get(at).map_or("*", String::as_str);
        let mut parts = vec![self.times()];
        let (day, weekday) = (field(2), field(4));
        let day_words = (!matches!(day, "*" | "?")).then(|| day_words(day));
        let weekday_words = (!matches!(weekday, "*" | "?")).then(|| weekday_words(weekday));
        match (day_words, weekday_words) {
            (Some(day), Some(weekday)) => parts.push(format!("{day} or {weekday}")),
            (day, weekday) => parts.extend(day.or(weekday)),
        }
        if field(3) != "*" {
            parts.push(format!("in {}", names(field(3), &MONTHS, 1)));
        }
        if field(6) != "*" {
            parts.push(format!("in {}", items(field(6), str::to_owned)));
        }
        parts.join(" ")
    }

    fn times(&self) -> String {
        let field = |at: usize| self.fields.get(at).map(String::as_str);
        let (minute, hour) = (&*self.fields[0], &*self.fields[1]);
        match (numbers(hour), numbers(minute), field(5).map_or(Some(vec![0]), numbers)) {
            (Some(hours), Some(minutes), Some(seconds)) if hours.len() * minutes.len() * seconds.len() <= 6 => {
                let mut times = Vec::new();
                for (hour, minute) in hours.iter().flat_map(|hour| minutes.iter().map(move |minute| (hour, minute))) {
                    times.extend(seconds.iter().map(|second| match field(5) {
                        Some(_) => format!("{hour:02}:{minute:02}:{second:02}"),
                        None => format!("{hour:02}:{minute:02}"),
                    }));
                }
                return format!("at {}", list(&times));
            }
            _ => {}
        }
        let of_hour = match (hour, hour.strip_prefix("*/")) {
            ("*", _) => String::new(),
            (_, Some(step)) => format!(" of every {step} hours"),
            _ => format!(" of {}", plural("hour", hour)),
        };
        let minutes = match (minute, minute.strip_prefix("*/")) {
            ("*", _) => format!("every minute{of_hour}"),
            (_, Some(step)) => format!("every {step} minutes{of_hour}"),
            _ if of_hour.is_empty() => format!("every hour at {}", plural("minute", minute)),
            _ => format!("at {}{of_hour}", plural("minute", minute)),
        };
        match field(5) {
            None | Some("0") => minutes,
            Some("*") => format!("every second of {minutes}"),
            Some(second) => format!("at {} of {minutes}", plural("second", second)),
        }
    }
}

/// `minute 5`, `minutes 5 and 10`.
fn plural(noun: &str, field: &str) -> String {
    let ending = if field.contains([',', '-', '/']) { "s" } else { "" };
    format!("{noun}{ending} {}", items(field, str::to_owned))
}

fn day_words(field: &str) -> String {
    match field {
        "l" => "on the last day of the month".into(),
        _ => format!("on {} of the month", plural("day", &field.replace('l', "last"))),
    }
}

fn weekday_words(field: &str) -> String {
    let is_nth = field.contains(['#', 'l']);
    let words = items(field, |item| {
        if let Some((day, nth)) = item.split_once('#') {
            let nth = nth.parse::<usize>().ok().and_then(|nth| NTH.get(nth.wrapping_sub(1)));
            return format!("the {} {}", nth.unwrap_or(&"?"), names(day, &WEEKDAYS, 0));
        }
        match item.strip_prefix('l') {
            Some(day) => format!("the last {}", names(day, &WEEKDAYS, 0)),
            None => names(item, &WEEKDAYS, 0),
        }
    });
    format!("on {words}{}", if is_nth { " of the month" } else { "" })
}

/// Numbers and short names as full names, the first of which has the number `first`.
fn names(field: &str, known: &[&str], first: usize) -> String {
    let name = |text: &str| {
        let by_number = || known.get(text.parse::<usize>().ok()?.checked_sub(first)? % known.len()).copied();
        let by_name = || known.iter().find(|name| text.len() == 3 && name.starts_with(text)).copied();
        by_number().or_else(by_name).unwrap_or(text).to_owned()
    };
    items(field, |item| match (item.split_once('-'), item.contains('/')) {
        (Some((low, high)), false) => format!("{} to {}", name(low), name(high)),
        _ => name(item),
    })
}

/// The items of a list, each put into words.
fn items(field: &str, word: impl Fn(&str) -> String) -> String {
    list(&field.split(',').map(word).collect::<Vec<_>>())
}

/// `a, b and c`.
fn list(words: &[String]) -> String {
    match words {
        [all @ .., last] if !all.is_empty() => format!("{} and {last}", all.join(", ")),
        _ => words.concat(),
    }
}

/// A list of nothing but numbers.
fn numbers(field: &str) -> Option<Vec<u32>> {
    field.split(',').map(|item| item.parse().ok()).collect()
}
