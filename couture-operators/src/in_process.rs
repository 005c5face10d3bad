//! Child processes as children of this process.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use couture_core::task::{Listener, Speaker};
use couture_core::{AttemptToken, ProcessCommand, ProcessEnd, ProcessError, Processes, TaskContext};
use serde_json::Value;
use tokio::sync::{mpsc, oneshot};

use crate::child::{ChildEnd, ChildSpec, Ear, MemoryRecords, Nursery, attempt_environment, fitting, hear, unfit};

/// Runs child processes as children of this process: they die with it.
///
/// Warm parents are not used: each child is started by itself.
///
/// The peak memory told of a child is never less than what this process had when it started it.
///
/// One thread owns them all; it starts with the first child, and ends, after its children, when this value is dropped.
#[derive(Debug)]
pub struct InProcess {
    live_dir: PathBuf,
    max_log_bytes: u64,
    nursery: Mutex<Option<mpsc::UnboundedSender<Ask>>>,
}

/// Where a log is cut unless something else is set: 4 GiB.
pub(crate) const DEFAULT_MAX_LOG_BYTES: u64 = 4 << 30;

enum Ask {
    Run(Box<ChildSpec>, oneshot::Sender<ChildEnd>, Ear),
    Say(AttemptToken, Value, Vec<String>),
    Heard(AttemptToken, u64),
    End(AttemptToken),
    Claim(Vec<AttemptToken>, oneshot::Sender<Vec<AttemptToken>>),
    Settle(Vec<AttemptToken>),
}

impl InProcess {
    /// Writes logs below `live_dir`, the folder of [`FileTaskLogs`](crate::FileTaskLogs).
    pub fn new(live_dir: impl Into<PathBuf>) -> Self {
        Self { live_dir: live_dir.into(), max_log_bytes: DEFAULT_MAX_LOG_BYTES, nursery: Mutex::default() }
    }

    /// After so many bytes of one log, output is dropped.
    pub fn max_log_bytes(mut self, max_log_bytes: u64) -> Self {
        self.max_log_bytes = max_log_bytes;
        self
    }

    /// Asks the thread that owns the children, which is started if need be.
    fn ask(&self, ask: Ask) -> Result<(), ProcessError> {
        let mut nursery = self.nursery.lock().unwrap_or_else(PoisonError::into_inner);
        let ask = match &*nursery {
            Some(sender) => match sender.send(ask) {
                Ok(()) => return Ok(()),
                Err(mpsc::error::SendError(ask)) => ask,
            },
            None => ask,
        };
        let (sender, receiver) = mpsc::unbounded_channel();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| ProcessError::Lost(format!("no thread for child processes: {error}")))?;
        std::thread::Builder::new()
            .name("couture-children".into())
            .spawn(move || tokio::task::LocalSet::new().block_on(&runtime, serve(receiver)))
            .map_err(|error| ProcessError::Lost(format!("no thread for child processes: {error}")))?;
        // Sent to a thread that was started just now and ends with this sender.
        let _ = sender.send(ask);
        *nursery = Some(sender);
        Ok(())
    }
}

async fn serve(mut asks: mpsc::UnboundedReceiver<Ask>) {
    let nursery = Nursery::new(MemoryRecords::default());
    while let Some(ask) = asks.recv().await {
        match ask {
            Ask::Run(spec, answer, ear) => nursery.run(*spec, answer, ear),
            Ask::Say(token, frame, secrets) => nursery.say(token, frame, secrets),
            Ask::Heard(token, number) => nursery.heard(token, number),
            Ask::End(token) => nursery.end(token),
            Ask::Claim(tokens, answer) => _ = answer.send(nursery.claim(&tokens)),
            Ask::Settle(tokens) => nursery.settle(&tokens),
        }
    }
    nursery.lose_all("what ran it was shut down");
    nursery.emptied().await;
}

/// Speaks to the attempt's child.
struct Voice<'p> {
    processes: &'p InProcess,
    token: AttemptToken,
}

impl Speaker for Voice<'_> {
    fn say(&self, frame: Value, secrets: Vec<String>) {
        // A child whose thread is gone is gone, too.
        let _ = self.processes.ask(Ask::Say(self.token, fitting(frame), secrets));
    }
}

/// Ends the child when nobody waits for it any more.
struct EndOnDrop<'a> {
    processes: &'a InProcess,
    token: AttemptToken,
    ended: bool,
}

impl Drop for EndOnDrop<'_> {
    fn drop(&mut self) {
        if !self.ended {
            let _ = self.processes.ask(Ask::End(self.token));
        }
    }
}

#[async_trait]
impl Processes for InProcess {
    async fn converse(
        &self,
        mut command: ProcessCommand,
        cx: &TaskContext,
        listener: &dyn Listener,
    ) -> Result<ProcessEnd, ProcessError> {
        let token = cx.token();
        let program = command.program.clone();
        if let Some(reason) = command.greeting.as_ref().and_then(unfit) {
            return Err(ProcessError::Start { program, reason: format!("what it is told first {reason}") });
        }
        command.secrets.extend(cx.secrets());
        complete_environment(&mut command, cx, inherited_environment);
        let spec = ChildSpec {
            token,
            command,
            live_dir: self.live_dir.clone(),
            max_log_bytes: self.max_log_bytes,
            temp_root: std::env::temp_dir(),
        };
        let (answer, mut end) = oneshot::channel();
        let (sender, frames) = mpsc::unbounded_channel();
        // Who no longer hears is not told.
        self.ask(Ask::Run(Box::new(spec), answer, Box::new(move |said| _ = sender.send(said))))?;
        let mut guard = EndOnDrop { processes: self, token, ended: false };
        let ended = async {
            tokio::select! {
                ended = &mut end => ended,
                () = cx.cancelled() => {
                    // Where it cannot be asked, it has ended.
                    let _ = self.ask(Ask::End(token));
                    end.await
                }
            }
        };
        let heard = |number| _ = self.ask(Ask::Heard(token, number));
        let ended = hear(ended, frames, listener, &Voice { processes: self, token }, heard).await;
        guard.ended = true;
        let ended = ended.map_err(|_| ProcessError::Lost("the thread that ran it has ended".into()))?;
        ended.into_result(program)
    }

    async fn known(&self, attempts: &[AttemptToken]) -> Vec<AttemptToken> {
        if self.nursery.lock().unwrap_or_else(PoisonError::into_inner).is_none() {
            return Vec::new();
        }
        let (answer, known) = oneshot::channel();
        match self.ask(Ask::Claim(attempts.to_vec(), answer)) {
            Ok(()) => known.await.unwrap_or_default(),
            Err(_) => Vec::new(),
        }
    }

    async fn settled(&self, attempts: &[AttemptToken]) {
        if self.nursery.lock().unwrap_or_else(PoisonError::into_inner).is_some() {
            let _ = self.ask(Ask::Settle(attempts.to_vec()));
        }
    }
}

/// Whether no child gets a variable of the server's environment: what would decrypt every value that is kept, and the server's own
/// settings, among which are the address of its database and passwords. Of Airflow's settings, which DAG files may read, the same.
pub(crate) fn is_withheld(name: &str) -> bool {
    const SECRET: [&str; 6] =
        ["FERNET_KEY", "SECRET_KEY", "PASSWORD", "SQL_ALCHEMY_CONN", "RESULT_BACKEND", "BROKER_URL"];
    ["COUTURE_FERNET_KEY", "COUTURE_ADMIN_PASSWORD"].contains(&name)
        || name.starts_with("COUTURE__")
        || (name.starts_with("AIRFLOW__") && SECRET.iter().any(|secret| name.contains(secret)))
}

/// Makes `command.env` what the child gets: `inherited` unless that is withheld, the command's own, and the attempt's.
pub(crate) fn complete_environment(
    command: &mut ProcessCommand,
    cx: &TaskContext,
    inherited: impl FnOnce() -> Vec<(String, String)>,
) {
    if !command.clear_env {
        for (name, value) in inherited() {
            command.env.entry(name).or_insert(value);
        }
    }
    command.clear_env = true;
    command.env.extend(attempt_environment(cx));
}

/// This process's own environment as children get it; what is not UTF-8 in it is replaced.
pub(crate) fn inherited_environment() -> Vec<(String, String)> {
    let readable = |text: std::ffi::OsString| text.to_string_lossy().into_owned();
    let all = std::env::vars_os().map(|(name, value)| (readable(name), readable(value)));
    all.filter(|(name, _)| !is_withheld(name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_children_must_not_know_is_withheld() {
        for name in ["COUTURE_FERNET_KEY", "COUTURE__DATABASE__URL", "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_CMD"] {
            assert!(is_withheld(name), "{name}");
        }
        for name in ["PATH", "AIRFLOW__CORE__DAGS_FOLDER", "AIRFLOW_CONN_X", "COUTURE_CTX_DAG_ID", "COUTURE_SERVER"] {
            assert!(!is_withheld(name), "{name}");
        }
    }
}
