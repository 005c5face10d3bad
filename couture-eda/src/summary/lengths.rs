use serde::{Deserialize, Serialize};

/// How long texts are, in characters.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lengths {
    /// How many texts there were.
    pub count: u64,
    total: u64,
    /// The shortest and the longest, or `None` where there was none.
    pub extremes: Option<(u64, u64)>,
}

impl Lengths {
    /// Takes in a text that was there `times` times. What is not UTF-8 counts by its bytes that begin a character.
    #[inline]
    pub fn add(&mut self, text: &[u8], times: u64) {
        let continued = text.iter().filter(|byte| (**byte as i8) < -64).count();
        let length = (text.len() - continued) as u64;
        self.count += times;
        self.total += length * times;
        self.extremes = Some(self.extremes.map_or((length, length), |(low, high)| (low.min(length), high.max(length))));
    }

    /// Takes in the texts of `other`.
    pub fn merge(&mut self, other: &Self) {
        self.count += other.count;
        self.total += other.total;
        self.extremes = match (self.extremes, other.extremes) {
            (Some(mine), Some(others)) => Some((mine.0.min(others.0), mine.1.max(others.1))),
            (mine, others) => mine.or(others),
        };
    }

    /// The mean length, or `None` of nothing.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        (self.count > 0).then(|| self.total as f64 / self.count as f64)
    }
}

#[test]
fn characters_are_counted() {
    let mut lengths = Lengths::default();
    lengths.add("ü€𝄞a".as_bytes(), 2);
    lengths.add(b"", 1);
    assert_eq!((lengths.extremes, lengths.mean()), (Some((0, 4)), Some(8.0 / 3.0)));
}
