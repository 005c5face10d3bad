use serde::{Deserialize, Serialize};

use super::ColumnDifference;
use crate::cell::Kind;

/// How much a column has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Degree {
    /// Nothing that differs was found.
    Not,
    /// Something differs, as it does between any two samples of the same.
    Little,
    /// A drift of 0.1 and more, or decimals in place of whole numbers, or times of the day in dates.
    Somewhat,
    /// A drift of 0.25 and more, or another kind of values.
    Much,
}

/// Where the index says that something has changed, and that much has. Source: the usage of N. Siddiqi, *Credit Risk Scorecards*.
const SOMEWHAT: f64 = 0.1;
const MUCH: f64 = 0.25;
/// An index is believed from so many times on what chance alone would give.
const ABOVE_CHANCE: f64 = 2.0;

impl Degree {
    /// All of them, the largest first.
    pub const ALL: [Self; 4] = [Self::Much, Self::Somewhat, Self::Little, Self::Not];

    /// As it is told: after "changed".
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Not => "not",
            Self::Little => "little",
            Self::Somewhat => "somewhat",
            Self::Much => "much",
        }
    }
}

impl ColumnDifference {
    /// The larger one of the stability indices of the values, where it is more than chance, and of being missing.
    #[must_use]
    pub fn drift(&self) -> f64 {
        let by_chance = ABOVE_CHANCE * self.psi_by_chance.unwrap_or_default();
        let of_values = self.psi.filter(|psi| *psi > by_chance).unwrap_or_default();
        let missing = |share: f64| [share, 1.0 - share];
        of_values.max(super::drift::stability_index(&missing(self.missing.0), &missing(self.missing.1)))
    }

    /// How much the column has changed.
    #[must_use]
    pub fn degree(&self) -> Degree {
        let of_kinds = match self.kinds {
            (a, b) if a == b => Degree::Not,
            (Some(a), Some(b)) if a.is_number() && b.is_number() || is_dated(a) && is_dated(b) => Degree::Somewhat,
            _ => Degree::Much,
        };
        let drift = self.drift();
        let of_values = if drift >= MUCH {
            Degree::Much
        } else if drift >= SOMEWHAT {
            Degree::Somewhat
        } else if self.is_other() {
            Degree::Little
        } else {
            Degree::Not
        };
        of_kinds.max(of_values)
    }

    /// Whether anything at all differs.
    fn is_other(&self) -> bool {
        let differs = |a: f64, b: f64| (a - b).abs() > 1e-12 * a.abs().max(b.abs());
        let means = matches!(self.means, (Some(a), Some(b)) if differs(a, b));
        let ranges = match self.ranges {
            (Some(a), Some(b)) => a != b,
            (a, b) => a.is_some() != b.is_some(),
        };
        let counts = self.distinct.0 != self.distinct.1 || differs(self.missing.0, self.missing.1);
        let spreads = self.psi.is_some_and(|psi| psi > 1e-9) || self.ks.is_some_and(|ks| ks > 1e-9);
        let values = !self.new_values.is_empty() || !self.lost_values.is_empty();
        means || ranges || counts || spreads || values
    }
}

fn is_dated(kind: Kind) -> bool {
    matches!(kind, Kind::Date | Kind::DateTime)
}
