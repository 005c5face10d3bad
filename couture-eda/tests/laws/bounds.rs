use couture_eda::sketch::{Distinct, Quantiles};
use couture_eda::source::{Options, profile_bytes};

fn mixed(number: u64) -> u64 {
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

#[test]
fn distinct_counts_lie_within_their_bounds() {
    let mut missed = 0;
    for run in 0..500_u64 {
        let mut distinct = Distinct::new(10);
        let count = 2000 + run * 13;
        (0..count).for_each(|at| distinct.add(mixed(run << 32 | at)));
        let estimate = distinct.estimate();
        missed += u32::from(estimate.low > count as f64 || estimate.high < count as f64);
    }
    assert!(missed <= 5, "{missed} of 500 are out of their bounds");
}

#[test]
fn quantiles_lie_within_their_bounds() {
    let (mut missed, mut checks) = (0, 0);
    for run in 0..60_u64 {
        let mut quantiles = Quantiles::new(100);
        let count = 20_000;
        let values: Vec<f64> = (0..count).map(|at| (mixed(run << 32 | at) >> 40) as f64).collect();
        values.iter().for_each(|value| quantiles.add(*value));
        let mut sorted = values;
        sorted.sort_unstable_by(f64::total_cmp);
        let ranks = [0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99];
        for (rank, estimate) in ranks.iter().zip(quantiles.at(&ranks)) {
            let truth = sorted[((rank * count as f64).ceil() as usize).max(1) - 1];
            checks += 1;
            missed += u32::from(estimate.low > truth || estimate.high < truth);
        }
    }
    assert!(missed * 100 <= checks, "{missed} of {checks} are out of their bounds");
}

#[test]
fn moments_are_those_of_all_rows() {
    let values: Vec<f64> = (0..20_000_u64).map(|at| (mixed(at) >> 44) as f64 / 100.0).collect();
    let text: String = values.iter().map(|value| format!("{value}\n")).collect();
    let states = profile_bytes(format!("x\n{text}").into_bytes(), "t.csv", &Options::default()).unwrap();
    let profile = states[0].finish(None);
    let numbers = profile.columns[0].numbers.as_ref().unwrap();
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let deviation = (values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt();
    assert!((numbers.mean - mean).abs() <= 1e-12 * mean.abs());
    assert!((numbers.deviation.unwrap() - deviation).abs() <= 1e-12 * deviation);
    assert!(!profile.columns[0].distinct.is_exact() && numbers.rank_error > 0.0);
}
