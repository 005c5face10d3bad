//! Gradient-boosted trees: one ensemble for a number or for two classes, one for each of more classes.

use forust_ml::Matrix;
use forust_ml::gradientbooster::{ContributionsMethod, GradientBooster, ImportanceMethod};
use forust_ml::objective::ObjectiveType;

use super::score::{area_under_curve, explained};
use super::target::Task;
use crate::hash::spread;

const TREES: usize = 80;
const DEPTH: usize = 5;
const LEARNING_RATE: f32 = 0.15;
const BINS: u16 = 128;
const SEED: u64 = 7;
/// Held-out rows on which permutations are scored.
pub(super) const PERMUTED_ROWS: usize = 4000;
/// Held-out rows that are explained.
pub(super) const EXPLAINED_ROWS: usize = 1000;

/// Rows as columns, one after the other.
pub(super) struct Rows {
    pub(super) data: Vec<f64>,
    pub(super) target: Vec<f64>,
    pub(super) count: usize,
    pub(super) features: usize,
}

impl Rows {
    /// The given rows of the features.
    pub(super) fn new(features: &[&[f64]], target: &[f64], rows: &[usize]) -> Self {
        let data = features.iter().flat_map(|values| rows.iter().map(|row| values[*row])).collect();
        let target = rows.iter().map(|row| target[*row]).collect();
        Self { data, target, count: rows.len(), features: features.len() }
    }

    fn matrix(&self) -> Matrix<'_, f64> {
        Matrix::new(&self.data, self.count, self.features)
    }
}

/// What was learnt.
pub(super) struct Model {
    boosters: Vec<GradientBooster>,
    task: Task,
}

impl Model {
    /// Learns from rows. The error is the learner's.
    pub(super) fn learn(rows: &Rows, task: &Task) -> Result<Self, String> {
        let targets: Vec<Vec<f64>> = match task {
            Task::Classification(classes) if classes.len() > 2 => (0..classes.len())
                .map(|class| rows.target.iter().map(|value| f64::from(u8::from(*value == class as f64))).collect())
                .collect(),
            _ => vec![rows.target.clone()],
        };
        let objective = || match task {
            Task::Regression => ObjectiveType::SquaredLoss,
            Task::Classification(_) => ObjectiveType::LogLoss,
        };
        let learn = |target: &Vec<f64>| {
            let mut booster = GradientBooster::default()
                .set_objective_type(objective())
                .set_iterations(if targets.len() > 1 { TREES / 2 } else { TREES })
                .set_learning_rate(LEARNING_RATE)
                .set_max_depth(DEPTH)
                .set_nbins(BINS)
                .set_initialize_base_score(true)
                .set_seed(SEED);
            booster.fit_unweighted(&rows.matrix(), target, None).map_err(|error| error.to_string())?;
            Ok(booster)
        };
        let boosters = targets.iter().map(learn).collect::<Result<Vec<_>, String>>()?;
        Ok(Self { boosters, task: task.clone() })
    }

    /// For each ensemble, its prediction for each row: a number, or a log-odds.
    fn raw(&self, rows: &Rows) -> Vec<Vec<f64>> {
        self.boosters.iter().map(|booster| booster.predict(&rows.matrix(), true)).collect()
    }

    /// The score of predictions: explained variance, area under the curve, or the share of right classes.
    pub(super) fn score(&self, rows: &Rows) -> f64 {
        let raw = self.raw(rows);
        match (&self.task, raw.as_slice()) {
            (Task::Regression, [predictions]) => explained(predictions, &rows.target),
            (Task::Classification(_), [scores]) => area_under_curve(scores, &rows.target),
            (_, raw) => {
                let right = rows.target.iter().enumerate().filter(|(row, class)| {
                    let best = (0..raw.len()).max_by(|a, b| raw[*a][*row].total_cmp(&raw[*b][*row]));
                    best.is_some_and(|best| best as f64 == **class)
                });
                right.count() as f64 / rows.count.max(1) as f64
            }
        }
    }

    /// The share of the gain that each feature brings.
    pub(super) fn gains(&self, features: usize) -> Vec<f64> {
        let mut gains = vec![0.0; features];
        for booster in &self.boosters {
            for (feature, gain) in booster.calculate_feature_importance(ImportanceMethod::TotalGain, true) {
                gains[feature] += f64::from(gain) / self.boosters.len() as f64;
            }
        }
        gains
    }

    /// How much the score falls when the values of each feature are mixed among the rows.
    pub(super) fn permutation_drops(&self, rows: &mut Rows) -> Vec<f64> {
        let whole = self.score(rows);
        let mut order: Vec<usize> = (0..rows.count).collect();
        order.sort_by_key(|row| spread(*row as u64 ^ SEED));
        let mut drops = Vec::with_capacity(rows.features);
        for feature in 0..rows.features {
            let range = feature * rows.count..(feature + 1) * rows.count;
            let kept = rows.data[range.clone()].to_vec();
            for (row, from) in order.iter().enumerate() {
                rows.data[range.start + row] = kept[*from];
            }
            drops.push(whole - self.score(rows));
            rows.data[range].copy_from_slice(&kept);
        }
        drops
    }

    /// The mean size of each feature's Shapley values.
    pub(super) fn shapley(&self, rows: &Rows) -> Vec<f64> {
        let mut means = vec![0.0; rows.features];
        for booster in &self.boosters {
            let values = booster.predict_contributions(&rows.matrix(), ContributionsMethod::Shapley, true);
            for row in values.chunks(rows.features + 1) {
                for (mean, value) in means.iter_mut().zip(row) {
                    *mean += value.abs() / (rows.count * self.boosters.len()) as f64;
                }
            }
        }
        means
    }

    /// The mean prediction, of the first ensemble, where a feature has the value of each point in all rows: a number, or
    /// a probability.
    pub(super) fn dependence(&self, rows: &mut Rows, feature: usize, points: &[f64]) -> Vec<f64> {
        let range = feature * rows.count..(feature + 1) * rows.count;
        let kept = rows.data[range.clone()].to_vec();
        let mut means = Vec::with_capacity(points.len());
        for point in points {
            rows.data[range.clone()].fill(*point);
            let predictions = self.boosters[0].predict(&rows.matrix(), true);
            let shown = |value: &f64| match self.task {
                Task::Regression => *value,
                Task::Classification(_) => 1.0 / (1.0 + (-value).exp()),
            };
            means.push(predictions.iter().map(shown).sum::<f64>() / rows.count.max(1) as f64);
        }
        rows.data[range].copy_from_slice(&kept);
        means
    }
}
