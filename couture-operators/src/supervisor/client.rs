//! Child processes under a supervisor, as executors see them.

use std::ffi::OsString;
use std::io;
use std::path::PathBuf;

use async_trait::async_trait;
use couture_core::task::{Listener, Speaker};
use couture_core::{AttemptToken, ProcessCommand, ProcessEnd, ProcessError, Processes, TaskContext};
use serde_json::Value;
use tokio::sync::{Mutex, oneshot};

use super::connection::{Connection, NoWelcome};
use super::ledger::Ledger;
use super::protocol::{Ask, Hello, PROTOCOL};
use super::spool::Spool;
use super::{socket, start};
use crate::child::{ChildEnd, attempt_environment, fitting, hear, unfit};
use crate::in_process::{DEFAULT_MAX_LOG_BYTES, inherited_environment};

/// How a supervisor is found or started.
#[derive(Clone, Debug)]
pub struct SupervisorSettings {
    /// The supervisor's folder; see the [module](super).
    pub dir: PathBuf,
    /// Where logs are written: the folder of [`FileTaskLogs`](crate::FileTaskLogs).
    pub live_dir: PathBuf,
    /// The program that calls [`main`](super::main) with the same folder.
    pub program: PathBuf,
    /// Its arguments.
    pub args: Vec<OsString>,
    /// After so many bytes of one log, output is dropped.
    pub max_log_bytes: u64,
}

impl SupervisorSettings {
    /// A supervisor in `dir` that `program` with `args` starts.
    pub fn new(
        dir: impl Into<PathBuf>,
        live_dir: impl Into<PathBuf>,
        program: impl Into<PathBuf>,
        args: impl IntoIterator<Item = impl Into<OsString>>,
    ) -> Self {
        Self {
            dir: dir.into(),
            live_dir: live_dir.into(),
            program: program.into(),
            args: args.into_iter().map(Into::into).collect(),
            max_log_bytes: DEFAULT_MAX_LOG_BYTES,
        }
    }
}

/// Runs child processes under a supervisor that outlives this process. The first child starts it.
///
/// A supervisor serves one client at a time: whoever uses its folder proves by a lock of his own that he is alone.
///
/// A child that [`run`](Processes::run) is no longer waited for goes on, unless it was cancelled before; a later
/// `run` of the same attempt waits for it again. A child that was running when this process connected, and that neither `run` nor
/// [`known`](Processes::known) asked for within the orphan grace, is ended.
#[derive(Debug)]
pub struct Supervisor {
    settings: SupervisorSettings,
    connection: Mutex<Option<Connection>>,
}

/// So many supervisors may die under one attempt before it counts as lost without asking further.
const MAX_SUPERVISORS: usize = 3;

/// So many attempts are asked about at a time.
const MAX_ASKED: usize = 10_000;

impl Supervisor {
    /// A client; nothing is started yet. An error tells that a relative folder is given and the current one is gone.
    pub fn new(mut settings: SupervisorSettings) -> io::Result<Self> {
        settings.dir = std::path::absolute(&settings.dir)?;
        settings.live_dir = std::path::absolute(&settings.live_dir)?;
        Ok(Self { settings, connection: Mutex::default() })
    }

    /// The connection, which is opened, and the supervisor started, if need be.
    async fn connection(&self) -> Result<Connection, String> {
        let mut connection = self.connection.lock().await;
        if let Some(connection) = connection.as_ref().filter(|connection| !connection.is_closed()) {
            return Ok(connection.clone());
        }
        let opened = self.open().await?;
        *connection = Some(opened.clone());
        Ok(opened)
    }

    async fn open(&self) -> Result<Connection, String> {
        for _ in 0..MAX_SUPERVISORS {
            if let Ok(stream) = socket::connect(&self.settings.dir).and_then(tokio::net::UnixStream::from_std) {
                match Connection::open(stream, self.hello()).await {
                    Ok(connection) => return Ok(connection),
                    Err(NoWelcome::Ending) => {}
                    Err(NoWelcome::Silent) => {
                        return Err("the supervisor does not answer; is another server using its folder?".into());
                    }
                }
            }
            start::start(&self.settings.dir, &self.settings.program, &self.settings.args)
                .await
                .map_err(|error| format!("the supervisor cannot be started: {error}"))?;
        }
        Err("one supervisor after the other ended".into())
    }

    fn hello(&self) -> Hello {
        Hello {
            protocol: PROTOCOL,
            env: inherited_environment().into_iter().collect(),
            live_dir: self.settings.live_dir.clone(),
            max_log_bytes: self.settings.max_log_bytes,
        }
    }

    /// Waits for the end of the attempt's child on one connection.
    async fn wait(
        &self,
        connection: &Connection,
        mut end: oneshot::Receiver<Option<ChildEnd>>,
        cx: &TaskContext,
    ) -> Result<Option<ChildEnd>, oneshot::error::RecvError> {
        tokio::select! {
            biased;
            end = &mut end => end,
            () = cx.cancelled() => {
                // Short enough for a frame.
                let _ = connection.ask(&Ask::End(cx.token()));
                end.await
            }
        }
    }
}

/// Speaks to the attempt's child.
struct Voice<'c> {
    connection: &'c Connection,
    token: AttemptToken,
}

impl Speaker for Voice<'_> {
    fn say(&self, frame: Value, secrets: Vec<String>) {
        let say = Ask::Say { token: self.token, frame: fitting(frame), secrets };
        if let Err(error) = self.connection.ask(&say) {
            tracing::error!("failed to speak to the child of {}: {error}", self.token);
        }
    }
}

#[async_trait]
impl Processes for Supervisor {
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
        command.env.extend(attempt_environment(cx));
        command.cwd = command.cwd.map(std::path::absolute).transpose().map_err(|error| ProcessError::Start {
            program: program.clone(),
            reason: format!("its working directory is relative, and the current one is gone: {error}"),
        })?;
        let mut ask = Ask::Launch { token, command: Box::new(command) };
        for _ in 0..MAX_SUPERVISORS {
            let connection = self.connection().await.map_err(ProcessError::Lost)?;
            let Ok(end) = connection.end_of(token) else { continue };
            let frames = connection.hear(token);
            connection
                .ask(&ask)
                .map_err(|error| ProcessError::Start { program: program.clone(), reason: error.to_string() })?;
            // From here on it may have run: it is never started again under another supervisor.
            ask = Ask::Attach(token);
            let voice = Voice { connection: &connection, token };
            let heard = |number| connection.heard(token, number);
            match hear(self.wait(&connection, end, cx), frames, listener, &voice, heard).await {
                Ok(Some(end)) => return end.into_result(program),
                Ok(None) => return Err(ProcessError::Lost("its supervisor died".into())),
                Err(_) => {}
            }
        }
        Err(ProcessError::Lost("one supervisor after the other died".into()))
    }

    async fn known(&self, attempts: &[AttemptToken]) -> Vec<AttemptToken> {
        let dir = &self.settings.dir;
        let has_history = || socket::exists(dir) || Ledger::is_used(dir) || Spool::is_used(dir);
        if self.connection.lock().await.is_none() && !has_history() {
            return Vec::new();
        }
        let connection = match self.connection().await {
            Ok(connection) => connection,
            Err(error) => {
                tracing::error!("failed to ask for child processes: {error}");
                return Vec::new();
            }
        };
        let mut known = Vec::new();
        for some in attempts.chunks(MAX_ASKED) {
            // A supervisor that dies now takes its children with it.
            known.extend(connection.known(some).await.unwrap_or_default());
        }
        known
    }

    async fn settled(&self, attempts: &[AttemptToken]) {
        let connection = self.connection.lock().await.clone();
        for some in attempts.chunks(MAX_ASKED) {
            if let Some(connection) = &connection {
                // Short enough for a frame; on a closed connection the ends are forgotten by the next supervisor's grace.
                let _ = connection.ask(&Ask::Settled(some.to_vec()));
            }
        }
    }
}
