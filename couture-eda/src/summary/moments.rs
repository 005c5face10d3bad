use serde::{Deserialize, Serialize};

/// Count, mean, the sums of the powers of the distances from it, and the extremes of finite numbers.
///
/// Source of the formulas: P. Pébay, Formulas for robust, one-pass parallel computation of covariances and arbitrary-order
/// statistical moments, 2008.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Moments {
    /// How many numbers there were.
    pub count: u64,
    mean: f64,
    /// What rounding left out of `mean`: two batches whose means are large and near differ by less than it.
    rest: f64,
    m2: f64,
    m3: f64,
    m4: f64,
    /// The smallest and the largest, or `None` where there was none.
    pub extremes: Option<(f64, f64)>,
    /// How many were 0.
    pub zeros: u64,
    /// How many were less than 0.
    pub negatives: u64,
}

impl Moments {
    /// Takes in numbers, which are finite.
    pub fn add_all(&mut self, values: &[f64]) {
        if values.is_empty() {
            return;
        }
        let count = values.len() as f64;
        let mean = match values.iter().sum::<f64>() / count {
            mean if mean.is_finite() => mean,
            // The sum is too large where the mean is not.
            _ => values.iter().map(|value| value / count).sum(),
        };
        let mut batch = Self { count: values.len() as u64, ..Self::default() };
        let (mut low, mut high, mut drift) = (f64::INFINITY, f64::NEG_INFINITY, 0.0);
        for value in values {
            let distance = value - mean;
            let square = distance * distance;
            drift += distance;
            batch.m2 += square;
            batch.m3 += square * distance;
            batch.m4 += square * square;
            batch.zeros += u64::from(*value == 0.0);
            batch.negatives += u64::from(*value < 0.0);
            low = low.min(*value);
            high = high.max(*value);
        }
        // The distances were from a rounded mean: from here on they are from the mean itself.
        let rest = drift / count;
        batch.m4 += rest * (rest * (6.0 * batch.m2 - 3.0 * count * rest * rest) - 4.0 * batch.m3);
        batch.m3 += rest * (2.0 * count * rest * rest - 3.0 * batch.m2);
        batch.m2 = (batch.m2 - count * rest * rest).max(0.0);
        (batch.mean, batch.rest) = sum(mean, rest);
        batch.extremes = Some((low, high));
        self.merge(&batch);
    }

    /// Takes in `value`, which is finite, `times` times.
    pub fn add(&mut self, value: f64, times: u64) {
        self.merge(&Self {
            count: times,
            mean: value,
            extremes: Some((value, value)),
            zeros: if value == 0.0 { times } else { 0 },
            negatives: if value < 0.0 { times } else { 0 },
            ..Self::default()
        });
    }

    /// Takes in the numbers of `other`.
    pub fn merge(&mut self, other: &Self) {
        if other.count == 0 {
            return;
        }
        if self.count == 0 {
            *self = other.clone();
            return;
        }
        let (a, b) = (self.count as f64, other.count as f64);
        let n = a + b;
        let delta = (other.mean - self.mean) + (other.rest - self.rest);
        let (step, step2) = (delta / n, delta * delta / (n * n));
        let m4 = self.m4
            + other.m4
            + delta * delta * step2 * (a * b) * (a * a - a * b + b * b) / n
            + 6.0 * step2 * (a * a * other.m2 + b * b * self.m2)
            + 4.0 * step * (a * other.m3 - b * self.m3);
        let m3 = self.m3 + other.m3 + delta * step2 * (a * b) * (a - b) + 3.0 * step * (a * other.m2 - b * self.m2);
        self.m2 += other.m2 + delta * step * (a * b);
        (self.m3, self.m4) = (m3, m4);
        // The mean is finite, however far the two are from each other.
        let shift = if delta.is_finite() { step * b } else { (other.mean / n - self.mean / n) * b };
        let (mean, rest) = sum(self.mean, shift);
        (self.mean, self.rest) = sum(mean, rest + self.rest);
        self.count += other.count;
        self.zeros += other.zeros;
        self.negatives += other.negatives;
        self.extremes = match (self.extremes, other.extremes) {
            (Some(mine), Some(others)) => Some((mine.0.min(others.0), mine.1.max(others.1))),
            (mine, others) => mine.or(others),
        };
    }

    /// The mean, or `None` of nothing.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        (self.count > 0).then_some(self.mean)
    }

    /// The standard deviation of a sample (divided by n − 1), or `None` of less than two numbers.
    #[must_use]
    pub fn deviation(&self) -> Option<f64> {
        (self.count > 1).then(|| (self.m2 / (self.count - 1) as f64).sqrt())
    }

    /// The skewness of the numbers, or `None` where they do not vary.
    #[must_use]
    pub fn skewness(&self) -> Option<f64> {
        (self.m2 > 0.0).then(|| (self.count as f64).sqrt() * self.m3 / self.m2.powf(1.5))
    }

    /// The kurtosis of the numbers, 0 for a normal distribution, or `None` where they do not vary.
    #[must_use]
    pub fn kurtosis(&self) -> Option<f64> {
        (self.m2 > 0.0).then(|| self.count as f64 * self.m4 / (self.m2 * self.m2) - 3.0)
    }
}

/// The sum of two numbers, and what its rounding left out (D. E. Knuth's TwoSum).
fn sum(a: f64, b: f64) -> (f64, f64) {
    let sum = a + b;
    let part = sum - a;
    (sum, (a - (sum - part)) + (b - part))
}

#[test]
fn a_large_offset_costs_no_digits() {
    // 0 to 36 with an offset that leaves no room for a rounded mean: the moments of 0 to 36.
    let check = |offset: f64| {
        let values: Vec<f64> = (0..37_000).map(|at| offset + f64::from(at * 7 % 37)).collect();
        let mut whole = Moments::default();
        values.chunks(4095).for_each(|part| whole.add_all(part));
        let mut counted = Moments::default();
        (0..37).for_each(|at| counted.add(offset + f64::from(at), 1000));
        for moments in [whole, counted] {
            let (n, square) = (37_000.0_f64, (37.0 * 37.0 - 1.0) / 12.0);
            let close = |found: Option<f64>, expected: f64| {
                let found = found.unwrap();
                assert!((found - expected).abs() <= 1e-12 * expected.abs().max(1.0), "{offset}: {found} {expected}");
            };
            close(moments.mean().map(|mean| mean - offset), 18.0);
            close(moments.deviation(), (square * n / (n - 1.0)).sqrt());
            close(moments.skewness(), 0.0);
            close(moments.kurtosis(), -1.2 * (37.0 * 37.0 + 1.0) / (37.0 * 37.0 - 1.0));
        }
    };
    [0.0, 1e6, 1e9, 1e12, 1e15, -1e15].into_iter().for_each(check);
}

#[test]
fn the_mean_of_the_largest_numbers_is_finite() {
    let (large, third) = (f64::MAX, f64::MAX / 3.0);
    let mut whole = Moments::default();
    [[large, large], [-large, -large], [large, third]].iter().for_each(|part| whole.add_all(part));
    let mean = whole.mean().unwrap();
    assert!((mean / third - 2.0 / 3.0).abs() < 1e-12, "{mean}");
}

#[test]
fn moments_are_those_of_the_definition() {
    let values: Vec<f64> = (0..1000).map(|at| f64::from(at % 37).powi(2) - 100.0).collect();
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let power = |by: i32| values.iter().map(|value| (value - mean).powi(by)).sum::<f64>();
    let mut whole = Moments::default();
    values.chunks(77).for_each(|part| whole.add_all(part));
    let mut single = Moments::default();
    values.iter().for_each(|value| single.add(*value, 1));
    for moments in [whole, single] {
        let close = |found: Option<f64>, expected: f64| {
            let found = found.unwrap();
            assert!((found - expected).abs() <= 1e-11 * expected.abs(), "{found} {expected}");
        };
        close(moments.mean(), mean);
        close(moments.deviation(), (power(2) / (n - 1.0)).sqrt());
        close(moments.skewness(), power(3) / n / (power(2) / n).powf(1.5));
        close(moments.kurtosis(), power(4) / n / (power(2) / n).powi(2) - 3.0);
        assert_eq!(moments.negatives, values.iter().filter(|value| **value < 0.0).count() as u64);
        assert_eq!(moments.extremes, Some((-100.0, 1196.0)));
    }
}
