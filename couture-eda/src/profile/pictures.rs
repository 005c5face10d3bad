use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Measure, Pair, Sample};

/// Pictures at most.
const MOST: usize = 6;
/// Hexagons from left to right.
const ACROSS: f64 = 24.0;

/// How two columns of numbers lie to each other: the sampled rows in hexagons.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Interaction {
    /// The numbers of the columns: across and up.
    pub columns: (usize, usize),
    /// The smallest and the largest value of each.
    pub ranges: [(f64, f64); 2],
    /// The hexagons with rows in them: the place across and up, of which every second row is shifted by half, and the
    /// rows.
    pub hexagons: Vec<(i32, i32, u32)>,
}

/// Pictures of the pairs that hang together the most, each column at most twice.
pub(super) fn draw(sample: &Sample, pairs: &[Pair]) -> Vec<Interaction> {
    let mut strongest: Vec<&Pair> = pairs.iter().filter(|pair| pair.measure == Measure::Spearman).collect();
    strongest.sort_by(|a, b| b.value.abs().total_cmp(&a.value.abs()));
    let mut used = BTreeMap::<usize, usize>::new();
    let mut pictures = Vec::new();
    for pair in strongest {
        let is_new = [pair.a, pair.b].iter().all(|column| used.get(column).is_none_or(|times| *times < 2));
        if is_new && let Some(picture) = picture(sample, pair.a, pair.b) {
            [pair.a, pair.b].into_iter().for_each(|column| *used.entry(column).or_default() += 1);
            pictures.push(picture);
        }
        if pictures.len() == MOST {
            break;
        }
    }
    pictures
}

fn picture(sample: &Sample, a: usize, b: usize) -> Option<Interaction> {
    let (xs, ys) = (sample.numbers(a), sample.numbers(b));
    let points: Vec<(f64, f64)> = xs.into_iter().zip(ys).filter(|(x, y)| x.is_finite() && y.is_finite()).collect();
    let range = |values: &dyn Fn(&(f64, f64)) -> f64| {
        points
            .iter()
            .map(values)
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)))
    };
    let ranges = [range(&|point| point.0), range(&|point| point.1)];
    if ranges.iter().any(|(low, high)| (high - low).is_nan() || high - low <= 0.0 || !(high - low).is_finite()) {
        return None;
    }
    let mut counts = BTreeMap::<(i32, i32), u32>::new();
    for (x, y) in points {
        let across = (x - ranges[0].0) / (ranges[0].1 - ranges[0].0) * ACROSS;
        let up = (y - ranges[1].0) / (ranges[1].1 - ranges[1].0) * ACROSS;
        *counts.entry(hexagon(across, up)).or_default() += 1;
    }
    let hexagons = counts.into_iter().map(|((across, up), count)| (across, up, count)).collect();
    Some(Interaction { columns: (a, b), ranges, hexagons })
}

/// The nearest middle of a hexagon: of the two lattices that make up the hexagons, that of the nearer.
fn hexagon(across: f64, up: f64) -> (i32, i32) {
    let (i, j) = (across.round(), (up / 2.0).round() * 2.0);
    let (k, l) = (across.floor() + 0.5, ((up - 1.0) / 2.0).round() * 2.0 + 1.0);
    let distance = |x: f64, y: f64| (across - x).powi(2) + 0.75 * (up - y).powi(2);
    if distance(i, j) <= distance(k, l) { (i as i32, j as i32) } else { (k.floor() as i32, l as i32) }
}
