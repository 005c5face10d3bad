use rustc_hash::FxHashSet;
use serde::{Deserialize, Serialize};

use crate::estimate::Estimate;
use crate::hash::spread;

/// How many rows are there again: exact up to a number of different rows, then from all rows whose hashes fall into a
/// share of the hashes, which is halved whenever they are too many (P. Gibbons' distinct sampling).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Duplicates {
    most: usize,
    /// Rows whose hash has so many leading zeros are looked at.
    zeros: u32,
    hashes: FxHashSet<u64>,
    looked_at: u64,
    /// Rows again of a hash that was dropped when the share was halved cannot be told apart, so each halving counts
    /// anew: how many of those looked at were there before, by the leading zeros of their hashes.
    again: Vec<u64>,
}

impl Duplicates {
    /// No rows yet; exact up to `most` different ones.
    #[must_use]
    pub fn new(most: usize) -> Self {
        Self { most, zeros: 0, hashes: FxHashSet::default(), looked_at: 0, again: vec![0; 65] }
    }

    /// Takes in rows by their hashes.
    pub fn update(&mut self, rows: &[u64]) {
        for row in rows {
            let hash = spread(*row);
            let zeros = hash.leading_zeros();
            if zeros < self.zeros {
                continue;
            }
            self.looked_at += 1;
            if !self.hashes.insert(hash) {
                self.again[zeros as usize] += 1;
            } else if self.hashes.len() > self.most {
                self.narrow(self.zeros + 1);
            }
        }
    }

    fn narrow(&mut self, zeros: u32) {
        while self.zeros < zeros || self.hashes.len() > self.most {
            self.zeros += 1;
            let zeros = self.zeros;
            self.hashes.retain(|hash| hash.leading_zeros() >= zeros);
        }
    }

    /// Takes in the rows of `other`.
    pub fn merge(&mut self, other: &Self) {
        self.most = self.most.min(other.most);
        self.narrow(self.zeros.max(other.zeros));
        for (mine, others) in self.again.iter_mut().zip(&other.again) {
            *mine += others;
        }
        for hash in other.hashes.iter().filter(|hash| hash.leading_zeros() >= self.zeros) {
            if !self.hashes.insert(*hash) {
                self.again[hash.leading_zeros() as usize] += 1;
            }
        }
        self.narrow(self.zeros);
    }

    /// How many rows are there again, of all that there are.
    #[must_use]
    pub fn estimate(&self, rows: u64) -> Estimate {
        let again: u64 = self.again[self.zeros as usize..].iter().sum();
        if self.zeros == 0 {
            return Estimate::exact(again as f64);
        }
        let looked_at = again + self.hashes.len() as u64;
        let share = again as f64 / looked_at.max(1) as f64;
        // Each different row is in the share or not, all of its copies with it. A row that is there often makes the
        // estimate uncertain, and 3 more hide behind a count of 0 in one case of twenty.
        let scale = 2_f64.powi(self.zeros as i32);
        let deviation = 3.0 * ((again as f64) * scale * (scale - 1.0)).sqrt() + 5.0 * scale;
        let value = (share * rows as f64).round();
        Estimate::within(
            value,
            (value - deviation).max(again as f64).floor(),
            (value + deviation).min(rows as f64).ceil(),
        )
    }
}

#[test]
fn duplicates_are_counted_and_then_estimated() {
    let check = |most: usize, rows: u64, different: u64, exact: bool| {
        let mut parts = [Duplicates::new(most), Duplicates::new(most), Duplicates::new(most)];
        for row in 0..rows {
            parts[(row % 3) as usize].update(&[row % different]);
        }
        let [mut all, second, third] = parts;
        all.merge(&second);
        all.merge(&third);
        let estimate = all.estimate(rows);
        let expected = (rows - different) as f64;
        assert_eq!(estimate.is_exact(), exact);
        assert!(estimate.low <= expected && expected <= estimate.high, "{estimate:?} {expected}");
        assert!((estimate.value - expected).abs() < 0.1 * rows as f64);
    };
    check(10_000, 9_999, 9_000, true);
    check(10_000, 9_999, 9_999, true);
    check(1_000, 60_000, 50_000, false);
    check(1_000, 60_000, 60_000, false);
    check(1_000, 60_000, 3_000, false);
}
