//! What operators may use besides their own code: log, artifacts, child processes, variables and connections.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::Value;

use super::context::TaskContext;
use super::dag_runs::LateDagRuns;
use super::extensions::Extensions;
use super::mail::{Mailer, NoMail};
use super::templates::{PlainText, Templates};
use super::xcoms::{NoXComs, XComs};
use crate::clock::{Clock, SystemClock};
use crate::failure::BoxError;
use crate::values::{EnvironmentValues, Values};

/// The services of an executor.
#[derive(Clone, Debug)]
pub struct Services {
    /// Logs of attempts.
    pub logs: Arc<dyn TaskLogs>,
    /// Data too big for an XCom.
    pub artifacts: Arc<dyn Artifacts>,
    /// Child processes.
    pub processes: Arc<dyn Processes>,
    /// Variables and connections. Operators ask [`TaskContext::values`], which also remembers what must be masked.
    pub values: Arc<dyn Values>,
    /// Fills in the templates of operators.
    pub templates: Arc<dyn Templates>,
    /// What attempts gave to later ones. The local executor puts its store here.
    pub xcoms: Arc<dyn XComs>,
    /// Sends mail.
    pub mailer: Arc<dyn Mailer>,
    /// Runs of DAGs. It is bound to the engine that is made after its executor.
    pub dag_runs: LateDagRuns,
    /// The time. The local executor puts its own clock here.
    pub clock: Arc<dyn Clock>,
    /// Services that other crates bring.
    pub extensions: Extensions,
}

impl Default for Services {
    /// No log, no artifacts, no child processes and no templates: for operators that use none of them. What is logged is lost, an
    /// operator that starts a process, such as the one for bash, fails for good, and templates stay as they are. The crate of
    /// operators has services that do these things. Variables and connections are those of the environment.
    fn default() -> Self {
        Self {
            logs: Arc::new(Absent),
            artifacts: Arc::new(Absent),
            processes: Arc::new(Absent),
            values: Arc::new(EnvironmentValues::of_process()),
            templates: Arc::new(PlainText),
            xcoms: Arc::new(NoXComs),
            mailer: Arc::new(NoMail),
            dag_runs: LateDagRuns::default(),
            clock: Arc::new(SystemClock::new()),
            extensions: Extensions::default(),
        }
    }
}

/// The logs of attempts.
pub trait TaskLogs: Debug + Send + Sync {
    /// Appends `message` to the log of `cx`'s attempt, each line with a time stamp. When it returns, the text survives a kill
    /// of this process. A log that cannot be written is reported to the program's own log and never fails the attempt.
    fn write(&self, cx: &TaskContext, message: &str);
}

/// Immutable objects under keys with `/`.
#[async_trait]
pub trait Artifacts: Debug + Send + Sync {
    /// Stores `content` under `key`, durable when it returns; the same key again replaces it.
    async fn put(&self, key: &str, content: Vec<u8>) -> Result<(), BoxError>;
    /// The content under `key`.
    async fn get(&self, key: &str) -> Result<Vec<u8>, BoxError>;
}

/// Child processes, each its own process group, under something that owns their output.
#[async_trait]
pub trait Processes: Debug + Send + Sync {
    /// Runs `command` to its end, with its output in the log of `cx`'s attempt.
    ///
    /// Idempotent by the attempt's token: if a child for this attempt runs already (in a supervisor that outlived the last
    /// server) or has ended, this call waits for, or returns, that child's end instead of starting another. When `cx` is
    /// cancelled, the whole group gets TERM, and KILL after `command.kill_grace`.
    async fn run(&self, command: ProcessCommand, cx: &TaskContext) -> Result<ProcessEnd, ProcessError> {
        self.converse(command, cx, &Deaf).await
    }

    /// As [`run`](Self::run), and `listener` hears what the child says over its conversation. What the child asked and has no answer to
    /// is heard again by the next call for the same attempt, in a new server, too.
    async fn converse(
        &self,
        command: ProcessCommand,
        cx: &TaskContext,
        listener: &dyn Listener,
    ) -> Result<ProcessEnd, ProcessError>;

    /// Which of these attempts have a child that runs, or whose end was not settled yet. Called at every start, also with none: what
    /// an earlier process left behind, and nobody asks for within a grace period, is ended then.
    async fn known(&self, attempts: &[crate::ids::AttemptToken]) -> Vec<crate::ids::AttemptToken>;

    /// The ends of these attempts are durable elsewhere: they may be forgotten.
    async fn settled(&self, attempts: &[crate::ids::AttemptToken]);
}

/// A program to run.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ProcessCommand {
    /// Path or name (looked up in `PATH`).
    pub program: String,
    /// Its arguments.
    pub args: Vec<String>,
    /// Variables added to the environment, or the whole environment where `clear_env` is set.
    pub env: BTreeMap<String, String>,
    /// Whether the server's own environment is withheld.
    pub clear_env: bool,
    /// Working directory; a fresh temporary one where absent, removed afterwards.
    pub cwd: Option<PathBuf>,
    /// Texts shown as `***` in the log.
    pub secrets: Vec<String>,
    /// From TERM to KILL when cancelled.
    pub kill_grace: Duration,
    /// What it is told first over its conversation: a socket that it inherits as descriptor 3, for frames of JSON, each with its length
    /// in four bytes before it, big end first. It has none where this is absent. At most 12 MiB.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub greeting: Option<Value>,
    /// The process that it is forked from instead, where that is possible.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warm: Option<WarmParent>,
}

/// A process that has loaded what its children need, and forks them. It is started when it is first needed, and ends when it was idle for
/// long.
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct WarmParent {
    /// Path or name (looked up in `PATH`).
    pub program: String,
    /// Its arguments. Parents with equal program, arguments and environment are one.
    pub args: Vec<String>,
}

/// Hears what a child says over its conversation. Frames of one child are heard at the same time as earlier ones are still being answered.
///
/// A frame with the keys `id` and `ask` is a question. A frame with the same `id` and the key `answer` answers it; one that answers no
/// open question is dropped. A child with 1,000 open questions, or frames not heard to the end, is not listened to until there are fewer.
#[async_trait]
pub trait Listener: Send + Sync {
    /// A frame of the child's, but for its last, which is [`ProcessEnd::said`]. What is still being heard when the child is over is
    /// dropped. Questions may be heard again after a server died while it answered.
    async fn heard(&self, frame: Value, child: &dyn Speaker);
}

/// Speaks to a child.
pub trait Speaker: Send + Sync {
    /// Sends a frame. `secrets` are shown as `***` in the child's log from now on. A child that is gone hears nothing. In place of an
    /// answer that is longer than 16 MiB, or nested deeper than 100, the child hears an error.
    fn say(&self, frame: Value, secrets: Vec<String>);
}

/// Hears nothing.
struct Deaf;

#[async_trait]
impl Listener for Deaf {
    async fn heard(&self, _: Value, _: &dyn Speaker) {}
}

/// How a child ended.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ProcessEnd {
    /// Its exit code; absent where a signal ended it.
    pub code: Option<i32>,
    /// The signal that ended it.
    pub signal: Option<i32>,
    /// The last line of its output, without time stamp and white space at its end, cut at 64 KiB; secrets are masked. Empty where
    /// that line is blank.
    pub last_line: String,
    /// The largest resident set of the child, in bytes, where known. One that was forked from a warm parent begins with what that had.
    pub peak_rss_bytes: Option<u64>,
    /// What it said under the key `end` of the last frame of its conversation; at most 12 MiB.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said: Option<Value>,
    /// Why what it may have said at last was not heard: its conversation ended early, by a frame that was too long or made no sense.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unheard: Option<String>,
}

/// Why a child has no end to tell of.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProcessError {
    /// It could not be started; the attempt has failed.
    #[error("failed to start {program}: {reason}")]
    Start {
        /// What was to run.
        program: String,
        /// Why it does not.
        reason: String,
    },
    /// It was lost with its supervisor; the attempt is lost, not failed.
    #[error("the child process was lost: {0}")]
    Lost(String),
    /// The executor has no child processes.
    #[error("this executor runs no child processes")]
    Unsupported,
}

/// The service that does nothing.
#[derive(Debug)]
struct Absent;

impl TaskLogs for Absent {
    fn write(&self, _: &TaskContext, _: &str) {}
}

#[async_trait]
impl Artifacts for Absent {
    async fn put(&self, _: &str, _: Vec<u8>) -> Result<(), BoxError> {
        Err("this executor has no artifacts".into())
    }
    async fn get(&self, _: &str) -> Result<Vec<u8>, BoxError> {
        Err("this executor has no artifacts".into())
    }
}

#[async_trait]
impl Processes for Absent {
    async fn converse(&self, _: ProcessCommand, _: &TaskContext, _: &dyn Listener) -> Result<ProcessEnd, ProcessError> {
        Err(ProcessError::Unsupported)
    }
    async fn known(&self, _: &[crate::ids::AttemptToken]) -> Vec<crate::ids::AttemptToken> {
        Vec::new()
    }
    async fn settled(&self, _: &[crate::ids::AttemptToken]) {}
}
