//! Logs of native tasks, beside those of child processes.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use couture_core::task::TaskLogs;
use couture_core::{AttemptToken, TaskContext};

use super::appender::Appender;
use super::mask::Masker;
use super::stamp::Stamper;

/// Logs as files in a folder, one log per attempt; see the [module](super).
///
/// Cheap to make and to clone; no file is made before an attempt's first line.
#[derive(Clone, Debug)]
pub struct FileTaskLogs {
    live: PathBuf,
    open: Arc<Mutex<Vec<Open>>>,
}

type Open = (AttemptToken, Arc<Mutex<Appender>>);

impl FileTaskLogs {
    /// So many logs are kept open, the last ones used.
    const MAX_OPEN: usize = 64;

    /// Logs in `live`, which is made when needed.
    pub fn new(live: impl Into<PathBuf>) -> Self {
        Self { live: live.into(), open: Arc::default() }
    }

    /// The folder of all logs.
    pub fn live_dir(&self) -> &Path {
        &self.live
    }

    /// The folder of one attempt's log.
    pub fn folder(&self, token: AttemptToken) -> PathBuf {
        self.live.join(token.to_string())
    }

    fn appender(&self, token: AttemptToken) -> Arc<Mutex<Appender>> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let appender = match open.iter().position(|(other, _)| *other == token) {
            Some(at) => open.remove(at).1,
            None => Arc::new(Mutex::new(Appender::new(self.folder(token)))),
        };
        if open.len() >= Self::MAX_OPEN {
            open.remove(0);
        }
        open.push((token, appender.clone()));
        appender
    }
}

impl TaskLogs for FileTaskLogs {
    fn write(&self, cx: &TaskContext, message: &str) {
        let token = cx.token();
        let masked = Masker::new(&cx.secrets()).mask(message);
        let mut block = Vec::with_capacity(masked.len() + 64);
        Stamper::default().lines(&masked, crate::wall::now(), &mut block);
        let appender = self.appender(token);
        let written = appender.lock().unwrap_or_else(PoisonError::into_inner).append_line(&block);
        if let Err(error) = written {
            tracing::error!(attempt = %token, "failed to write a task's log: {error}");
        }
    }
}
