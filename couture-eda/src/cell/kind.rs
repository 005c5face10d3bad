use serde::{Deserialize, Serialize};

/// The kinds of cells. A column's type is the join of the kinds that its cells have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Kind {
    /// A word that stands for a missing value, such as `NA`.
    NullToken,
    /// `true`, `false`, `yes`, `no`.
    Boolean,
    /// A whole number of at most 18 digits.
    Integer,
    /// Any other finite number.
    Decimal,
    /// `inf`, `-Infinity`.
    Infinity,
    /// A day.
    Date,
    /// A day and a time of the day.
    DateTime,
    /// A time of the day.
    Time,
    /// Anything else.
    Text,
}

impl Kind {
    /// All kinds, in the order of their numbers.
    pub const ALL: [Kind; 9] = [
        Kind::NullToken,
        Kind::Boolean,
        Kind::Integer,
        Kind::Decimal,
        Kind::Infinity,
        Kind::Date,
        Kind::DateTime,
        Kind::Time,
        Kind::Text,
    ];

    /// Whether the value of a cell of this kind is a number of the data (not a moment).
    #[must_use]
    pub fn is_number(self) -> bool {
        matches!(self, Kind::Integer | Kind::Decimal)
    }

    /// Whether the value of a cell of this kind is a moment: seconds since 1970-01-01, or since midnight.
    #[must_use]
    pub fn is_moment(self) -> bool {
        matches!(self, Kind::Date | Kind::DateTime | Kind::Time)
    }

    /// The name as shown in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Kind::NullToken => "null token",
            Kind::Boolean => "boolean",
            Kind::Integer => "integer",
            Kind::Decimal => "decimal",
            Kind::Infinity => "infinity",
            Kind::Date => "date",
            Kind::DateTime => "date and time",
            Kind::Time => "time",
            Kind::Text => "text",
        }
    }
}

/// How many cells of each kind there were. The sum of two is the count of both, in any order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kinds {
    counts: [u64; Kind::ALL.len()],
    /// Integers of two and more digits that begin with a zero: codes, most often.
    pub leading_zeros: u64,
}

impl Kinds {
    /// Counts `times` cells of `kind`.
    #[inline]
    pub fn add(&mut self, kind: Kind, times: u64) {
        self.counts[kind as usize] += times;
    }

    /// Takes in the counts of `other`.
    pub fn merge(&mut self, other: &Self) {
        for (mine, others) in self.counts.iter_mut().zip(other.counts) {
            *mine += others;
        }
        self.leading_zeros += other.leading_zeros;
    }

    /// How many cells of `kind` there were.
    #[must_use]
    pub fn count(&self, kind: Kind) -> u64 {
        self.counts[kind as usize]
    }

    /// How many cells there were that say something: all but null tokens.
    #[must_use]
    pub fn valued(&self) -> u64 {
        self.counts.iter().sum::<u64>() - self.count(Kind::NullToken)
    }

    /// The narrowest kind that holds every cell, or `None` where there is none: an integer is a decimal, a date is a
    /// date and time at midnight, and all else that differs is text.
    #[must_use]
    pub fn join(&self) -> Option<Kind> {
        let present = Kind::ALL.into_iter().filter(|kind| *kind != Kind::NullToken && self.count(*kind) > 0);
        present.reduce(|a, b| match (a, b) {
            (a, b) if a == b => a,
            (Kind::Integer | Kind::Decimal | Kind::Infinity, Kind::Integer | Kind::Decimal | Kind::Infinity) => {
                Kind::Decimal
            }
            (Kind::Date | Kind::DateTime, Kind::Date | Kind::DateTime) => Kind::DateTime,
            _ => Kind::Text,
        })
    }

    /// The kind that most cells have, and its share of the cells that say something.
    #[must_use]
    pub fn leading(&self) -> Option<(Kind, f64)> {
        let all = self.valued();
        let kinds = Kind::ALL.into_iter().filter(|kind| *kind != Kind::NullToken);
        let most = kinds.max_by_key(|kind| self.count(*kind))?;
        (all > 0).then(|| (most, self.count(most) as f64 / all as f64))
    }
}

#[test]
fn kinds_join_to_the_narrowest_that_holds_all() {
    let check = |kinds: &[Kind], expected: Option<Kind>| {
        let mut counts = Kinds::default();
        kinds.iter().for_each(|kind| counts.add(*kind, 1));
        assert_eq!(counts.join(), expected, "{kinds:?}");
    };
    check(&[], None);
    check(&[Kind::NullToken], None);
    check(&[Kind::Integer, Kind::NullToken], Some(Kind::Integer));
    check(&[Kind::Decimal, Kind::Integer], Some(Kind::Decimal));
    check(&[Kind::Integer, Kind::Infinity], Some(Kind::Decimal));
    check(&[Kind::Date, Kind::DateTime], Some(Kind::DateTime));
    check(&[Kind::Date, Kind::Integer], Some(Kind::Text));
    check(&[Kind::Boolean, Kind::Integer], Some(Kind::Text));
    check(&[Kind::Time, Kind::Date], Some(Kind::Text));
}
