//! Who asked for a run, and what they said about its beginning.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// Who asked for a run, and what they said about its beginning: nothing of a run that its DAG asked for by itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RunOrigin {
    /// By what means it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub triggered_by: Option<TriggeredBy>,
    /// The name of the user who asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// The run does not begin by itself before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run_after: Option<Timestamp>,
}

/// By what means a run was asked for, in Airflow's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TriggeredBy {
    /// The command line.
    Cli,
    /// A task of another run.
    Operator,
    /// A program.
    RestApi,
    /// The web page.
    Ui,
    /// A test of the DAG.
    Test,
    /// The DAG's schedule.
    Timetable,
    /// Changes of assets.
    Asset,
    /// A backfill.
    Backfill,
}

impl TriggeredBy {
    /// Every one.
    pub const ALL: [Self; 8] =
        [Self::Cli, Self::Operator, Self::RestApi, Self::Ui, Self::Test, Self::Timetable, Self::Asset, Self::Backfill];

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cli => "cli",
            Self::Operator => "operator",
            Self::RestApi => "rest_api",
            Self::Ui => "ui",
            Self::Test => "test",
            Self::Timetable => "timetable",
            Self::Asset => "asset",
            Self::Backfill => "backfill",
        }
    }
}

impl fmt::Display for TriggeredBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for TriggeredBy {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|one| one.as_str() == text);
        found.ok_or_else(|| format!("nothing triggers runs that is called {text:?}"))
    }
}
