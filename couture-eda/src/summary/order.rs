use serde::{Deserialize, Serialize};

use crate::cell::{Kind, classify};

/// A value of more bytes is compared by its first ones.
const COMPARED_BYTES: usize = 256;

/// Whether the values of a column rise or fall from row to row. Missing values are passed over.
///
/// The rows of a summary that is merged in come after those that are there.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Order {
    ends: Option<(Key, Key)>,
    rises: bool,
    falls: bool,
    repeats: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Key {
    Number(Kind, f64),
    Text(Vec<u8>),
}

impl Key {
    fn new(bytes: &[u8]) -> Option<Self> {
        let cell = classify(bytes);
        match cell.kind {
            Kind::NullToken => None,
            Kind::Integer | Kind::Decimal | Kind::Infinity => Some(Self::Number(Kind::Decimal, cell.value)),
            Kind::Date | Kind::DateTime => Some(Self::Number(Kind::DateTime, cell.value)),
            Kind::Time => Some(Self::Number(Kind::Time, cell.value)),
            Kind::Boolean | Kind::Text => Some(Self::Text(bytes[..bytes.len().min(COMPARED_BYTES)].to_vec())),
        }
    }
}

impl Order {
    /// Whether another value can still change what is said, so that it has to be shown.
    #[must_use]
    #[inline]
    pub fn is_open(&self) -> bool {
        !(self.rises && self.falls)
    }

    /// Takes in the next value, which is not empty. Costs nothing once the order is known to be none.
    pub fn add(&mut self, value: &[u8]) {
        let Some(key) = self.is_open().then(|| Key::new(value)).flatten() else { return };
        match &mut self.ends {
            None => self.ends = Some((key.clone(), key)),
            Some((_, last)) => {
                let before = std::mem::replace(last, key);
                let Some((_, last)) = &self.ends else { return };
                (self.rises, self.falls, self.repeats) = self.step(&before, last);
            }
        }
    }

    fn step(&self, before: &Key, after: &Key) -> (bool, bool, bool) {
        let ordering = match (before, after) {
            (Key::Number(a, x), Key::Number(b, y)) if a == b => x.partial_cmp(y),
            (Key::Text(x), Key::Text(y)) => Some(x.cmp(y)),
            _ => None,
        };
        match ordering {
            Some(std::cmp::Ordering::Less) => (true, self.falls, self.repeats),
            Some(std::cmp::Ordering::Greater) => (self.rises, true, self.repeats),
            Some(std::cmp::Ordering::Equal) => (self.rises, self.falls, true),
            None => (true, true, self.repeats),
        }
    }

    /// Takes in the order of the rows that follow.
    pub fn merge(&mut self, later: &Self) {
        if let (Some((_, last)), Some((first, _))) = (&self.ends, &later.ends) {
            (self.rises, self.falls, self.repeats) = self.step(last, first);
        }
        self.rises |= later.rises;
        self.falls |= later.falls;
        self.repeats |= later.repeats;
        self.ends = match (self.ends.take(), later.ends.clone()) {
            (Some((first, _)), Some((_, last))) => Some((first, last)),
            (mine, others) => mine.or(others),
        };
    }

    /// `increasing`, `decreasing`, each `strictly` where no value repeats, or `None`.
    #[must_use]
    pub fn name(&self) -> Option<&'static str> {
        match (self.rises, self.falls, self.repeats) {
            (true, false, false) => Some("strictly increasing"),
            (true, false, true) => Some("increasing"),
            (false, true, false) => Some("strictly decreasing"),
            (false, true, true) => Some("decreasing"),
            _ => None,
        }
    }
}

#[test]
fn the_order_is_found_however_the_rows_are_split() {
    let check = |values: &[&str], expected: Option<&str>| {
        for split in 0..=values.len() {
            let parts = values.split_at(split);
            let mut orders = [parts.0, parts.1].map(|part| {
                let mut order = Order::default();
                part.iter().for_each(|value| order.add(value.as_bytes()));
                order
            });
            let later = orders[1].clone();
            orders[0].merge(&later);
            assert_eq!(orders[0].name(), expected, "{values:?} at {split}");
        }
    };
    check(&["1", "2", "10"], Some("strictly increasing"));
    check(&["1", "NA", "1", "10"], Some("increasing"));
    check(&["b", "a", "a"], Some("decreasing"));
    check(&["2020-01-02", "2020-01-01"], Some("strictly decreasing"));
    check(&["1", "2", "1"], None);
    check(&["1", "a"], None);
    check(&["1", "1"], None);
    check(&[], None);
}
