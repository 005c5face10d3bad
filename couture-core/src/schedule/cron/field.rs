//! The fields of a cron expression, in their order.

/// A field, and what may stand in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Minute,
    Hour,
    DayOfMonth,
    Month,
    DayOfWeek,
    Second,
    Year,
}

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const WEEKDAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

impl Field {
    /// Seconds stand after the day of the week.
    pub(super) const ALL: [Self; 7] =
        [Self::Minute, Self::Hour, Self::DayOfMonth, Self::Month, Self::DayOfWeek, Self::Second, Self::Year];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Minute => "minute",
            Self::Hour => "hour",
            Self::DayOfMonth => "day of month",
            Self::Month => "month",
            Self::DayOfWeek => "day of week",
            Self::Second => "second",
            Self::Year => "year",
        }
    }

    /// The smallest and the largest value.
    pub(super) fn range(self) -> (u16, u16) {
        match self {
            Self::Minute | Self::Second => (0, 59),
            Self::Hour => (0, 23),
            Self::DayOfMonth => (1, 31),
            Self::Month => (1, 12),
            Self::DayOfWeek => (0, 6),
            Self::Year => (1970, 2099),
        }
    }

    /// How many values there are.
    pub(super) fn size(self) -> usize {
        let (low, high) = self.range();
        usize::from(high - low) + 1
    }

    pub(super) fn allowed(self) -> &'static str {
        match self {
            Self::Minute | Self::Second => "*, 0 to 59, lists such as 0,30, ranges such as 10-20 and steps such as */5",
            Self::Hour => "*, 0 to 23, lists such as 6,18, ranges such as 9-17 and steps such as */2",
            Self::DayOfMonth => "*, 1 to 31, L for the last day, lists such as 1,15, ranges and steps such as */2",
            Self::Month => "*, 1 to 12, jan to dec, lists, ranges and steps such as */3",
            Self::DayOfWeek => {
                "*, 0 to 7 (0 and 7 are Sunday), sun to sat, 5#2 for the second Friday, L5 for the last one (not in dialect 1.10), lists, ranges and steps"
            }
            Self::Year => "*, 1970 to 2099, lists, ranges and steps",
        }
    }

    /// The value of a name.
    pub(super) fn named(self, name: &str) -> Option<u16> {
        let place = |names: &[&str]| names.iter().position(|known| *known == name).map(|at| at as u16);
        match self {
            Self::Month => place(&MONTHS).map(|at| at + 1),
            Self::DayOfWeek => place(&WEEKDAYS),
            _ => None,
        }
    }
}
