//! The words that stand for cron expressions.

use crate::dialect::Dialect;
use crate::schedule::error::ScheduleError;

const BOTH: [(&str, &str); 6] = [
    ("@hourly", "0 * * * *"),
    ("@daily", "0 0 * * *"),
    ("@weekly", "0 0 * * 0"),
    ("@monthly", "0 0 1 * *"),
    ("@quarterly", "0 0 1 */3 *"),
    ("@yearly", "0 0 1 1 *"),
];
const ONLY_2: [(&str, &str); 2] = [("@midnight", "0 0 * * *"), ("@annually", "0 0 1 1 *")];

/// The expression that `text` stands for; `text` itself where it is no preset.
pub(super) fn expand(text: &str, dialect: Dialect) -> Result<&str, ScheduleError> {
    if !text.starts_with('@') {
        return Ok(text);
    }
    let known = || BOTH.iter().chain(ONLY_2.iter().filter(|_| dialect == Dialect::V2));
    known().find(|(name, _)| *name == text.to_ascii_lowercase()).map(|(_, expression)| *expression).ok_or_else(|| {
        let mut names: Vec<_> = known().map(|(name, _)| *name).collect();
        names.push("@once");
        if dialect == Dialect::V2 {
            names.push("@continuous");
        }
        ScheduleError::UnknownPreset { name: text.into(), known: names.join(", ") }
    })
}
