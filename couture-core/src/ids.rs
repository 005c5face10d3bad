//! The names of things. Each is a type of its own, so that one is never passed where another is meant.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize};

use crate::dialect::Dialect;
use crate::state::RunType;
use crate::time::Timestamp;

/// The longest id, in bytes of UTF-8. It is what an indexed text column of every supported database can hold.
pub const MAX_ID_BYTES: usize = 250;

/// Why a text is not an id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// Nothing was given.
    #[error("{kind} is empty")]
    Empty {
        /// Which id.
        kind: &'static str,
    },
    /// More than [`MAX_ID_BYTES`] bytes.
    #[error("{kind} {start:?}… has {bytes} bytes; at most {MAX_ID_BYTES} are allowed")]
    TooLong {
        /// Which id.
        kind: &'static str,
        /// Its first characters.
        start: String,
        /// Its length.
        bytes: usize,
    },
    /// A character that ids do not have.
    #[error("{kind} {text:?} holds {character:?}; {allowed} are allowed")]
    Character {
        /// Which id.
        kind: &'static str,
        /// The whole text.
        text: String,
        /// The first character refused.
        character: char,
        /// What may stand there instead.
        allowed: &'static str,
    },
}

fn check(kind: &'static str, text: &str, allowed: &'static str, allow: fn(char) -> bool) -> Result<(), IdError> {
    if text.is_empty() {
        return Err(IdError::Empty { kind });
    }
    if text.len() > MAX_ID_BYTES {
        return Err(IdError::TooLong { kind, start: text.chars().take(40).collect(), bytes: text.len() });
    }
    match text.chars().find(|c| !allow(*c)) {
        Some(character) => Err(IdError::Character { kind, text: text.to_owned(), character, allowed }),
        None => Ok(()),
    }
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident, $kind:literal, $allowed:literal, $allow:expr) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
        #[serde(transparent)]
        pub struct $name(Arc<str>);

        impl $name {
            #[doc = concat!("Checks that `text` is a ", $kind, ".")]
            pub fn new(text: impl AsRef<str>) -> Result<Self, IdError> {
                let text = text.as_ref();
                check($kind, text, $allowed, $allow)?;
                Ok(Self(text.into()))
            }

            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&*self.0, f)
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl std::str::FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                Self::new(text)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                Self::new(text).map_err(serde::de::Error::custom)
            }
        }
    };
}

fn word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '.')
}

text_id!(
    /// The id of a DAG: letters, digits, `_`, `-` and `.`, as in Airflow.
    DagId, "dag id", "letters, digits, '_', '-' and '.'", word
);
text_id!(
    /// The id of a task, unique in its DAG; the same characters as a [`DagId`].
    TaskId, "task id", "letters, digits, '_', '-' and '.'", word
);
text_id!(
    /// The id of a DAG run, unique in its DAG: any text without control characters, such as `manual__2026-01-01T00:00:00+00:00`.
    RunId, "run id", "all but control characters", |c| !c.is_control()
);
text_id!(
    /// The name of a pool: any text without control characters.
    PoolName, "pool name", "all but control characters", |c| !c.is_control()
);

text_id!(
    /// The key of a variable: any text without control characters.
    VariableKey, "variable key", "all but control characters", |c| !c.is_control()
);
text_id!(
    /// The id of a connection, which several connections may share: any text without control characters.
    ConnId, "connection id", "all but control characters", |c| !c.is_control()
);
text_id!(
    /// The name of an asset, often its URI: any text without control characters.
    AssetName, "asset name", "all but control characters", |c| !c.is_control()
);

impl PoolName {
    /// The pool of a task that names none, as in Airflow.
    pub const DEFAULT: &'static str = "default_pool";
}

impl Default for PoolName {
    fn default() -> Self {
        Self(Self::DEFAULT.into())
    }
}

impl RunId {
    /// The id of a run that was asked for without one: `manual__` and its logical date.
    pub fn manual(logical_date: Timestamp) -> Self {
        Self::of(RunType::Manual, logical_date, Dialect::default())
    }

    /// The id that a run of this type and logical date gets, as in Airflow: `scheduled__2026-01-01T00:00:00+00:00`.
    pub fn of(run_type: RunType, logical_date: Timestamp, dialect: Dialect) -> Self {
        let underscores = if run_type == RunType::Backfill && dialect == Dialect::V1_10 { "_" } else { "__" };
        Self(format!("{run_type}{underscores}{logical_date}").into())
    }

    /// The type of run, other than manual, whose ids begin like this one.
    pub fn reserved_for(&self) -> Option<RunType> {
        let begins =
            |run_type: &RunType| self.0.strip_prefix(run_type.as_str()).is_some_and(|rest| rest.starts_with('_'));
        [RunType::Scheduled, RunType::Backfill, RunType::AssetTriggered].into_iter().find(begins)
    }
}

impl DagId {
    /// The shard that this DAG belongs to among `shards`: by FNV-1a of the id, so that every program agrees for ever.
    pub fn shard(&self, shards: u32) -> ShardId {
        ShardId((self.fnv1a() % u64::from(shards.max(1))) as u32)
    }

    /// FNV-1a of the id.
    pub fn fnv1a(&self) -> u64 {
        fnv1a(&self.0)
    }
}

impl AssetName {
    /// The shard that records what is said of this asset from outside, among `shards`: by FNV-1a of the name.
    pub fn shard(&self, shards: u32) -> ShardId {
        ShardId((fnv1a(&self.0) % u64::from(shards.max(1))) as u32)
    }
}

fn fnv1a(text: &str) -> u64 {
    let mix = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
    text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, mix)
}

/// One process that runs attempts or schedules.
///
/// `name` stays over restarts where a lock proves that its processes follow each other; `incarnation` then grows, and an
/// attempt of an earlier incarnation has lost its worker.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Debug)]
pub struct WorkerId {
    /// Unique among the processes that share a store.
    pub name: Arc<str>,
    /// Which start of it.
    pub incarnation: u64,
}

impl WorkerId {
    /// The worker `name` in its start number `incarnation`.
    pub fn new(name: impl AsRef<str>, incarnation: u64) -> Self {
        Self { name: name.as_ref().into(), incarnation }
    }
}

impl fmt::Display for WorkerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.name, self.incarnation)
    }
}

impl std::str::FromStr for WorkerId {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let (name, incarnation) = text.rsplit_once('#').ok_or_else(|| format!("worker {text:?} has no '#'"))?;
        let incarnation = incarnation.parse().map_err(|_| format!("worker {text:?} has no incarnation"))?;
        Ok(Self::new(name, incarnation))
    }
}

/// A part of the DAGs that one scheduler owns at a time.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Debug)]
#[serde(transparent)]
pub struct ShardId(pub u32);

impl fmt::Display for ShardId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// How often a shard has changed hands. A commit under an old epoch is refused.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize, Debug)]
#[serde(transparent)]
pub struct Epoch(pub u64);

/// The key of a DAG run in the store: its shard, and the journal position at which it was created.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Debug)]
#[serde(transparent)]
pub struct RunKey(pub i64);

impl RunKey {
    const SEQUENCE_BITS: u32 = 40;

    /// The run that the record number `sequence` of `shard` creates.
    pub fn new(shard: ShardId, sequence: u64) -> Self {
        Self((i64::from(shard.0) << Self::SEQUENCE_BITS) | sequence as i64)
    }

    /// The shard of the run.
    pub fn shard(self) -> ShardId {
        ShardId((self.0 >> Self::SEQUENCE_BITS) as u32)
    }
}

/// A task's place in its DAG version.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Debug)]
#[serde(transparent)]
pub struct TaskIndex(pub u32);

impl TaskIndex {
    /// As an index of a slice.
    pub fn at(self) -> usize {
        self.0 as usize
    }
}

/// The place of a mapped task instance among its siblings; [`MapIndex::NONE`] where the task is not mapped.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Debug)]
#[serde(transparent)]
pub struct MapIndex(pub i32);

impl MapIndex {
    /// Not mapped; Airflow's -1.
    pub const NONE: Self = Self(-1);
}

/// One attempt: this task instance, this try, this launch. A report that carries any other token than the current one is late.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Debug)]
pub struct AttemptToken {
    /// The DAG run.
    pub run: RunKey,
    /// The task in the run's DAG version.
    pub task: TaskIndex,
    /// Which of a mapped task's instances.
    pub map_index: MapIndex,
    /// From 1; grows with each of the user's retries.
    pub try_number: u32,
    /// From 1 in each try; grows when an attempt is lost with its worker and launched again.
    pub launch: u32,
}

impl fmt::Display for AttemptToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}-{}-{}-{}", self.run.0, self.task.0, self.map_index.0, self.try_number, self.launch)
    }
}

impl std::str::FromStr for AttemptToken {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text:?} is not an attempt token");
        let mut parts = text.splitn(3, '-');
        let run = parts.next().and_then(|p| p.parse().ok()).ok_or_else(wrong)?;
        let task = parts.next().and_then(|p| p.parse().ok()).ok_or_else(wrong)?;
        // The map index may be negative: read the last two parts from the right.
        let mut rest = parts.next().ok_or_else(wrong)?.rsplitn(3, '-');
        let launch = rest.next().and_then(|p| p.parse().ok()).ok_or_else(wrong)?;
        let try_number = rest.next().and_then(|p| p.parse().ok()).ok_or_else(wrong)?;
        let map_index = rest.next().and_then(|p| p.parse().ok()).ok_or_else(wrong)?;
        Ok(Self { run: RunKey(run), task: TaskIndex(task), map_index: MapIndex(map_index), try_number, launch })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_checked() {
        assert!(DagId::new("etl.daily-2_ü").is_ok());
        assert_eq!(DagId::new(""), Err(IdError::Empty { kind: "dag id" }));
        assert!(TaskId::new("a".repeat(MAX_ID_BYTES)).is_ok());
        let error = TaskId::new("a".repeat(10_000)).unwrap_err().to_string();
        assert!(error.contains("10000 bytes") && error.len() < 200, "{error}");
        assert!(TaskId::new("a b").unwrap_err().to_string().contains("letters, digits"));
        assert!(RunId::new("manual__2026-01-01T00:00:00+00:00").is_ok());
        assert!(RunId::new("a\nb").is_err());
    }

    #[test]
    fn tokens_and_workers_survive_as_text() {
        let token = AttemptToken {
            run: RunKey::new(ShardId(15), 77),
            task: TaskIndex(3),
            map_index: MapIndex::NONE,
            try_number: 2,
            launch: 4,
        };
        assert_eq!(token.to_string().parse(), Ok(token));
        assert_eq!(token.run.shard(), ShardId(15));
        assert!("1-2-3".parse::<AttemptToken>().is_err());
        let worker = WorkerId::new("a#b", 7);
        assert_eq!(worker.to_string().parse(), Ok(worker));
    }
}
