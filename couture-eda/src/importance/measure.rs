use serde::{Deserialize, Serialize};

use super::bins;
use super::features::{Encoded, encode};
use super::model::{EXPLAINED_ROWS, Model, PERMUTED_ROWS, Rows};
use super::score::{area_under_curve, explained};
use super::target::{Target, Task};
use crate::cell::Kind;
use crate::error::EdaError;
use crate::hash::spread;
use crate::profile::Sample;
use crate::state::State;

/// Rows to learn from at least.
const LEAST_ROWS: usize = 50;
/// One row in so many is held out.
const HELD_OUT: u64 = 5;
/// A feature that alone scores so high gives the target away: area under the curve, and explained variance.
const LEAKING: (f64, f64) = (0.85, 0.8);
/// Features of which the dependence is drawn.
const MOST_CURVES: usize = 6;
const CURVE_POINTS: usize = 24;

/// Which columns tell most about a target.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Importance {
    /// What was read.
    pub sources: Vec<String>,
    /// The target as it was given.
    pub target: String,
    /// What was learnt.
    pub task: Task,
    /// The share of each class, in their order.
    pub class_shares: Vec<f64>,
    /// All rows of the table.
    pub rows: u64,
    /// Rows that were drawn at random and have a target: to learn from, and held out.
    pub sampled: (usize, usize),
    /// What the score is.
    pub score_name: String,
    /// The score on the rows that were held out.
    pub score: f64,
    /// The score of knowing nothing but the target's mean or most frequent class.
    pub baseline: f64,
    /// The features, the most important first.
    pub features: Vec<Feature>,
    /// Columns that were left out, with the reason.
    pub left_out: Vec<(String, String)>,
    /// Features that give the target away on their own.
    pub leaking: Vec<String>,
    /// How the predictions depend on the most important features.
    pub curves: Vec<Curve>,
}

/// A column and how much it tells.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Feature {
    /// The name.
    pub name: String,
    /// The share of the trees' gain.
    pub gain: f64,
    /// How much the score falls when its values are mixed among the rows.
    pub permutation: f64,
    /// The mean size of its Shapley values.
    pub shapley: f64,
    /// The mutual information with the target, in bits.
    pub information: f64,
    /// What it scores on its own: area under the curve, or explained variance.
    pub alone: f64,
}

/// How the predictions depend on one feature.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Curve {
    /// The name.
    pub feature: String,
    /// What the values are: of a date or time, they are in seconds.
    pub kind: Option<Kind>,
    /// The values, ascending, and the mean prediction where all rows have that value.
    pub points: Vec<(f64, f64)>,
    /// The names of the values, of a category.
    pub labels: Option<Vec<String>>,
}

/// Measures what the columns tell about `target`: a column, or a comparison such as `delay > 15`.
///
/// # Errors
/// [`EdaError::Target`] where it cannot be learnt.
pub fn measure(state: &State, target: &str) -> Result<Importance, EdaError> {
    let unusable = |reason: String| EdaError::Target { column: target.to_owned(), reason };
    let parsed = Target::parse(target, &state.table.names)?;
    let column = state.table.names.iter().position(|name| *name == parsed.column).unwrap_or_default();
    let profile = state.finish(Some(&parsed.column));
    let rows = state.table.sample.clone().into_rows();
    let sample = Sample::new(&rows, state.table.names.len());
    let (task, values) = parsed.values(&sample, column);
    let usable: Vec<usize> = (0..sample.rows).filter(|row| !values[*row].is_nan()).collect();
    if usable.len() < LEAST_ROWS {
        return Err(unusable(format!("only {} sampled rows have a value; {LEAST_ROWS} are needed", usable.len())));
    }
    let class_shares = class_shares(&task, &values, &usable);
    if matches!(task, Task::Classification(_)) && class_shares.iter().filter(|share| **share > 0.0).count() < 2 {
        return Err(unusable("all sampled rows have the same value".to_owned()));
    }
    let (features, left_out) = encode(&profile, &sample, column);
    if features.is_empty() {
        return Err(unusable("there is no other column to learn from".to_owned()));
    }
    let (held, learnt): (Vec<usize>, Vec<usize>) =
        usable.iter().partition(|row| spread(rows[**row].position).is_multiple_of(HELD_OUT));
    let columns: Vec<&[f64]> = features.iter().map(|feature| feature.values.as_slice()).collect();
    let model = Model::learn(&Rows::new(&columns, &values, &learnt), &task).map_err(unusable)?;
    let part = |most: usize| Rows::new(&columns, &values, &held[..held.len().min(most)]);
    let gains = model.gains(features.len());
    let drops = model.permutation_drops(&mut part(PERMUTED_ROWS));
    let shapley = model.shapley(&part(EXPLAINED_ROWS));
    let singles = singles(&features, &task, &values, &learnt, &held);
    let mut measured: Vec<Feature> = features
        .iter()
        .enumerate()
        .map(|(at, feature)| Feature {
            name: feature.name.clone(),
            gain: gains[at],
            permutation: drops[at],
            shapley: shapley[at],
            information: singles[at].0,
            alone: singles[at].1,
        })
        .collect();
    let (score_name, baseline, leaking) = scale(&task, &class_shares);
    let leaking =
        measured.iter().filter(|feature| feature.alone >= leaking).map(|feature| feature.name.clone()).collect();
    measured.sort_by(|a, b| b.shapley.total_cmp(&a.shapley).then_with(|| a.name.cmp(&b.name)));
    let curves = curves(&model, &features, &measured, &mut part(EXPLAINED_ROWS));
    Ok(Importance {
        sources: state.sources.clone(),
        target: target.to_owned(),
        score: model.score(&part(usize::MAX)),
        sampled: (learnt.len(), held.len()),
        rows: state.table.rows,
        features: measured,
        task,
        class_shares,
        score_name,
        baseline,
        left_out,
        leaking,
        curves,
    })
}

fn class_shares(task: &Task, values: &[f64], usable: &[usize]) -> Vec<f64> {
    let Task::Classification(classes) = task else { return Vec::new() };
    let share =
        |class: usize| usable.iter().filter(|row| values[**row] == class as f64).count() as f64 / usable.len() as f64;
    (0..classes.len()).map(share).collect()
}

/// The name of the score, what knowing nothing scores, and from where on a feature alone gives the target away.
fn scale(task: &Task, class_shares: &[f64]) -> (String, f64, f64) {
    match task {
        Task::Regression => ("explained variance (R²)".to_owned(), 0.0, LEAKING.1),
        Task::Classification(classes) if classes.len() == 2 => ("area under the ROC curve".to_owned(), 0.5, LEAKING.0),
        Task::Classification(_) => {
            ("share of right classes".to_owned(), class_shares.iter().copied().fold(0.0, f64::max), LEAKING.0)
        }
    }
}

/// For each feature, its information and what it scores alone.
fn singles(features: &[Encoded], task: &Task, values: &[f64], learnt: &[usize], held: &[usize]) -> Vec<(f64, f64)> {
    let all: Vec<usize> = learnt.iter().chain(held).copied().collect();
    let target: Vec<f64> = all.iter().map(|row| values[*row]).collect();
    let target_bins = match task {
        Task::Regression => bins::bins(&target),
        Task::Classification(_) => target.iter().map(|value| *value as usize).collect(),
    };
    let is_learnt: Vec<bool> = (0..all.len()).map(|at| at < learnt.len()).collect();
    let classes: Vec<f64> = match task {
        Task::Classification(classes) if classes.len() > 2 => (0..classes.len()).map(|class| class as f64).collect(),
        _ => vec![1.0],
    };
    let single = |feature: &Encoded| {
        let of: Vec<f64> = all.iter().map(|row| feature.values[*row]).collect();
        let feature_bins = bins::bins(&of);
        let information = bins::information(&feature_bins, &target_bins);
        let score = |class: &f64| {
            let wanted: Vec<f64> = match task {
                Task::Regression => target.clone(),
                Task::Classification(_) => target.iter().map(|value| f64::from(u8::from(value == class))).collect(),
            };
            let predicted = bins::means(&feature_bins, &wanted, &is_learnt);
            let (predicted, wanted) = (&predicted[learnt.len()..], &wanted[learnt.len()..]);
            if *task == Task::Regression { explained(predicted, wanted) } else { area_under_curve(predicted, wanted) }
        };
        let scores: Vec<f64> = classes.iter().map(score).collect();
        (information, scores.iter().sum::<f64>() / scores.len() as f64)
    };
    features.iter().map(single).collect()
}

fn curves(model: &Model, features: &[Encoded], measured: &[Feature], rows: &mut Rows) -> Vec<Curve> {
    let shown = measured.iter().take(MOST_CURVES).filter_map(|top| {
        let at = features.iter().position(|feature| feature.name == top.name)?;
        let mut sorted: Vec<f64> = features[at].values.iter().copied().filter(|value| !value.is_nan()).collect();
        sorted.sort_unstable_by(f64::total_cmp);
        let last = sorted.len().checked_sub(1)?;
        // From the 2nd to the 98th of a hundred, so that outliers do not squeeze the rest.
        let rank = |point: usize| (0.02 + 0.96 * point as f64 / (CURVE_POINTS - 1) as f64) * last as f64;
        let mut values: Vec<f64> = (0..CURVE_POINTS).map(|point| sorted[rank(point).round() as usize]).collect();
        values.dedup();
        let labels = features[at].levels.as_ref().map(|levels| {
            values.iter().map(|value| levels.get(*value as usize).cloned().unwrap_or_default()).collect()
        });
        let means = model.dependence(rows, at, &values);
        let points = values.into_iter().zip(means).collect();
        Some(Curve { feature: top.name.clone(), kind: features[at].kind, points, labels })
    });
    shown.collect()
}
