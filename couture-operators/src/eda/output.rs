//! Where reports go.

use std::fmt;
use std::str::FromStr;

use couture_core::Timestamp;

use super::source_name::fit;

/// What is to be found out about a data set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EdaKind {
    /// What is in it: L0.
    Preliminary,
    /// Which of its columns tell about another one: L1.
    DataImportance,
}

/// A text that names no kind.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the kind {0:?} is none: it is preliminary or data_importance")]
pub struct UnknownKind(String);

impl EdaKind {
    /// Its name, which is also that of the folder of its reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Preliminary => "preliminary",
            Self::DataImportance => "data_importance",
        }
    }

    /// The name of its report.
    pub const fn report(self) -> &'static str {
        match self {
            Self::Preliminary => "data_info.html",
            Self::DataImportance => "table_and_feature_importance.html",
        }
    }
}

impl FromStr for EdaKind {
    type Err = UnknownKind;

    fn from_str(text: &str) -> Result<Self, UnknownKind> {
        match text {
            "preliminary" => Ok(Self::Preliminary),
            "data_importance" => Ok(Self::DataImportance),
            _ => Err(UnknownKind(text.chars().take(100).collect())),
        }
    }
}

/// The folder of one run's reports: `OUTPUTS/NAME/KIND/TIMESTAMP`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutputPlace {
    /// The folder of all outputs: [`OutputPlace::ROOT`], or a folder in it.
    pub outputs: String,
    /// What was looked at; see [`source_name`](super::source_name).
    pub name: String,
    /// What was to be found out.
    pub kind: EdaKind,
    /// When.
    pub timestamp: String,
}

impl OutputPlace {
    /// The folder that all outputs are in.
    pub const ROOT: &'static str = "outputs";

    /// [`OutputPlace::ROOT`], as a field of an operator.
    pub(super) fn root() -> String {
        Self::ROOT.to_owned()
    }

    /// Whether it is [`OutputPlace::ROOT`].
    pub(super) fn is_root(outputs: &String) -> bool {
        outputs == Self::ROOT
    }

    /// The longest timestamp, in characters.
    const MAX_CHARS: usize = 100;

    /// A timestamp as the name of a folder, as `eda` makes it: letters, digits, points, lines and dashes stay.
    pub(super) fn safe(timestamp: &str) -> String {
        timestamp.chars().take(Self::MAX_CHARS).map(fit).collect()
    }

    /// A time as it is in such a folder's name: `2026-11-23T04-13-37-042`, in UTC.
    pub fn timestamp(time: Timestamp) -> String {
        let date = chrono::DateTime::from_timestamp_micros(time.as_micros()).unwrap_or_default();
        date.format("%Y-%m-%dT%H-%M-%S-%3f").to_string()
    }

    /// The path of the run's first report.
    pub fn report(&self) -> String {
        format!("{self}/{}", self.kind.report())
    }
}

impl fmt::Display for OutputPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}/{}", self.outputs, self.name, self.kind.name(), self.timestamp)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_have_their_places() {
        let check = |kind: &str, expected: &str| {
            let (outputs, name) = (OutputPlace::ROOT.to_owned(), "flights.csv".to_owned());
            let timestamp = OutputPlace::timestamp(Timestamp::from_micros(1_767_225_605_999_999));
            let place = OutputPlace { outputs, name, kind: kind.parse().unwrap(), timestamp };
            assert_eq!(place.report(), format!("outputs/flights.csv/{kind}/2026-01-01T00-00-05-999/{expected}"));
        };
        check("preliminary", "data_info.html");
        check("data_importance", "table_and_feature_importance.html");
        assert!("L0".parse::<EdaKind>().unwrap_err().to_string().contains("preliminary or data_importance"));
    }
}
