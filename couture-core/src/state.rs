//! The states of task instances and DAG runs, by Airflow's names.

use serde::{Deserialize, Serialize};

macro_rules! states {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $code:literal $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$variant_doc])* $variant,)* }

        impl $name {
            /// Every state.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// Airflow's name of it.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }

            /// The number that a store keeps for it. Numbers are never reused.
            pub const fn code(self) -> i64 {
                match self { $(Self::$variant => $code,)* }
            }

            /// The state that a store kept as `code`.
            pub const fn from_code(code: i64) -> Option<Self> {
                match code { $($code => Some(Self::$variant),)* _ => None }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = String;
            fn from_str(text: &str) -> Result<Self, String> {
                Self::ALL.iter().copied().find(|state| state.as_str() == text).ok_or_else(|| {
                    let known: Vec<_> = Self::ALL.iter().map(|state| state.as_str()).collect();
                    format!("{text:?} is not a state; known are {}", known.join(", "))
                })
            }
        }
    };
}

states! {
    /// The state of a task instance. An instance that nothing has happened to yet has none, and no row in the store.
    TaskState {
        /// Recorded for launch: it holds pool slots and a lease.
        Queued = 1 "queued",
        /// Its operator runs.
        Running = 2 "running",
        /// Failed, and will be tried again.
        UpForRetry = 3 "up_for_retry",
        /// Done.
        Success = 4 "success",
        /// Failed for good.
        Failed = 5 "failed",
        /// Not run, because of what its upstream tasks came to.
        UpstreamFailed = 6 "upstream_failed",
        /// Not run, on purpose.
        Skipped = 7 "skipped",
        /// Waits without holding anything; its operator is run again.
        Deferred = 8 "deferred",
        /// It was finished, and begins again.
        Cleared = 9 "cleared",
        /// The row of a mapped task itself: its instances stand for it.
        Expanded = 10 "expanded",
        /// An instance of a mapped task that the list has no element for any more.
        Removed = 11 "removed",
    }
}

states! {
    /// The state of a DAG run.
    RunState {
        /// Created; its tasks are not looked at yet.
        Queued = 1 "queued",
        /// Its tasks are scheduled.
        Running = 2 "running",
        /// All its tasks are finished, and no leaf failed.
        Success = 3 "success",
        /// All its tasks are finished, and a leaf failed.
        Failed = 4 "failed",
    }
}

impl TaskState {
    /// Whether an attempt holds pool slots and a lease.
    pub const fn is_live(self) -> bool {
        matches!(self, Self::Queued | Self::Running)
    }

    /// Whether nothing more happens to the instance by itself.
    pub const fn is_finished(self) -> bool {
        matches!(self, Self::Success | Self::Failed | Self::UpstreamFailed | Self::Skipped | Self::Removed)
    }
}

impl RunState {
    /// Whether the run is over.
    pub const fn is_finished(self) -> bool {
        matches!(self, Self::Success | Self::Failed)
    }
}

/// What made a DAG run.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunType {
    /// A person or a program asked for it.
    Manual,
    /// The DAG's schedule.
    Scheduled,
    /// A backfill.
    Backfill,
    /// Changes of assets.
    AssetTriggered,
}

impl RunType {
    /// Airflow's name of it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Manual => "manual",
            Self::Scheduled => "scheduled",
            Self::Backfill => "backfill",
            Self::AssetTriggered => "asset_triggered",
        }
    }
}

impl std::fmt::Display for RunType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

impl std::str::FromStr for RunType {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        [Self::Manual, Self::Scheduled, Self::Backfill, Self::AssetTriggered]
            .into_iter()
            .find(|run_type| run_type.as_str() == text)
            .ok_or_else(|| format!("{text:?} is not a run type"))
    }
}
