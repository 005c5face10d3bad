//! How good predictions are.

/// The area under the ROC curve of scores for a target of 0 and 1: 0.5 for chance. Half of equal scores count.
pub(super) fn area_under_curve(scores: &[f64], target: &[f64]) -> f64 {
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_unstable_by(|a, b| scores[*a].total_cmp(&scores[*b]));
    let (mut rank_sum, mut start) = (0.0, 0);
    while start < order.len() {
        let equal = order[start..].iter().take_while(|at| scores[**at] == scores[order[start]]).count();
        let rank = start as f64 + (equal as f64 + 1.0) / 2.0;
        rank_sum += order[start..start + equal].iter().map(|at| target[*at] * rank).sum::<f64>();
        start += equal;
    }
    let positives: f64 = target.iter().sum();
    let negatives = target.len() as f64 - positives;
    if positives == 0.0 || negatives == 0.0 {
        return 0.5;
    }
    (rank_sum - positives * (positives + 1.0) / 2.0) / (positives * negatives)
}

/// The share of the variance that predictions explain: 0 for the mean, 1 for all.
pub(super) fn explained(predictions: &[f64], target: &[f64]) -> f64 {
    let mean = target.iter().sum::<f64>() / target.len().max(1) as f64;
    let all: f64 = target.iter().map(|value| (value - mean).powi(2)).sum();
    let rest: f64 = predictions.iter().zip(target).map(|(prediction, value)| (prediction - value).powi(2)).sum();
    if all > 0.0 { 1.0 - rest / all } else { 0.0 }
}

#[test]
fn scores_are_those_of_the_definitions() {
    assert_eq!(area_under_curve(&[0.1, 0.2, 0.8, 0.9], &[0.0, 0.0, 1.0, 1.0]), 1.0);
    assert_eq!(area_under_curve(&[0.1, 0.9, 0.2, 0.8], &[0.0, 0.0, 1.0, 1.0]), 0.5);
    assert_eq!(area_under_curve(&[0.5; 4], &[0.0, 0.0, 1.0, 1.0]), 0.5);
    assert_eq!(explained(&[1.0, 2.0], &[1.0, 2.0]), 1.0);
    assert_eq!(explained(&[1.5, 1.5], &[1.0, 2.0]), 0.0);
}
