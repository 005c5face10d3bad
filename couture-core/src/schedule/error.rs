//! What can be wrong with a schedule.

use crate::time::Timestamp;

/// A schedule that cannot be used, and what to write instead.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScheduleError {
    /// A field of a cron expression cannot be read.
    #[error("read the schedule {expression:?}: its field {field} is {value:?}, {problem}; allowed are {allowed}")]
    CronField {
        /// The whole expression.
        expression: String,
        /// The field's name.
        field: &'static str,
        /// The part of the field that is wrong.
        value: String,
        /// What is wrong with it.
        problem: String,
        /// What may stand there.
        allowed: &'static str,
    },
    /// A cron expression with too few or too many fields.
    #[error(
        "read the schedule {expression:?}: it has {found} fields; write minute, hour, day of month, month, day of week{more}"
    )]
    CronFieldCount {
        /// The whole expression.
        expression: String,
        /// How many there are.
        found: usize,
        /// What may follow the five.
        more: &'static str,
    },
    /// A cron expression whose dates do not exist.
    #[error("find a date for the schedule {expression:?}: {problem}")]
    NoSuchDate {
        /// The whole expression.
        expression: String,
        /// Why there is none.
        problem: String,
    },
    /// A word with `@` that is none.
    #[error("read the schedule {name:?}: there is no such preset; known are {known}")]
    UnknownPreset {
        /// What was written.
        name: String,
        /// Those of the dialect.
        known: String,
    },
    /// A name that is no time zone.
    #[error("find the time zone {name:?}: write a name of the IANA database{}, UTC, or an offset such as +02:00", nearest.as_ref().map_or(String::new(), |near| format!(", perhaps {near:?}")))]
    UnknownZone {
        /// What was written.
        name: String,
        /// The known name that is most like it.
        nearest: Option<String>,
    },
    /// A time between runs that cannot be one.
    #[error("read the period {text:?}: {problem}; write for example 1d, 6h, 1h30m or 6:00:00")]
    Period {
        /// What was written.
        text: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// The end is before the start.
    #[error("schedule between {start} and {end}: the end date is before the start date; swap them or leave one out")]
    EndBeforeStart {
        /// The start.
        start: Timestamp,
        /// The end.
        end: Timestamp,
    },
}
