use crate::estimate::Estimate;
use crate::sketch::Quantiles;

/// How numbers are spread: all of them with their counts, in order, or a sketch.
#[derive(Debug)]
pub enum Spread<'a> {
    /// Each number, ascending, with its count.
    Exact(Vec<(f64, u64)>),
    /// A sketch of them.
    Sketch(&'a Quantiles),
}

impl Spread<'_> {
    /// The numbers below which the shares `ranks` lie: the smallest that at least such a share is not above. Empty where
    /// there are no numbers.
    #[must_use]
    pub fn at(&self, ranks: &[f64]) -> Vec<Estimate> {
        let values = match self {
            Self::Sketch(sketch) => return sketch.at(ranks),
            Self::Exact(values) => values,
        };
        let all: u64 = values.iter().map(|(_, count)| count).sum();
        let find = |rank: &f64| {
            let wanted = (rank * all as f64).ceil().max(1.0) as u64;
            let mut below = 0;
            let found = values.iter().find(|(_, count)| {
                below += count;
                below >= wanted
            });
            found.or(values.last()).map(|(value, _)| Estimate::exact(*value))
        };
        ranks.iter().filter_map(find).collect()
    }

    /// The shares of all numbers that are at most each of `points`, which ascend.
    #[must_use]
    pub fn shares_up_to(&self, points: &[f64]) -> Vec<f64> {
        let values = match self {
            Self::Sketch(sketch) => return sketch.shares_up_to(points),
            Self::Exact(values) => values,
        };
        let all: u64 = values.iter().map(|(_, count)| count).sum();
        let (mut values, mut below) = (values.iter().peekable(), 0);
        let mut share = |point: &f64| {
            while let Some((_, count)) = values.next_if(|(value, _)| value <= point) {
                below += count;
            }
            below as f64 / all.max(1) as f64
        };
        points.iter().map(&mut share).collect()
    }

    /// How far, at most, a share is from the true one.
    #[must_use]
    pub fn error(&self) -> f64 {
        match self {
            Self::Exact(_) => 0.0,
            Self::Sketch(sketch) => sketch.rank_error(),
        }
    }
}

#[test]
fn quantiles_of_counted_numbers_are_exact() {
    let spread = Spread::Exact(vec![(1.0, 2), (2.0, 1), (5.0, 7)]);
    let at = |rank: f64| spread.at(&[rank])[0].value;
    assert_eq!([at(0.0), at(0.2), at(0.21), at(0.3), at(0.31), at(1.0)], [1.0, 1.0, 2.0, 2.0, 5.0, 5.0]);
    assert_eq!(spread.shares_up_to(&[0.0, 1.0, 4.0, 9.0]), [0.0, 0.2, 0.3, 1.0]);
    assert!(Spread::Exact(vec![]).at(&[0.5]).is_empty());
}
