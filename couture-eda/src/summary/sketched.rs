use serde::{Deserialize, Serialize};

use super::{Days, Lengths, Numbers, Tally};
use crate::cell::{Kind, Kinds, NULL_TOKENS, classify, null_token};
use crate::excerpt::MOST_BYTES;
use crate::limits::Limits;
use crate::sketch::{Distinct, Frequent, Sketch};

/// A column with more different values than are counted: what is exact about it, and sketches of the rest.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Sketched {
    /// How many cells there are of each kind.
    pub kinds: Kinds,
    /// How often each of [`NULL_TOKENS`] is there.
    pub null_tokens: [u64; NULL_TOKENS.len()],
    /// How many cells are plus, and how many minus infinity.
    pub infinities: (u64, u64),
    /// The different values.
    pub distinct: Distinct,
    /// The frequent values.
    pub frequent: Frequent,
    /// The numbers.
    pub numbers: Option<Box<Numbers>>,
    /// The dates and times, in seconds.
    pub moments: Option<Box<Numbers>>,
    /// The days on which they fall.
    pub days: Days,
    /// The lengths of the texts.
    pub lengths: Lengths,
    /// The first and the last text in the order of their bytes, shortened.
    pub texts: Option<(Vec<u8>, Vec<u8>)>,
}

/// Buffers that columns share, so that sums run over many numbers at once.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    pub(crate) numbers: Vec<f64>,
    pub(crate) moments: Vec<f64>,
}

impl Sketched {
    /// Nothing yet.
    #[must_use]
    pub fn new(limits: &Limits) -> Self {
        Self {
            kinds: Kinds::default(),
            null_tokens: [0; NULL_TOKENS.len()],
            infinities: (0, 0),
            distinct: Distinct::new(limits.distinct_lg),
            frequent: Frequent::new(limits.frequent),
            numbers: None,
            moments: None,
            days: Days::default(),
            lengths: Lengths::default(),
            texts: None,
        }
    }

    /// Takes in a value; numbers wait in `scratch` until [`Sketched::flush`].
    #[inline]
    pub(crate) fn add(&mut self, hash: u64, text: &[u8], scratch: &mut Scratch) {
        self.distinct.add(hash);
        self.frequent.add(hash, text, 1);
        let cell = classify(text);
        self.kinds.add(cell.kind, 1);
        match cell.kind {
            Kind::Integer => {
                self.kinds.leading_zeros += u64::from(cell.leading_zero);
                scratch.numbers.push(cell.value);
            }
            Kind::Decimal => scratch.numbers.push(cell.value),
            Kind::Date | Kind::DateTime | Kind::Time => scratch.moments.push(cell.value),
            _ => self.add_rare(cell.kind, cell.value, text, 1),
        }
    }

    fn add_rare(&mut self, kind: Kind, value: f64, text: &[u8], times: u64) {
        match kind {
            Kind::Infinity if value > 0.0 => self.infinities.0 += times,
            Kind::Infinity => self.infinities.1 += times,
            Kind::NullToken => {
                if let Some(token) = null_token(text) {
                    self.null_tokens[token] += times;
                }
            }
            _ => self.add_text(text, times),
        }
    }

    fn add_text(&mut self, text: &[u8], times: u64) {
        self.lengths.add(text, times);
        let key = &text[..text.len().min(MOST_BYTES)];
        match &mut self.texts {
            None => self.texts = Some((key.to_vec(), key.to_vec())),
            Some((first, last)) => {
                if key < first.as_slice() {
                    first.clear();
                    first.extend_from_slice(key);
                } else if key > last.as_slice() {
                    last.clear();
                    last.extend_from_slice(key);
                }
            }
        }
    }

    /// Takes in the numbers that wait.
    pub(crate) fn flush(&mut self, limits: &Limits, scratch: &mut Scratch) {
        for (values, into) in [(&mut scratch.numbers, &mut self.numbers), (&mut scratch.moments, &mut self.moments)] {
            if !values.is_empty() {
                into.get_or_insert_with(|| Box::new(Numbers::new(limits))).add_all(values);
            }
        }
        scratch.moments.iter().for_each(|moment| self.days.add(*moment));
        scratch.numbers.clear();
        scratch.moments.clear();
    }

    /// Takes in values with their counts.
    pub fn add_tally(&mut self, limits: &Limits, tally: &Tally) {
        let new = || Box::new(Numbers::new(limits));
        for (hash, text, times) in tally.entries() {
            self.distinct.add(hash);
            self.frequent.add(hash, text, times);
            let cell = classify(text);
            self.kinds.add(cell.kind, times);
            self.kinds.leading_zeros += if cell.leading_zero { times } else { 0 };
            if cell.kind.is_number() {
                self.numbers.get_or_insert_with(new).add(cell.value, times);
            } else if cell.kind.is_moment() {
                self.moments.get_or_insert_with(new).add(cell.value, times);
                self.days.add(cell.value);
            } else {
                self.add_rare(cell.kind, cell.value, text, times);
            }
        }
    }

    /// Takes in the values of `other`.
    pub fn merge(&mut self, other: &Self) {
        self.kinds.merge(&other.kinds);
        for (mine, others) in self.null_tokens.iter_mut().zip(other.null_tokens) {
            *mine += others;
        }
        self.infinities.0 += other.infinities.0;
        self.infinities.1 += other.infinities.1;
        self.distinct.merge(&other.distinct);
        self.frequent.merge(&other.frequent);
        for (mine, others) in [(&mut self.numbers, &other.numbers), (&mut self.moments, &other.moments)] {
            match (mine, others) {
                (Some(mine), Some(others)) => mine.merge(others),
                (mine @ None, others) => *mine = others.clone(),
                (Some(_), None) => {}
            }
        }
        self.days.merge(&other.days);
        self.lengths.merge(&other.lengths);
        self.texts = match (self.texts.take(), other.texts.clone()) {
            (Some(mine), Some(others)) => Some((mine.0.min(others.0), mine.1.max(others.1))),
            (mine, others) => mine.or(others),
        };
    }
}
