//! How columns hang together, measured on the sampled rows.

use serde::{Deserialize, Serialize};

use super::Sample;

/// Multiplications that may be spent on pairs of numbers; the rows are cut to fit.
const MOST_WORK: usize = 400_000_000;
/// The least rows on which a pair is measured.
const LEAST_ROWS: usize = 20;
/// Columns of numbers of which all pairs are measured: the first ones.
const MOST_NUMBERS: usize = 2_000;
/// Columns of which all pairs with categories are measured.
const MOST_CATEGORIES: usize = 60;

/// How a pair is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Pearson's correlation of two columns of numbers, from −1 to 1.
    Pearson,
    /// Spearman's: Pearson's of the ranks.
    Spearman,
    /// Cramér's V of two categories, from 0 to 1, corrected for chance (W. Bergsma, 2013).
    CramersV,
    /// The correlation ratio of a category and a number, from 0 to 1.
    CorrelationRatio,
}

/// A pair of columns and how they hang together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pair {
    /// How it is measured.
    pub measure: Measure,
    /// The number of the one column.
    pub a: usize,
    /// The number of the other.
    pub b: usize,
    /// The strength.
    pub value: f64,
    /// The rows in which both are there.
    pub rows: u64,
}

/// Pairs of each measure that are told: all of 30 columns.
const MOST_PAIRS: usize = 500;

/// The strongest pairs of one measure, in bounded memory.
#[derive(Default)]
struct Strongest(Vec<Pair>);

impl Strongest {
    fn add(&mut self, pairs: impl Iterator<Item = Pair>) {
        self.0.extend(pairs);
        if self.0.len() > 8 * MOST_PAIRS {
            self.cut();
        }
    }

    fn cut(&mut self) {
        self.0.sort_by(|a, b| b.value.abs().total_cmp(&a.value.abs()).then((a.a, a.b).cmp(&(b.a, b.b))));
        self.0.truncate(MOST_PAIRS);
    }

    fn into_pairs(mut self) -> Vec<Pair> {
        self.cut();
        self.0
    }
}

/// A column of numbers with mean 0 and length 1, NaN where it is missing.
struct Unit {
    column: usize,
    values: Vec<f32>,
    has_gaps: bool,
}

/// The strongest pairs of columns of numbers, of which the first [`MOST_NUMBERS`] count, and of categories with each other and with
/// numbers, by measure.
pub(super) fn pairs(sample: &Sample, numbers: &[usize], categories: &[usize]) -> Vec<Pair> {
    let numbers = &numbers[..numbers.len().min(MOST_NUMBERS)];
    let count = numbers.len() * numbers.len().saturating_sub(1) / 2;
    let rows = sample.rows.min((MOST_WORK / 2 / count.max(1)).max(500));
    let plain: Vec<Unit> =
        numbers.iter().map(|column| unit(*column, thinned(&sample.numbers(*column), rows))).collect();
    let ranked: Vec<Unit> =
        numbers.iter().map(|column| unit(*column, ranks(&thinned(&sample.numbers(*column), rows)))).collect();
    let mut pairs = Vec::new();
    for (measure, units) in [(Measure::Pearson, &plain), (Measure::Spearman, &ranked)] {
        let mut strongest = Strongest::default();
        for (at, a) in units.iter().enumerate() {
            strongest.add(units[at + 1..].iter().filter_map(|b| correlation(measure, a, b)));
        }
        pairs.extend(strongest.into_pairs());
    }
    let levels: Vec<_> = categories
        .iter()
        .take(MOST_CATEGORIES)
        .filter_map(|column| sample.levels(*column).map(|(levels, count)| (*column, levels, count)))
        .collect();
    let (mut categories, mut ratios) = (Strongest::default(), Strongest::default());
    for (at, a) in levels.iter().enumerate() {
        categories.add(levels[at + 1..].iter().filter_map(|b| cramers_v(a, b)));
    }
    for number in numbers.iter().take(MOST_CATEGORIES) {
        let values = sample.numbers(*number);
        let of = levels.iter().filter(|category| category.0 != *number);
        ratios.add(of.filter_map(|category| correlation_ratio(category, *number, &values)));
    }
    pairs.extend(categories.into_pairs());
    pairs.extend(ratios.into_pairs());
    pairs
}

/// About so many of the values, evenly from all.
fn thinned(values: &[f64], rows: usize) -> Vec<f64> {
    let step = values.len().div_ceil(rows.max(1)).max(1);
    values.iter().step_by(step).copied().collect()
}

/// The ranks of numbers, the mean rank for equal ones.
fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).filter(|at| !values[*at].is_nan()).collect();
    order.sort_unstable_by(|a, b| values[*a].total_cmp(&values[*b]));
    let mut ranks = vec![f64::NAN; values.len()];
    let mut start = 0;
    while start < order.len() {
        let equal = order[start..].iter().take_while(|at| values[**at] == values[order[start]]).count();
        for at in &order[start..start + equal] {
            ranks[*at] = start as f64 + (equal - 1) as f64 / 2.0;
        }
        start += equal;
    }
    ranks
}

fn unit(column: usize, values: Vec<f64>) -> Unit {
    let present = || values.iter().filter(|value| !value.is_nan());
    let count = present().count();
    let mean = present().sum::<f64>() / count.max(1) as f64;
    let length = present().map(|value| (value - mean).powi(2)).sum::<f64>().sqrt();
    let scale = if length > 0.0 { 1.0 / length } else { 0.0 };
    let values: Vec<f32> = values.iter().map(|value| ((value - mean) * scale) as f32).collect();
    Unit { column, has_gaps: count < values.len(), values }
}

fn correlation(measure: Measure, a: &Unit, b: &Unit) -> Option<Pair> {
    let pair = |value: f64, rows: usize| {
        let usable = rows >= LEAST_ROWS && value.is_finite();
        usable.then(|| Pair { measure, a: a.column, b: b.column, value: value.clamp(-1.0, 1.0), rows: rows as u64 })
    };
    if !a.has_gaps && !b.has_gaps {
        // Sums of eight lanes are what the processor adds at once.
        let mut lanes = [0.0_f32; 8];
        let (xs, ys) = (a.values.chunks_exact(8), b.values.chunks_exact(8));
        let rest: f32 = xs.remainder().iter().zip(ys.remainder()).map(|(x, y)| x * y).sum();
        for (xs, ys) in xs.zip(ys) {
            for (lane, (x, y)) in lanes.iter_mut().zip(xs.iter().zip(ys)) {
                *lane += x * y;
            }
        }
        let value = f64::from(lanes.iter().sum::<f32>() + rest);
        let constant = a.values.first() == a.values.last() && a.values.iter().all(|value| *value == 0.0)
            || b.values.iter().all(|value| *value == 0.0);
        return if constant { None } else { pair(value, a.values.len()) };
    }
    let both = || a.values.iter().zip(&b.values).filter(|(x, y)| !x.is_nan() && !y.is_nan());
    let (mut n, mut x1, mut y1) = (0_usize, 0.0, 0.0);
    for (x, y) in both() {
        n += 1;
        x1 += f64::from(*x);
        y1 += f64::from(*y);
    }
    let (x_mean, y_mean) = (x1 / n.max(1) as f64, y1 / n.max(1) as f64);
    let (mut xx, mut yy, mut xy) = (0.0, 0.0, 0.0);
    for (x, y) in both() {
        let (x, y) = (f64::from(*x) - x_mean, f64::from(*y) - y_mean);
        xx += x * x;
        yy += y * y;
        xy += x * y;
    }
    pair(xy / (xx * yy).sqrt(), n)
}

type Levels = (usize, Vec<Option<u32>>, usize);

fn cramers_v(a: &Levels, b: &Levels) -> Option<Pair> {
    let mut counts = vec![0_u32; a.2 * b.2];
    let (mut rows, mut columns, mut n) = (vec![0_u32; a.2], vec![0_u32; b.2], 0_u64);
    for (x, y) in a.1.iter().zip(&b.1) {
        if let (Some(x), Some(y)) = (x, y) {
            counts[*x as usize * b.2 + *y as usize] += 1;
            rows[*x as usize] += 1;
            columns[*y as usize] += 1;
            n += 1;
        }
    }
    if n < LEAST_ROWS as u64 {
        return None;
    }
    let total = n as f64;
    let mut chi = 0.0;
    for (x, row) in rows.iter().enumerate() {
        for (y, column) in columns.iter().enumerate() {
            let expected = f64::from(*row) * f64::from(*column) / total;
            if expected > 0.0 {
                chi += (f64::from(counts[x * b.2 + y]) - expected).powi(2) / expected;
            }
        }
    }
    let filled = |counts: &[u32]| counts.iter().filter(|count| **count > 0).count() as f64;
    let (r, k) = (filled(&rows), filled(&columns));
    let corrected = |levels: f64| levels - (levels - 1.0).powi(2) / (total - 1.0);
    let phi = (chi / total - (r - 1.0) * (k - 1.0) / (total - 1.0)).max(0.0);
    let least = (corrected(r) - 1.0).min(corrected(k) - 1.0);
    let value = (phi / least).sqrt().min(1.0);
    value.is_finite().then_some(Pair { measure: Measure::CramersV, a: a.0, b: b.0, value, rows: n })
}

fn correlation_ratio(category: &Levels, number: usize, values: &[f64]) -> Option<Pair> {
    let mut groups = vec![(0_u64, 0.0_f64); category.2];
    let (mut n, mut sum) = (0_u64, 0.0);
    let both = || category.1.iter().zip(values).filter_map(|(level, value)| Some(((*level)?, *value)));
    for (level, value) in both().filter(|(_, value)| !value.is_nan()) {
        let group = &mut groups[level as usize];
        *group = (group.0 + 1, group.1 + value);
        n += 1;
        sum += value;
    }
    if n < LEAST_ROWS as u64 {
        return None;
    }
    let mean = sum / n as f64;
    let all: f64 = both().filter(|(_, value)| !value.is_nan()).map(|(_, value)| (value - mean).powi(2)).sum();
    let filled = groups.iter().filter(|group| group.0 > 0);
    let between: f64 = filled.map(|(count, sum)| *count as f64 * (sum / *count as f64 - mean).powi(2)).sum();
    let value = (between / all).sqrt().min(1.0);
    let measure = Measure::CorrelationRatio;
    value.is_finite().then_some(Pair { measure, a: category.0, b: number, value, rows: n })
}
