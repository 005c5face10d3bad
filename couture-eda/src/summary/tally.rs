use serde::{Deserialize, Serialize};

use crate::limits::Limits;

/// A value of more bytes is not tallied: its column is sketched.
const MOST_VALUE_BYTES: usize = 4096;
const FIRST_SLOTS: usize = 16;

/// Every different value of a column with its count, in the order in which they came first, up to a bound.
///
/// Values are told apart by 64 bits of hash: of 4,096 values, two are one with a probability below 10⁻¹².
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(from = "Saved", into = "Saved")]
pub struct Tally {
    /// Open addressing: the number of an entry and 1, or 0.
    slots: Vec<u16>,
    hashes: Vec<u64>,
    counts: Vec<u64>,
    /// Where each entry's text ends.
    ends: Vec<u32>,
    text: Vec<u8>,
}

impl Default for Tally {
    fn default() -> Self {
        Self::from(Saved::default())
    }
}

impl Tally {
    /// Counts a value `times` times. Says `false`, and leaves it out, where there is no room for another value.
    #[inline]
    pub fn add(&mut self, limits: &Limits, hash: u64, text: &[u8], times: u64) -> bool {
        let mask = self.slots.len() - 1;
        let mut at = hash as usize & mask;
        loop {
            match self.slots[at] {
                0 => return self.insert(limits, at, hash, text, times),
                entry if self.hashes[usize::from(entry) - 1] == hash => {
                    self.counts[usize::from(entry) - 1] += times;
                    return true;
                }
                _ => at = (at + 1) & mask,
            }
        }
    }

    #[cold]
    fn insert(&mut self, limits: &Limits, at: usize, hash: u64, text: &[u8], times: u64) -> bool {
        let fits = self.hashes.len() < limits.distinct.min(usize::from(u16::MAX) - 1)
            && text.len() <= MOST_VALUE_BYTES
            && self.text.len() + text.len() <= limits.tally_bytes;
        if !fits {
            return false;
        }
        self.hashes.push(hash);
        self.counts.push(times);
        self.text.extend_from_slice(text);
        self.ends.push(self.text.len() as u32);
        self.slots[at] = self.hashes.len() as u16;
        if self.hashes.len() * 2 > self.slots.len() {
            self.slots = slots(&self.hashes, self.slots.len() * 2);
        }
        true
    }

    /// The number of different values.
    #[must_use]
    pub fn len(&self) -> usize {
        self.hashes.len()
    }

    /// Whether there is no value.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.hashes.is_empty()
    }

    /// Every value's hash, text and count, in the order in which they came first.
    pub fn entries(&self) -> impl Iterator<Item = (u64, &[u8], u64)> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        let texts = starts.zip(&self.ends).map(|(start, end)| &self.text[start as usize..*end as usize]);
        self.hashes.iter().zip(texts).zip(&self.counts).map(|((hash, text), count)| (*hash, text, *count))
    }
}

/// The slots that lead to each of `hashes`, which are fewer than half of `size`, a power of two.
fn slots(hashes: &[u64], size: usize) -> Vec<u16> {
    let mut slots = vec![0; size];
    for (entry, hash) in hashes.iter().enumerate() {
        let mut at = *hash as usize & (size - 1);
        while slots[at] != 0 {
            at = (at + 1) & (size - 1);
        }
        slots[at] = entry as u16 + 1;
    }
    slots
}

/// A tally without what follows from the rest.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Saved(Vec<(Vec<u8>, u64)>);

impl From<Tally> for Saved {
    fn from(tally: Tally) -> Self {
        Self(tally.entries().map(|(_, text, count)| (text.to_vec(), count)).collect())
    }
}

impl From<Saved> for Tally {
    fn from(saved: Saved) -> Self {
        let values = saved.0;
        let hashes: Vec<u64> = values.iter().map(|(text, _)| crate::hash::hash(text)).collect();
        let size = (hashes.len() * 2 + 1).next_power_of_two().max(FIRST_SLOTS);
        let slots = slots(&hashes, size);
        let (mut text, mut ends) = (Vec::new(), Vec::new());
        for (value, _) in &values {
            text.extend_from_slice(value);
            ends.push(text.len() as u32);
        }
        Self { slots, hashes, counts: values.iter().map(|(_, count)| *count).collect(), ends, text }
    }
}

#[test]
fn values_are_counted_up_to_the_limit() {
    let limits = Limits { distinct: 100, ..Limits::for_columns(1) };
    let mut tally = Tally::default();
    for at in 0..1000 {
        let text = (at % 100).to_string();
        assert!(tally.add(&limits, crate::hash::hash(text.as_bytes()), text.as_bytes(), 2));
    }
    assert!(!tally.add(&limits, 5, b"more", 1));
    let tally = Tally::from(Saved::from(tally));
    assert_eq!(tally.len(), 100);
    assert!(tally.entries().enumerate().all(|(at, (_, text, count))| text == at.to_string().as_bytes() && count == 20));
}
