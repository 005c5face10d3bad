//! One process that parses files.

use std::path::Path;
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};

use couture_core::values::Values;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use super::environment::parser_environment;
use super::inputs::{Inputs, Question};
use super::parsed::{Parsed, PythonFileError};
use super::pool::ParserSettings;
use crate::frames::{FrameReader, MAX_FRAME_BYTES, frame};
use crate::python::PythonInstallation;

/// How much of what it complains about is kept.
const MAX_COMPLAINT_BYTES: usize = 4_096;

/// A process that parses one file after the other. It is killed when it is dropped.
#[derive(Debug)]
pub(super) struct Process {
    child: Child,
    to: ChildStdin,
    from: FrameReader<ChildStdout>,
    complaint: Arc<Mutex<Vec<u8>>>,
}

/// Why a process gave no answer: it is of no use any more.
#[derive(Debug)]
pub(super) struct Gone(pub(super) String);

impl From<std::io::Error> for Gone {
    fn from(error: std::io::Error) -> Self {
        Self(error.to_string())
    }
}

impl Process {
    pub(super) async fn start(python: &PythonInstallation, settings: &ParserSettings) -> Result<Self, Gone> {
        python.restore_packages().await?;
        let mut child = Command::new(&python.executable)
            .args(["-m", "couture.parse"])
            .env_clear()
            .envs(parser_environment(&python.packages, settings))
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            // A key pressed in a terminal is not meant for it.
            .process_group(0)
            .kill_on_drop(true)
            .spawn()?;
        let missing = || Gone("its pipes are missing".into());
        let (to, from) = (child.stdin.take().ok_or_else(missing)?, child.stdout.take().ok_or_else(missing)?);
        let complaint = Arc::<Mutex<Vec<u8>>>::default();
        if let Some(mut errors) = child.stderr.take() {
            let complaint = complaint.clone();
            tokio::spawn(async move {
                let mut block = [0; 1_024];
                while let Ok(length @ 1..) = errors.read(&mut block).await {
                    let mut kept = complaint.lock().unwrap_or_else(PoisonError::into_inner);
                    kept.extend_from_slice(&block[..length]);
                    let much = kept.len().saturating_sub(MAX_COMPLAINT_BYTES);
                    kept.drain(..much);
                }
            });
        }
        Ok(Self { child, to, from: FrameReader::new(from, MAX_FRAME_BYTES), complaint })
    }

    /// Parses a file, and tells what it was told of variables and connections.
    pub(super) async fn parse(
        &mut self,
        root: &Path,
        file: &Path,
        settings: &ParserSettings,
        values: &dyn Values,
    ) -> Result<(Parsed, Inputs), Gone> {
        let (Some(root), Some(file)) = (root.to_str(), file.to_str()) else {
            return Ok((Parsed::failed("its name is not UTF-8 text; give it another one"), Inputs::default()));
        };
        let request = json!({"parse": {
            "root": root,
            "file": file,
            "timeout_s": settings.timeout.as_secs_f64(),
            "memory_bytes": settings.memory_bytes,
            "dialect": settings.dialect,
        }});
        self.say(&request).await?;
        let mut inputs = Inputs::default();
        loop {
            let mut frame = self.heard().await?;
            if let Some(parsed) = frame.get_mut("parsed") {
                let parsed = serde_json::from_value(parsed.take());
                let mut parsed: Parsed =
                    parsed.map_err(|error| Gone(format!("its answer cannot be understood: {error}")))?;
                parsed.error.iter_mut().for_each(PythonFileError::cut);
                return Ok((parsed, inputs));
            }
            let Some(ask) = frame.get_mut("ask") else {
                return Err(Gone("it says something that cannot be understood".into()));
            };
            let answer = match serde_json::from_value::<Question>(ask.take()) {
                Ok(question) => inputs.answer(question, values).await,
                Err(_) => Err("this cannot be asked while a file is parsed: ask in a task".into()),
            };
            let answer = match answer {
                Ok(value) => json!({"answer": {"value": value}}),
                Err(error) => json!({"answer": {"error": error}}),
            };
            self.say(&answer).await?;
        }
    }

    async fn say(&mut self, message: &Value) -> Result<(), Gone> {
        Ok(self.to.write_all(&frame(message, MAX_FRAME_BYTES)?).await?)
    }

    async fn heard(&mut self) -> Result<Value, Gone> {
        self.from.next().await?.ok_or_else(|| Gone("its output has ended".into()))
    }

    /// Ends it, and tells how it ended.
    pub(super) async fn end(mut self) -> String {
        let ended = match self.child.try_wait() {
            Ok(Some(status)) => format!("{status}"),
            _ => {
                let _ = self.child.kill().await;
                "killed".to_owned()
            }
        };
        let complaint = self.complaint.lock().unwrap_or_else(PoisonError::into_inner);
        let text = String::from_utf8_lossy(&complaint);
        let last = text.trim_end().lines().last().unwrap_or_default();
        if last.is_empty() { ended } else { format!("{ended}: {last}") }
    }
}
