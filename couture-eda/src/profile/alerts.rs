//! What there is to look at in a profile.

use super::{Alert, AlertKind, ColumnProfile, Measure, Pair, Profile, Semantic, TopValue};
use crate::cell::{Kind, Kinds};

/// Correlations from here on are told.
const HIGH_CORRELATION: f64 = 0.9;
/// Correlations that are told at most.
const MOST_CORRELATIONS: usize = 30;
/// A correlation with the target from here on gives it away.
const LEAKING: f64 = 0.95;

/// All alerts, those about the table first. `target` is the number of a column that is to be predicted.
pub(super) fn all(profile: &Profile, target: Option<usize>) -> Vec<Alert> {
    let mut alerts = Vec::new();
    if profile.rows == 0 {
        let text = match profile.columns.len() {
            0 => "the source holds nothing: no columns and no rows".to_owned(),
            1 => "the source holds no rows, only the name of a column".to_owned(),
            columns => format!("the source holds no rows, only the names of {columns} columns"),
        };
        alerts.push(Alert { kind: AlertKind::Empty, column: None, text });
    }
    if profile.duplicates.value >= 1.0 && profile.rows > 0 {
        let sign = if profile.duplicates.is_exact() { "" } else { "about " };
        let share = percent(profile.duplicates.value, profile.rows as f64);
        let text = format!("{sign}{} rows ({share}) are there before", profile.duplicates.value);
        alerts.push(Alert { kind: AlertKind::Duplicates, column: None, text });
    }
    for (at, column) in profile.columns.iter().enumerate() {
        let mut add = |kind, text: String| alerts.push(Alert { kind, column: Some(at), text });
        presence(column, profile.rows, &mut add);
        values(column, profile.rows, &mut add);
        numbers(column, &mut add);
        kinds(column, &mut add);
    }
    correlations(profile, target, &mut alerts);
    alerts
}

fn percent(part: f64, whole: f64) -> String {
    let share = 100.0 * part / whole.max(1.0);
    if share >= 10.0 || share == 0.0 { format!("{share:.0} %") } else { format!("{share:.2} %") }
}

fn times(count: u64) -> String {
    if count == 1 { "once".to_owned() } else { format!("{count} times") }
}

fn presence(column: &ColumnProfile, rows: u64, add: &mut impl FnMut(AlertKind, String)) {
    let absent = column.absent();
    if rows == 0 {
        return;
    }
    if absent == rows {
        add(AlertKind::Empty, "no cell says anything".to_owned());
        return;
    }
    if absent as f64 > 0.05 * rows as f64 {
        add(AlertKind::Missing, format!("{absent} values ({}) are missing", percent(absent as f64, rows as f64)));
    }
    if !column.null_tokens.is_empty() {
        let tokens: Vec<_> =
            column.null_tokens.iter().map(|(token, count)| format!("{token:?} {}", times(*count))).collect();
        add(AlertKind::NullTokens, format!("words stand for missing values: {}", tokens.join(", ")));
    }
}

fn values(column: &ColumnProfile, rows: u64, add: &mut impl FnMut(AlertKind, String)) {
    let valued = (rows - column.absent().min(rows)) as f64;
    let distinct = column.distinct.value - column.null_tokens.len() as f64;
    if valued < 2.0 {
        return;
    }
    if distinct <= 1.0 {
        add(AlertKind::Constant, "all values are the same".to_owned());
        return;
    }
    let textual = matches!(column.kind, Some(Kind::Text));
    if column.distinct.is_exact() && distinct >= valued {
        add(AlertKind::Unique, "every value is there once".to_owned());
    } else if column.distinct.high >= valued && column.top_error as f64 <= 0.01 * valued && column.top.is_empty() {
        add(AlertKind::Unique, "as far as can be told, every value is there once".to_owned());
    }
    if column.semantic == Semantic::Id {
        add(AlertKind::IdLike, "it names rows rather than describing them".to_owned());
    } else if textual && distinct > 50.0 && matches!(column.semantic, Semantic::Category | Semantic::Code) {
        add(AlertKind::HighCardinality, format!("{distinct} different values"));
    }
    if let Some(counts) = column.counts.as_ref().filter(|_| (2.0..=50.0).contains(&distinct)) {
        spread_of_counts(counts, valued, distinct, add);
    }
    if textual {
        dirty(&column.top, add);
    }
}

fn spread_of_counts(counts: &[u64], valued: f64, distinct: f64, add: &mut impl FnMut(AlertKind, String)) {
    let (most, least) = (counts[0] as f64, counts.last().map_or(0.0, |count| *count as f64));
    if most >= 0.9 * valued {
        add(AlertKind::Imbalance, format!("one value is {} of all", percent(most, valued)));
    }
    let expected = valued / distinct;
    if distinct >= 5.0 && most - least <= 6.0 * expected.sqrt() && expected >= 20.0 {
        add(AlertKind::Uniform, "all values are as frequent as each other".to_owned());
    }
}

/// Values that are one but for case, spaces and punctuation.
fn dirty(top: &[TopValue], add: &mut impl FnMut(AlertKind, String)) {
    let mut seen = std::collections::BTreeMap::<String, &str>::new();
    for value in top {
        let plain: String = value.text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
        if plain.is_empty() {
            continue;
        }
        if let Some(other) = seen.insert(plain, &value.text) {
            let text = format!("{other:?} and {:?} differ in case, spaces or punctuation only", value.text);
            add(AlertKind::DirtyCategory, text);
            return;
        }
    }
}

fn numbers(column: &ColumnProfile, add: &mut impl FnMut(AlertKind, String)) {
    if let Some((from, to)) = column.moments.as_ref().and_then(|moments| {
        let gap = moments.gap?;
        let long = gap.1 - gap.0 > 0.1 * (moments.max - moments.min) && gap.1 - gap.0 > 2.0 * 86_400.0;
        (long && moments.count > 50).then_some(gap)
    }) {
        add(AlertKind::Gap, format!("nothing for {} days", (to - from) / 86_400.0 - 1.0));
    }
    let Some(numbers) = &column.numbers else { return };
    let count = numbers.count as f64;
    if numbers.zeros as f64 > 0.5 * count && column.semantic != Semantic::Boolean {
        add(AlertKind::Zeros, format!("{} are 0", percent(numbers.zeros as f64, count)));
    }
    let (plus, minus) = numbers.infinities;
    if plus + minus > 0 {
        add(AlertKind::Infinite, format!("{plus} times infinity and {minus} times minus infinity"));
    }
    if let Some(skewness) = numbers.skewness.filter(|skewness| skewness.abs() > 3.0)
        && !matches!(column.semantic, Semantic::Id | Semantic::Boolean)
    {
        add(AlertKind::Skewed, format!("the skewness is {skewness:.1}"));
    }
}

fn kinds(column: &ColumnProfile, add: &mut impl FnMut(AlertKind, String)) {
    if column.leading_zeros > 0 {
        let text =
            format!("{} whole numbers begin with a zero, which reading them as numbers loses", column.leading_zeros);
        add(AlertKind::LeadingZeros, text);
    }
    if column.kind != Some(Kind::Text) {
        return;
    }
    let mut counts = Kinds::default();
    column.kinds.iter().for_each(|(kind, count)| counts.add(*kind, *count));
    let texts = counts.count(Kind::Text);
    let valued = counts.valued();
    if let Some((kind, share)) = counts.leading().filter(|(kind, share)| *kind != Kind::Text && *share < 1.0) {
        let text = format!("{} are of the kind {}, and the rest is not", percent(share, 1.0), kind.name());
        add(AlertKind::MixedTypes, text);
    } else if texts < valued && (valued - texts) as f64 > 0.01 * valued as f64 {
        let others: Vec<_> = column.kinds.iter().map(|(kind, count)| format!("{count} {}", kind.name())).collect();
        add(AlertKind::MixedTypes, format!("kinds differ: {}", others.join(", ")));
    }
    let dressed = column.top.iter().filter(|value| is_dressed_number(&value.text)).count();
    if dressed > 0 && dressed * 10 >= column.top.len() * 8 {
        let text = "numbers stand with currencies, percent signs or separators of thousands".to_owned();
        add(AlertKind::NumberAsText, text);
    }
}

/// Whether a text is a number but for separators, a currency, or a percent sign.
fn is_dressed_number(text: &str) -> bool {
    let plain: String = text.chars().filter(|c| !matches!(c, ',' | '\'' | ' ' | '%' | '$' | '€' | '£' | '¥')).collect();
    plain.len() < text.len() && plain.bytes().any(|byte| byte.is_ascii_digit()) && plain.parse::<f64>().is_ok()
}

fn correlations(profile: &Profile, target: Option<usize>, alerts: &mut Vec<Alert>) {
    let name = |column: usize| &profile.columns[column].name;
    let mut told = std::collections::BTreeSet::new();
    let mut high: Vec<&Pair> = profile.pairs.iter().filter(|pair| pair.value.abs() >= HIGH_CORRELATION).collect();
    high.sort_by(|a, b| b.value.abs().total_cmp(&a.value.abs()));
    for pair in high {
        let sign = match pair.measure {
            Measure::Pearson => "Pearson",
            Measure::Spearman => "Spearman",
            Measure::CramersV => "Cramér's V",
            Measure::CorrelationRatio => "correlation ratio",
        };
        for (column, other) in [(pair.a, pair.b), (pair.b, pair.a)] {
            if target == Some(other) && pair.value.abs() >= LEAKING && told.insert((other, column)) {
                let text = format!("it gives away the target {:?} ({sign} {:.3})", name(other), pair.value);
                alerts.push(Alert { kind: AlertKind::Leakage, column: Some(column), text });
            }
        }
        if told.len() < MOST_CORRELATIONS && told.insert((pair.a.min(pair.b), pair.a.max(pair.b))) {
            let text = format!("it goes with {:?} ({sign} {:.3})", name(pair.b), pair.value);
            alerts.push(Alert { kind: AlertKind::HighCorrelation, column: Some(pair.a), text });
        }
    }
}
