use std::collections::BTreeMap;

use datasketches::frequencies::{ErrorType, FrequentItemsSketch};

use super::Sketch;
use crate::error::StateError;
use crate::estimate::Estimate;
use crate::excerpt::excerpt;
use crate::hash::spread;

/// One in so many values, at random, is looked at for its text, a power of two: a frequent value comes by again soon.
const LOOK_EVERY: u64 = 8;
/// A value whose count is a larger share than one in so many has its text kept.
const NAMED_SHARE: u64 = 8192;
const MOST_NAMES: usize = 1024;

/// A frequent value and how often it was there.
#[derive(Clone, Debug, PartialEq)]
pub struct FrequentValue {
    /// The value, shortened where it is long.
    pub text: String,
    /// How many cells hold it.
    pub count: Estimate,
}

/// The most frequent values, found by their hashes: Misra and Gries' counters, with the texts of the largest.
#[derive(Clone, Debug)]
pub struct Frequent {
    counters: FrequentItemsSketch<u64>,
    names: BTreeMap<u64, String>,
    seen: u64,
}

impl Frequent {
    /// An empty sketch of at most 3/4 × `counters` counters (a power of two from 8 on).
    ///
    /// # Panics
    /// Where `counters` is not that.
    #[must_use]
    pub fn new(counters: usize) -> Self {
        let counters = FrequentItemsSketch::new(counters).expect("the number of counters is a power of two");
        Self { counters, names: BTreeMap::new(), seen: 0 }
    }

    /// Takes in a value that was there `times` times.
    #[inline]
    pub fn add(&mut self, hash: u64, text: &[u8], times: u64) {
        self.counters.update_with_count(hash, times);
        self.seen += 1;
        if times > 1 || spread(self.seen).is_multiple_of(LOOK_EVERY) {
            self.name(hash, text);
        }
    }

    fn name(&mut self, hash: u64, text: &[u8]) {
        if self.counters.lower_bound(&hash) >= self.named_from() && !self.names.contains_key(&hash) {
            if self.names.len() >= MOST_NAMES {
                let from = self.named_from();
                let counters = &self.counters;
                self.names.retain(|hash, _| counters.lower_bound(hash) >= from);
            }
            if self.names.len() < MOST_NAMES {
                self.names.insert(hash, excerpt(text));
            }
        }
    }

    fn named_from(&self) -> u64 {
        (self.counters.total_weight() / NAMED_SHARE).max(2)
    }

    /// What no value that is missing from [`Frequent::top`] was there more often than.
    #[must_use]
    pub fn error(&self) -> u64 {
        self.counters.maximum_error()
    }

    /// The most frequent values whose text is known, the most frequent first, at most `most`.
    #[must_use]
    pub fn top(&self, most: usize) -> Vec<FrequentValue> {
        let rows = self.counters.frequent_items(ErrorType::NoFalsePositives);
        let named = rows.iter().filter_map(|row| {
            let (low, high) = (row.lower_bound() as f64, row.upper_bound() as f64);
            let text = self.names.get(row.item())?.clone();
            // Between the bounds, since what was purged is at most their difference.
            Some(FrequentValue { text, count: Estimate::within(((low + high) / 2.0).floor(), low, high) })
        });
        let mut top: Vec<_> = named.collect();
        top.sort_by(|a, b| b.count.value.total_cmp(&a.count.value).then_with(|| a.text.cmp(&b.text)));
        top.truncate(most);
        top
    }
}

impl Sketch for Frequent {
    fn merge(&mut self, other: &Self) {
        self.counters.merge(&other.counters);
        self.seen += other.seen;
        for (hash, name) in &other.names {
            if self.names.len() < MOST_NAMES {
                self.names.entry(*hash).or_insert_with(|| name.clone());
            }
        }
    }

    fn to_bytes(&self) -> Vec<u8> {
        let parts = (self.counters.serialize(), &self.names, self.seen);
        postcard::to_stdvec(&parts).expect("bytes and texts can be written")
    }

    fn from_bytes(bytes: &[u8]) -> Result<Self, StateError> {
        let parts: (Vec<u8>, BTreeMap<u64, String>, u64) =
            postcard::from_bytes(bytes).map_err(|error| StateError::Sketch(error.to_string()))?;
        let counters =
            FrequentItemsSketch::deserialize(&parts.0).map_err(|error| StateError::Sketch(error.to_string()))?;
        Ok(Self { counters, names: parts.1, seen: parts.2 })
    }
}

#[test]
fn what_is_frequent_is_found_within_its_bound() {
    let mut frequent = Frequent::new(256);
    for at in 0..100_000_u64 {
        let value = if at % 10 == 0 { 7 } else { at + 100 };
        frequent.add(crate::hash::hash(&value.to_le_bytes()), value.to_string().as_bytes(), 1);
    }
    let frequent = Frequent::from_bytes(&frequent.to_bytes()).unwrap();
    let top = frequent.top(5);
    assert_eq!(top[0].text, "7");
    assert!(top[0].count.low <= 10_000.0 && top[0].count.high >= 10_000.0, "{top:?}");
}
