//! What one feature tells alone: its values in bins.

/// Bins of a feature.
const BINS: usize = 32;

/// The bin of each value: equally full ones; missing values have a bin of their own, the last.
pub(super) fn bins(values: &[f64]) -> Vec<usize> {
    let mut sorted: Vec<f64> = values.iter().copied().filter(|value| !value.is_nan()).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let mut edges: Vec<f64> = (1..BINS).filter_map(|at| sorted.get(at * sorted.len() / BINS).copied()).collect();
    edges.dedup();
    let bin = |value: &f64| if value.is_nan() { BINS } else { edges.partition_point(|edge| edge <= value) };
    values.iter().map(bin).collect()
}

/// The mutual information of two columns of bins, in bits, less what chance alone gives (Miller and Madow's correction).
pub(super) fn information(a: &[usize], b: &[usize]) -> f64 {
    let mut joint = std::collections::BTreeMap::<(usize, usize), f64>::new();
    let (mut rows, mut columns) = ([0.0; BINS + 1], [0.0; BINS + 1]);
    for (a, b) in a.iter().zip(b) {
        *joint.entry((*a, *b)).or_default() += 1.0;
        rows[*a] += 1.0;
        columns[*b] += 1.0;
    }
    let n = a.len() as f64;
    let sum: f64 = joint.iter().map(|((a, b), count)| count / n * (count * n / (rows[*a] * columns[*b])).log2()).sum();
    let filled = |counts: &[f64]| counts.iter().filter(|count| **count > 0.0).count() as f64;
    let chance = (filled(&rows) - 1.0) * (filled(&columns) - 1.0) / (2.0 * n * std::f64::consts::LN_2);
    (sum - chance).max(0.0)
}

/// The mean of the target in the bin of each row, learnt from the rows in `learnt`.
pub(super) fn means(bins: &[usize], target: &[f64], learnt: &[bool]) -> Vec<f64> {
    let mut sums = [(0.0, 0.0); BINS + 1];
    let mut all = (0.0, 0.0);
    for ((bin, value), _) in bins.iter().zip(target).zip(learnt).filter(|(_, learnt)| **learnt) {
        sums[*bin] = (sums[*bin].0 + value, sums[*bin].1 + 1.0);
        all = (all.0 + value, all.1 + 1.0);
    }
    let mean = |bin: &usize| if sums[*bin].1 > 0.0 { sums[*bin].0 / sums[*bin].1 } else { all.0 / all.1 };
    bins.iter().map(mean).collect()
}

#[test]
fn what_tells_all_and_what_tells_nothing() {
    let values: Vec<f64> = (0..1000).map(f64::from).collect();
    let halves: Vec<usize> = values.iter().map(|value| usize::from(*value >= 500.0)).collect();
    assert!((information(&bins(&values), &halves) - 1.0).abs() < 0.05);
    let parity: Vec<usize> = (0..1000).map(|at| at % 2).collect();
    assert!(information(&bins(&values), &parity) < 0.01);
    assert_eq!(bins(&[f64::NAN, 1.0, 1.0])[0], BINS);
}
