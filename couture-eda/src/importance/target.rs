use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::cell::{Kind, classify};
use crate::error::EdaError;
use crate::profile::{Profile, Sample, Semantic};

/// Classes that are told apart; the rest is put together.
const MOST_CLASSES: usize = 8;
/// Up to so many different whole numbers are classes.
const MOST_NUMBER_CLASSES: usize = 10;
const OTHER: &str = "(other)";

/// What is to be learnt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Task {
    /// A number.
    Regression,
    /// One of these classes.
    Classification(Vec<String>),
}

/// A column that is to be predicted, or whether it is above, below or equal to something: `delay`, `delay > 15`.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// The name of the column.
    pub column: String,
    comparison: Option<(String, String)>,
}

impl Target {
    /// Reads a target; a column of that very name goes first.
    ///
    /// # Errors
    /// [`EdaError::Target`] where there is no such column.
    pub fn parse(text: &str, names: &[String]) -> Result<Self, EdaError> {
        if names.iter().any(|name| name == text) {
            return Ok(Self { column: text.to_owned(), comparison: None });
        }
        for operator in ["<=", ">=", "!=", "=", "<", ">"] {
            if let Some((column, value)) = text.split_once(operator)
                && names.iter().any(|name| name == column.trim())
            {
                let comparison = Some((operator.to_owned(), value.trim().trim_matches(['\'', '"']).to_owned()));
                return Ok(Self { column: column.trim().to_owned(), comparison });
            }
        }
        let operator = text.find(['<', '>', '=', '!']).filter(|at| *at > 0);
        Err(EdaError::Target {
            column: text.to_owned(),
            reason: no_such_column(operator.map_or(text, |at| &text[..at]), names),
        })
    }

    /// The value of each sampled row: a number, or the number of a class; NaN where there is none.
    pub(super) fn values(&self, sample: &Sample, column: usize) -> (Task, Vec<f64>) {
        let texts = sample.texts(column);
        if let Some((operator, value)) = &self.comparison {
            let names = vec!["no".to_owned(), "yes".to_owned()];
            let values = texts.iter().map(|text| compared(text, operator, value)).collect();
            return (Task::Classification(names), values);
        }
        let mut counts = BTreeMap::<&str, usize>::new();
        texts.iter().filter(|text| is_said(text)).for_each(|text| *counts.entry(text).or_default() += 1);
        let numeric = counts.keys().all(|text| classify(text.as_bytes()).kind.is_number());
        let whole = counts.keys().all(|text| classify(text.as_bytes()).kind == Kind::Integer);
        if numeric && !(whole && counts.len() <= MOST_NUMBER_CLASSES) {
            return (Task::Regression, sample.numbers(column));
        }
        let mut names: Vec<(&str, usize)> = counts.into_iter().collect();
        names.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
        let rest = names.len() > MOST_CLASSES;
        let mut classes: Vec<String> = names
            .iter()
            .take(if rest { MOST_CLASSES - 1 } else { MOST_CLASSES })
            .map(|(name, _)| (*name).to_owned())
            .collect();
        if rest {
            classes.push(OTHER.to_owned());
        } else {
            classes.sort();
        }
        let class = |text: &&str| match classes.iter().position(|class| class == text) {
            Some(at) => at as f64,
            None if is_said(text) => (classes.len() - 1) as f64,
            None => f64::NAN,
        };
        let values = texts.iter().map(class).collect();
        (Task::Classification(classes), values)
    }
}

/// Columns that are named where the one that was is not there, and names that are almost its.
const MOST_NAMED: usize = 20;
const MOST_NEAR: usize = 3;
/// How much alike two names are at least.
const ALIKE: f64 = 0.8;

fn no_such_column(wanted: &str, names: &[String]) -> String {
    if names.is_empty() {
        return "there are no columns at all".to_owned();
    }
    let wanted = wanted.trim().to_lowercase();
    let alike = |name: &String| {
        let lower = name.to_lowercase();
        let is_part = wanted.len() > 1 && (lower.contains(&wanted) || lower.len() > 1 && wanted.contains(&lower));
        strsim::jaro_winkler(&wanted, &lower).max(if is_part { ALIKE } else { 0.0 })
    };
    let mut near: Vec<(f64, &String)> = names.iter().map(|name| (alike(name), name)).collect();
    near.retain(|(score, _)| *score >= ALIKE);
    near.sort_by(|a, b| b.0.total_cmp(&a.0));
    let quoted: Vec<String> = near.iter().take(MOST_NEAR).map(|(_, name)| format!("{name:?}")).collect();
    let near = if quoted.is_empty() { "the".to_owned() } else { format!("is it {}? The", quoted.join(" or ")) };
    let shown = names.iter().take(MOST_NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
    let more = names.len().saturating_sub(MOST_NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("there is no such column; {near} columns are {shown}{more}")
}

fn is_said(text: &str) -> bool {
    !text.is_empty() && classify(text.as_bytes()).kind != Kind::NullToken
}

fn compared(text: &str, operator: &str, value: &str) -> f64 {
    if !is_said(text) {
        return f64::NAN;
    }
    let (a, b) = (classify(text.as_bytes()), classify(value.as_bytes()));
    let comparable = a.kind != Kind::Text && b.kind != Kind::Text;
    let ordering = if comparable { a.value.total_cmp(&b.value) } else { text.cmp(value) };
    let holds = match operator {
        "<" => ordering.is_lt(),
        ">" => ordering.is_gt(),
        "<=" => ordering.is_le(),
        ">=" => ordering.is_ge(),
        "!=" => ordering.is_ne(),
        _ => ordering.is_eq(),
    };
    f64::from(u8::from(holds))
}

/// The column that looks the most like something to be predicted, where none is named: one that is called so, else the
/// last boolean or category of few values, else the last number.
#[must_use]
pub fn propose(profile: &Profile) -> Option<String> {
    let usable = || profile.columns.iter().filter(|column| column.distinct.value > 1.0);
    let called = usable()
        .find(|column| ["target", "label", "class", "outcome", "y"].contains(&column.name.to_lowercase().as_str()));
    let few = || {
        usable().rev().find(|column| {
            matches!(column.semantic, Semantic::Boolean | Semantic::Category) && column.distinct.value <= 10.0
        })
    };
    let number = || usable().rev().find(|column| matches!(column.semantic, Semantic::Decimal | Semantic::Integer));
    called.or_else(few).or_else(number).map(|column| column.name.clone())
}

#[test]
fn targets_are_read() {
    let names = ["a".to_owned(), "b > 1".to_owned(), "b".to_owned()];
    let check = |text: &str, column: &str, compares: bool| {
        let target = Target::parse(text, &names).unwrap();
        assert_eq!((target.column.as_str(), target.comparison.is_some()), (column, compares));
    };
    check("a", "a", false);
    check("b > 1", "b > 1", false);
    check("b > 2", "b", true);
    check("a>=2", "a", true);
    let names: Vec<String> = (0..30).map(|at| format!("column_{at}")).chain(["arr_delay".to_owned()]).collect();
    let check = |text: &str, parts: &[&str]| {
        let error = Target::parse(text, &names).unwrap_err().to_string();
        assert!(parts.iter().all(|part| error.contains(part)) && error.len() < 500, "{error}");
    };
    check("arr_dealy > 15", &["no such column; is it \"arr_delay\"?", "column_19 and 11 more"]);
    check("Arr_Delay", &["is it \"arr_delay\"?"]);
    check("delay", &["is it \"arr_delay\"?"]);
    check("zzz", &["no such column; the columns are column_0, "]);
    assert_eq!([compared("16", ">", "15"), compared("9", ">", "15"), compared("x", "=", "x")], [1.0, 0.0, 1.0]);
    assert!(compared("NA", ">", "15").is_nan());
}
