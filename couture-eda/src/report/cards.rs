//! The part of a page about one column.

use std::fmt::Write;

use super::{bytes, escape, estimate, moment, number, percent, shapes};
use crate::cell::Kind;
use crate::profile::{Alert, ColumnProfile, MomentStats, NumberStats, Profile, TextStats};

/// Columns from which on less is shown of each, so that the page stays small.
const WIDE: usize = 200;

/// The card of the column with the number `at`.
pub(super) fn card(profile: &Profile, at: usize) -> String {
    let column = &profile.columns[at];
    let wide = profile.columns.len() > WIDE;
    let alerts = profile.alerts.iter().filter(|alert| alert.column == Some(at));
    let tags: String = alerts.take(20).map(tag).collect();
    let mut facts = Facts(String::new());
    facts.add("missing", &count_of(column.missing, profile.rows));
    for (token, count) in &column.null_tokens {
        facts.add(&format!("“{}”", escape(token)), &count_of(*count, profile.rows));
    }
    facts.add("distinct", &estimate(&column.distinct));
    if column.kinds.len() > 1 {
        let kinds: Vec<_> =
            column.kinds.iter().map(|(kind, count)| format!("{} {}", number(*count as f64), kind.name())).collect();
        facts.add("kinds", &kinds.join(", "));
    }
    if let Some(order) = &column.order {
        facts.add("order", order);
    }
    facts.add("size", &bytes(column.bytes));
    let kind = column.kind.unwrap_or(Kind::Text);
    column.numbers.iter().for_each(|numbers| number_facts(numbers, &mut facts));
    column.moments.iter().for_each(|moments| moment_facts(moments, kind, &mut facts));
    column.texts.iter().for_each(|texts| text_facts(texts, wide, &mut facts));
    let storage = if column.storage.is_empty() { String::new() } else { format!(" · {}", escape(&column.storage)) };
    format!(
        "<section class=c id=c{at} data-n=\"{}\"><h3>{} <small>{}{storage}</small></h3><p>{tags}</p>\
         <div class=g><table class=f>{}</table><div>{}{}</div></div></section>\n",
        escape(&column.name.to_lowercase()),
        escape(&column.name),
        column.semantic.name(),
        facts.0,
        histogram(column, kind),
        top(column, profile.rows, if wide { 5 } else { 12 }),
    )
}

/// An alert as a tag with its sentence.
pub(super) fn tag(alert: &Alert) -> String {
    format!(
        "<span class=t title=\"{}\"><b>{}</b> {}</span> ",
        escape(&alert.text),
        alert.kind.name(),
        escape(&alert.text)
    )
}

fn count_of(count: u64, rows: u64) -> String {
    let share = count as f64 / rows.max(1) as f64;
    if count == 0 { "0".to_owned() } else { format!("{} ({})", number(count as f64), percent(share)) }
}

struct Facts(String);

impl Facts {
    fn add(&mut self, name: &str, value: &str) {
        let _ = write!(self.0, "<tr><th>{name}<td>{value}");
    }

    fn number(&mut self, name: &str, value: Option<f64>) {
        if let Some(value) = value {
            self.add(name, &number(value));
        }
    }
}

fn number_facts(numbers: &NumberStats, facts: &mut Facts) {
    facts.number("min", Some(numbers.min));
    for (rank, value) in &numbers.quantiles {
        facts.add(&rank_name(*rank), &estimate(value));
    }
    facts.number("max", Some(numbers.max));
    facts.number("mean", Some(numbers.mean));
    facts.number("sd", numbers.deviation);
    facts.number("IQR", Some(numbers.iqr));
    facts.number("skewness", numbers.skewness);
    facts.number("kurtosis", numbers.kurtosis);
    facts.add("zeros", &count_of(numbers.zeros, numbers.count));
    facts.add("negatives", &count_of(numbers.negatives, numbers.count));
    if numbers.infinities != (0, 0) {
        facts.add("infinities", &format!("{} + and {} −", numbers.infinities.0, numbers.infinities.1));
    }
    facts.add("outliers", &estimate(&numbers.outliers));
}

fn rank_name(rank: f64) -> String {
    if rank == 0.5 { "median".to_owned() } else { format!("{} %", number(100.0 * rank)) }
}

fn moment_facts(moments: &MomentStats, kind: Kind, facts: &mut Facts) {
    facts.add("first", &moment(moments.min, kind));
    for (rank, value) in moments.quantiles.iter().filter(|(rank, _)| [0.05, 0.25, 0.5, 0.75, 0.95].contains(rank)) {
        let sign = if value.is_exact() { "" } else { "≈ " };
        let bound = if value.is_exact() {
            String::new()
        } else {
            format!(" ({} to {})", moment(value.low, kind), moment(value.high, kind))
        };
        facts.add(&rank_name(*rank), &format!("{sign}{}{bound}", moment(value.value, kind)));
    }
    facts.add("last", &moment(moments.max, kind));
    let mean = if moments.max - moments.min >= 60.0 { moments.mean.round() } else { moments.mean };
    facts.add("mean", &moment(mean, kind));
    if let Some((from, to)) = moments.gap.filter(|(from, to)| to - from > 86_400.0 && kind != Kind::Time) {
        let days = (to - from) / 86_400.0 - 1.0;
        let text = format!("{} days, {} to {}", number(days), moment(from, Kind::Date), moment(to, Kind::Date));
        facts.add("largest gap", &text);
    }
}

fn text_facts(texts: &TextStats, wide: bool, facts: &mut Facts) {
    let lengths = format!("{} to {}, mean {}", texts.shortest, texts.longest, number(texts.mean_length));
    facts.add("characters", &lengths);
    let short = |text: &str| escape(&text.chars().take(60).collect::<String>());
    facts.add("first", &short(&texts.first));
    facts.add("last", &short(&texts.last));
    if !wide && !texts.words.is_empty() {
        let words: Vec<_> =
            texts.words.iter().take(12).map(|(word, count)| format!("{} {count}", short(word))).collect();
        facts.add("words (sample)", &words.join(", "));
    }
    let scripts: Vec<_> = texts.scripts.iter().map(|(script, share)| format!("{script} {}", percent(*share))).collect();
    if !scripts.is_empty() {
        facts.add("scripts (sample)", &scripts.join(", "));
    }
}

fn histogram(column: &ColumnProfile, kind: Kind) -> String {
    let Some(histogram) = &column.histogram else { return String::new() };
    let (low, high) = match (&column.numbers, &column.moments) {
        (Some(numbers), _) => (number(numbers.min), number(numbers.max)),
        (None, Some(moments)) => (moment(moments.min, kind), moment(moments.max, kind)),
        (None, None) => return String::new(),
    };
    let error = if histogram.error > 0.0 {
        format!("<small>each bar ± {}</small>", percent(histogram.error))
    } else {
        String::new()
    };
    shapes::histogram(histogram, &low, &high) + &error
}

fn top(column: &ColumnProfile, rows: u64, most: usize) -> String {
    let mut shown = String::new();
    let unique = column.top.first().is_none_or(|value| value.count.high <= 1.0);
    for value in column.top.iter().take(if unique { 3 } else { most }) {
        let share = value.count.value / rows.max(1) as f64;
        let bound = if value.count.is_exact() {
            String::new()
        } else {
            format!(" <small>± {}</small>", number((value.count.high - value.count.low) / 2.0))
        };
        let _ = write!(
            shown,
            "<tr><td><code>{}</code><td>{}{bound}<td><meter value={share:.3}></meter> {}",
            escape(&value.text.chars().take(80).collect::<String>()),
            number(value.count.value),
            percent(share)
        );
    }
    if column.top_error > 0 {
        let _ = write!(
            shown,
            "<tr><td colspan=3><small>no other value is there more than {} times</small>",
            number(column.top_error as f64)
        );
    }
    format!("<table class=v>{shown}</table>")
}
