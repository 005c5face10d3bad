//! Columns as numbers to learn from.

use std::collections::HashMap;

use crate::cell::Kind;
use crate::profile::{ColumnProfile, Profile, Sample, Semantic};

/// Different texts up to which a column is learnt from.
const MOST_LEVELS: usize = 1000;
/// Columns that are learnt from.
const MOST_FEATURES: usize = 500;

/// A column to learn from.
#[derive(Clone, Debug)]
pub(super) struct Encoded {
    pub(super) name: String,
    /// The value of each row; NaN is missing. A category is the rank of its frequency.
    pub(super) values: Vec<f64>,
    /// What the values are; numbers and moments as they are.
    pub(super) kind: Option<Kind>,
    /// The names of the categories by their values.
    pub(super) levels: Option<Vec<String>>,
}

/// The columns that can be learnt from, but for `target`, and those that cannot, with the reason.
pub(super) fn encode(profile: &Profile, sample: &Sample, target: usize) -> (Vec<Encoded>, Vec<(String, String)>) {
    let (mut features, mut left_out) = (Vec::new(), Vec::new());
    for (at, column) in profile.columns.iter().enumerate().filter(|(at, _)| *at != target) {
        let encoded = if features.len() == MOST_FEATURES {
            Err("there are more columns than are learnt from")
        } else {
            encode_one(column, sample, at)
        };
        match encoded {
            Ok(feature) => features.push(feature),
            Err(reason) => left_out.push((column.name.clone(), reason.to_owned())),
        }
    }
    (features, left_out)
}

fn encode_one(column: &ColumnProfile, sample: &Sample, at: usize) -> Result<Encoded, &'static str> {
    let (name, kind) = (column.name.clone(), column.kind);
    if column.distinct.value <= 1.0 {
        return Err("it does not vary");
    }
    if column.numbers.is_some() || column.moments.is_some() {
        return Ok(Encoded { name, kind, values: sample.numbers(at), levels: None });
    }
    if matches!(column.semantic, Semantic::Id | Semantic::Url | Semantic::Email) {
        return Err("it names rows rather than describing them");
    }
    let texts = sample.texts(at);
    let mut counts = HashMap::<&str, usize>::new();
    texts.iter().filter(|text| !text.is_empty()).for_each(|text| *counts.entry(text).or_default() += 1);
    if counts.len() > MOST_LEVELS {
        return Err("it is text with too many different values");
    }
    let mut levels: Vec<(&str, usize)> = counts.into_iter().collect();
    levels.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
    let ranks: HashMap<&str, usize> = levels.iter().enumerate().map(|(rank, (text, _))| (*text, rank)).collect();
    let values = texts.iter().map(|text| ranks.get(text).map_or(f64::NAN, |rank| *rank as f64)).collect();
    let names = levels.iter().map(|(text, _)| (*text).to_owned()).collect();
    Ok(Encoded { name, kind, values, levels: Some(names) })
}
