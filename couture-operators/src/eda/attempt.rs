//! One attempt at a task that runs `eda`.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{self, Arc, PoisonError};
use std::time::Duration;

use couture_core::{Failure, ProcessCommand, ProcessEnd, TaskContext, error_chain};
use tokio::sync::Mutex;

use super::output::{EdaKind, OutputPlace};
use super::program::EdaProgram;
use super::{environment, work};
use crate::bash::process_failure;
use crate::child::signal_name;

/// The file of an attempt's folder that says under which timestamp it keeps its reports.
const CHOSEN: &str = "chosen";
/// From TERM to KILL.
const KILL_GRACE: Duration = Duration::from_secs(5);
/// Limits the data that a process may have, and becomes another program: threads and files that are mapped do not count, as they would
/// in a limit of addresses.
const LIMITED: &str = "ulimit -d \"$0\" && exec \"$@\"";
/// Held while a folder is chosen: instances of a mapped task may want the same one at the same moment.
static CHOOSING: Mutex<()> = Mutex::const_new(());
/// The folders that attempts of this process fill.
static FILLED: sync::Mutex<BTreeSet<String>> = sync::Mutex::new(BTreeSet::new());

/// One attempt at a task that runs `eda`.
pub(super) struct Attempt<'a> {
    pub(super) program: Arc<EdaProgram>,
    /// Its own, which is gone when it has ended.
    pub(super) folder: PathBuf,
    pub(super) cx: &'a TaskContext,
    memory_mib: u32,
}

/// A call of `eda`.
pub(super) struct Call {
    pub(super) arguments: Vec<String>,
    /// An environment variable, and its value.
    pub(super) variable: Option<(&'static str, String)>,
    /// Where it works.
    pub(super) folder: PathBuf,
}

impl<'a> Attempt<'a> {
    /// Begins one that may take so much memory, in MiB; as much as the program says where nothing is said.
    pub(super) async fn begin(memory_mib: Option<u32>, cx: &'a TaskContext) -> Result<Self, Failure> {
        let Some(program) = cx.services().extensions.get::<EdaProgram>() else {
            return Err(Failure::fatal("exploratory data analysis is not part of this program"));
        };
        let (parent, token) = (program.work.clone(), cx.token());
        let folder = blocking(move || Ok(work::prepare(&parent, token)?)).await?;
        let memory_mib = memory_mib.unwrap_or(program.memory_mib);
        Ok(Self { program, folder, cx, memory_mib })
    }

    /// Ends it: a failure is told in the log, and nothing is left in its folder.
    pub(super) async fn end<T>(self, result: &Result<T, Failure>) {
        if let Err(Failure::Retry(error) | Failure::Fatal(error)) = result {
            self.cx.log(self.cx.values().masked(error_chain(&**error)));
        }
        let removed = tokio::task::spawn_blocking(move || std::fs::remove_dir_all(self.folder)).await;
        if let Ok(Err(error)) = removed {
            tracing::warn!("failed to remove the folder of an attempt: {error}");
        }
    }

    /// Where its reports are to go. Without a timestamp, it is that of its beginning.
    pub(super) async fn place(
        &self,
        outputs: &str,
        name: String,
        kind: EdaKind,
        timestamp: &str,
    ) -> Result<OutputPlace, Failure> {
        let timestamp = match timestamp {
            "" => self.remembered("began", OutputPlace::timestamp(self.cx.now())).await?,
            timestamp => OutputPlace::safe(timestamp),
        };
        for (what, part) in [("name", &name), ("timestamp", &timestamp)] {
            if part.contains(['/', '\\']) || part.starts_with('.') {
                return Err(Failure::fatal(format!("the {what} {part:?} is not one of a folder")));
            }
        }
        let mut folders = outputs.split('/');
        if folders.next() != Some(OutputPlace::ROOT)
            || folders.any(|folder| folder.is_empty() || folder.starts_with('.'))
        {
            return Err(Failure::fatal(format!("outputs is {outputs:?}; it is \"outputs\", or a folder in it")));
        }
        Ok(OutputPlace { outputs: outputs.to_owned(), name, kind, timestamp })
    }

    /// Runs `eda` to its end.
    pub(super) async fn run(&self, call: Call) -> Result<(), Failure> {
        if self.program.at_once.available_permits() == 0 {
            self.cx.log("Waiting for other analyses to end");
        }
        let _running = tokio::select! {
            running = self.program.at_once.acquire() => running.map_err(|closed| Failure::retry(closed.to_string()))?,
            () = self.cx.cancelled() => return Err(Failure::retry("it was told to end before it began")),
        };
        let kib = u64::from(self.memory_mib) * 1024;
        let mut args = vec!["-c".to_owned(), LIMITED.to_owned(), kib.to_string(), self.program.program.clone()];
        args.extend(self.program.role.iter().cloned());
        args.extend(call.arguments);
        let mut env = environment::inherited();
        // The last line that it prints is to say why it failed.
        env.insert("RUST_BACKTRACE".to_owned(), "0".to_owned());
        env.extend(call.variable.map(|(name, value)| (name.to_owned(), value)));
        let command = ProcessCommand {
            program: "sh".into(),
            args,
            env,
            clear_env: true,
            cwd: Some(call.folder),
            secrets: Vec::new(),
            kill_grace: KILL_GRACE,
            greeting: None,
            warm: None,
        };
        let end = self.cx.services().processes.run(command, self.cx).await.map_err(process_failure)?;
        self.check(&end)
    }

    /// What the end of the child means.
    fn check(&self, end: &ProcessEnd) -> Result<(), Failure> {
        if end.code == Some(0) {
            return Ok(());
        }
        let said = end.last_line.strip_prefix("eda: ").unwrap_or(&end.last_line);
        let is_short = ["memory allocation of", "Cannot allocate memory", "os error 12"];
        // A Rust program aborts where memory fails; what it prints last may be a hint on how to see more.
        let aborted = signal_name(end.signal.unwrap_or(0)) == "SIGABRT";
        if aborted || is_short.iter().any(|words| said.contains(words)) {
            let how = "raise memory_limit_mb of the task, or eda.memory_mib of the server";
            return Err(Failure::fatal(format!("it needs more than its {} MiB of memory; {how}", self.memory_mib)));
        }
        let program = &self.program.program;
        let reason = match (end.code, end.signal) {
            (Some(127), _) => format!("failed to start {program}: {said}; name the program in eda.program"),
            (Some(_), _) if !said.is_empty() => said.to_owned(),
            (Some(code), _) => format!("eda ended with exit code {code}"),
            (None, signal) => format!("eda was ended by {}: {said}", signal_name(signal.unwrap_or(0))),
        };
        Err(Failure::retry(self.cx.values().masked(reason)))
    }

    /// What a file of its folder says, which says `first` where there was none: who takes the attempt over goes on with the same.
    async fn remembered(&self, file: &'static str, first: String) -> Result<String, Failure> {
        let (file, fresh) = (self.folder.join(file), self.folder.join(format!("{file}.fresh")));
        blocking(move || match std::fs::read_to_string(&file) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                std::fs::write(&fresh, &first)?;
                std::fs::rename(&fresh, &file)?;
                Ok(first)
            }
            said => Ok(said?),
        })
        .await
    }

    /// Keeps what was made for `place` in the folder `out` of its own one, and tells the path of the first report.
    pub(super) async fn keep(&self, place: OutputPlace) -> Result<String, Failure> {
        let (out, kind, timestamp) = (self.folder.join(work::OUT), place.kind, place.timestamp.clone());
        let made = blocking(move || work::made(&out, kind, &timestamp)).await?;
        if made.files.is_empty() {
            return Err(Failure::retry("it has ended well and left no report; run it again"));
        }
        let Filled(place) = &self.free(place).await?;
        for (file, path) in &made.files {
            self.program.files.keep(&format!("{place}/{path}"), file).await?;
        }
        self.cx.log(format!("The report is at {}", place.report()));
        Ok(place.report())
    }

    /// The place, or, where there are files already, the first of `TIMESTAMP-2`, `TIMESTAMP-3` and so on where there are none. It is
    /// filled from now on.
    async fn free(&self, mut place: OutputPlace) -> Result<Filled, Failure> {
        const MOST: u32 = 10_000;
        let wanted = place.timestamp.clone();
        let _choosing = CHOOSING.lock().await;
        if let Ok(chosen) = tokio::fs::read_to_string(self.folder.join(CHOSEN)).await {
            place.timestamp = chosen;
            return Ok(Filled::new(place));
        }
        for number in 2..=MOST {
            let folder = place.to_string();
            if !filled().contains(&folder) && !self.program.files.is_taken(&folder).await? {
                self.remembered(CHOSEN, place.timestamp.clone()).await?;
                return Ok(Filled::new(place));
            }
            place.timestamp = format!("{wanted}-{number}");
        }
        Err(Failure::fatal(format!("there are {MOST} reports of the timestamp {wanted} already; give another one")))
    }
}

/// A place that is being filled.
struct Filled(OutputPlace);

impl Filled {
    fn new(place: OutputPlace) -> Self {
        filled().insert(place.to_string());
        Self(place)
    }
}

impl Drop for Filled {
    fn drop(&mut self) {
        filled().remove(&self.0.to_string());
    }
}

fn filled() -> sync::MutexGuard<'static, BTreeSet<String>> {
    FILLED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Does what waits for disks elsewhere.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    tokio::task::spawn_blocking(work).await?
}
