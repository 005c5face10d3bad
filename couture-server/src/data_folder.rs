//! The folder in which a server keeps its files.

use std::fs::{self, DirBuilder, File, TryLockError};
use std::io::{self, Read as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use couture_core::WorkerId;
use serde::{Deserialize, Serialize};

use crate::durable_file::replace;
use crate::error::StartError;

/// A data folder that this process has for itself, until it is dropped or the process ends, however it ends.
#[derive(Debug)]
pub struct DataFolder {
    path: PathBuf,
    worker: WorkerId,
    _lock: File,
}

/// What a server tells of itself in `server.json`, for programs that look for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerFile {
    /// Its address, such as `http://127.0.0.1:8080`.
    pub url: String,
    /// Its process.
    pub pid: u32,
    /// Its version.
    pub version: String,
}

#[derive(Serialize, Deserialize)]
struct WorkerFile {
    name: String,
    incarnation: u64,
}

const LOCK_TRIES: u32 = 100;
const LOCK_PAUSE: Duration = Duration::from_millis(20);
/// No file that is read here is bigger.
const MAX_BYTES: u64 = 64 << 10;

impl DataFolder {
    /// Makes the folder, for its owner alone, where it is missing; and takes it for this process.
    pub fn open(path: &Path) -> Result<Self, StartError> {
        let failed = |source| StartError::Data { folder: path.to_owned(), source };
        if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            fs::create_dir_all(parent).map_err(failed)?;
        }
        match DirBuilder::new().mode(0o700).create(path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => {}
            other => other.map_err(failed)?,
        }
        let path = path.canonicalize().map_err(failed)?;
        let file = path.join("server.lock");
        let lock = File::options().create(true).truncate(false).write(true).open(file).map_err(failed)?;
        match take(&lock) {
            Ok(()) => {}
            Err(TryLockError::Error(source)) => return Err(failed(source)),
            Err(TryLockError::WouldBlock) => {
                let other = ServerFile::read(&path).map(|other| format!(" (process {}, {})", other.pid, other.url));
                return Err(StartError::InUse { folder: path, other: other.unwrap_or_default() });
            }
        }
        let worker = next_worker(&path).map_err(failed)?;
        Ok(Self { path, worker, _lock: lock })
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A folder in it, made where it is missing.
    pub fn folder(&self, name: &str) -> Result<PathBuf, StartError> {
        let folder = self.path.join(name);
        fs::create_dir_all(&folder).map_err(|source| StartError::Data { folder: folder.clone(), source })?;
        Ok(folder)
    }

    /// This process: the name stays with the folder, and the incarnation grows with each start.
    pub fn worker(&self) -> &WorkerId {
        &self.worker
    }

    /// Tells where this server can be reached.
    pub fn announce(&self, url: &str) -> Result<(), StartError> {
        let file = ServerFile { url: url.into(), pid: std::process::id(), version: env!("CARGO_PKG_VERSION").into() };
        let failed = |source| StartError::Data { folder: self.path.clone(), source };
        let json = serde_json::to_vec(&file).map_err(|error| failed(error.into()))?;
        replace(&self.path.join(ServerFile::NAME), &json).map_err(failed)
    }

    /// Takes back what [`announce`](Self::announce) told.
    pub fn retract(&self) {
        // It is a hint only; a reader finds out that nobody listens.
        let _ = fs::remove_file(self.path.join(ServerFile::NAME));
    }
}

impl ServerFile {
    const NAME: &'static str = "server.json";

    /// What the server on this data folder told last. It may not run any more.
    pub fn read(data: &Path) -> Option<Self> {
        serde_json::from_slice(&read(&data.join(Self::NAME)).ok()?).ok()
    }
}

/// Locks a file, and waits a moment for the one who has it: a server that was killed while it started a child process leaves the
/// lock to that child until the child has become another program.
fn take(lock: &File) -> Result<(), TryLockError> {
    for _ in 0..LOCK_TRIES {
        match lock.try_lock() {
            Err(TryLockError::WouldBlock) => std::thread::sleep(LOCK_PAUSE),
            other => return other,
        }
    }
    lock.try_lock()
}

fn next_worker(folder: &Path) -> io::Result<WorkerId> {
    let file = folder.join("worker.json");
    let known = match read(&file) {
        Ok(json) => serde_json::from_slice::<WorkerFile>(&json)
            .map_err(|error| io::Error::other(format!("{} is damaged: {error}; delete it", file.display())))?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => WorkerFile { name: new_name()?, incarnation: 0 },
        Err(error) => return Err(error),
    };
    let next = WorkerFile { incarnation: known.incarnation + 1, ..known };
    replace(&file, &serde_json::to_vec(&next)?)?;
    Ok(WorkerId::new(next.name, next.incarnation))
}

/// A name that no other data folder has.
fn new_name() -> io::Result<String> {
    let mut random = [0; 8];
    File::open("/dev/urandom")?.read_exact(&mut random)?;
    let host = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_else(|_| "host".into());
    let host: String = host.trim().chars().filter(|c| c.is_alphanumeric() || "-._".contains(*c)).take(64).collect();
    Ok(format!("{host}-{:016x}", u64::from_be_bytes(random)))
}

fn read(file: &Path) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    File::open(file)?.take(MAX_BYTES).read_to_end(&mut content)?;
    Ok(content)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn one_process_has_it_and_each_start_is_another_incarnation() {
        let parent = tempfile::tempdir().unwrap();
        let path = parent.path().join("deep/data");
        let first = DataFolder::open(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o700);
        first.announce("http://127.0.0.1:1").unwrap();
        let error = DataFolder::open(&path).unwrap_err().to_string();
        assert!(error.contains("in use") && error.contains("http://127.0.0.1:1"), "{error}");
        let worker = first.worker().clone();
        assert_eq!(worker.incarnation, 1);
        drop(first);
        let second = DataFolder::open(&path).unwrap();
        assert_eq!((&second.worker().name, second.worker().incarnation), (&worker.name, 2));
        second.retract();
        assert_eq!(ServerFile::read(&path), None);
    }

    #[test]
    fn what_is_no_folder_is_refused() {
        let parent = tempfile::tempdir().unwrap();
        let file = parent.path().join("file");
        fs::write(&file, "").unwrap();
        assert!(DataFolder::open(&file).unwrap_err().to_string().contains("--data"));
    }
}
