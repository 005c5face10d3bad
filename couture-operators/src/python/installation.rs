//! Which Python runs DAG files, and where it finds what it needs.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use couture_core::task::TaskContext;
use couture_core::values::Variables;
use couture_core::{Failure, StoreReader};
use tokio::sync::{Mutex, OnceCell};

use super::package::{package_hash, unpack};
use super::raised::RaisedExceptions;
use crate::JinjaTemplates;

/// The oldest Python that DAG files run with.
const OLDEST: (u32, u32) = (3, 9);

/// Where the work of a process begins.
const ENTRIES: [&str; 2] = ["couture/run/__main__.py", "airflow/__init__.py"];

/// A Python, and the folders of DAG files that run with it.
#[derive(Debug)]
pub struct PythonInstallation {
    /// The program: a path, or a name that is looked up in `PATH`.
    pub executable: String,
    /// The folder of the packages `couture` and `airflow`; see [`unpack`](super::unpack).
    pub packages: PathBuf,
    /// The folder of bundles: DAG files as they were when they were parsed, with the modules that they import.
    pub bundles: PathBuf,
    /// The address of the web page, for links.
    pub base_url: Option<String>,
    /// What fills in the templates of Python's operators.
    pub templates: JinjaTemplates,
    /// Where tasks may set variables; nowhere where absent.
    pub variables: Option<Arc<dyn Variables>>,
    /// Where facts about earlier runs are looked up.
    pub reader: Option<Arc<dyn StoreReader>>,
    /// What failed attempts have raised.
    pub(super) raised: RaisedExceptions,
    version: OnceCell<String>,
    restoring: Mutex<()>,
}

/// Why there is no Python to run DAG files with.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PythonError {
    /// The program does not start.
    #[error(
        "no Python to run DAG files with: {executable} does not start ({reason}): install Python 3.9 or newer, or name it in the setting \
         python.executable"
    )]
    Missing {
        /// The program.
        executable: String,
        /// Why it does not.
        reason: String,
    },
    /// It is too old.
    #[error(
        "{executable} is Python {version}, and DAG files need 3.9 or newer: name a newer one in the setting python.executable"
    )]
    Old {
        /// The program.
        executable: String,
        /// Its version.
        version: String,
    },
}

impl PythonInstallation {
    /// A Python for the bundles in `bundles`.
    pub fn new(executable: impl Into<String>, packages: impl Into<PathBuf>, bundles: impl Into<PathBuf>) -> Self {
        Self {
            executable: executable.into(),
            packages: packages.into(),
            bundles: bundles.into(),
            base_url: None,
            templates: JinjaTemplates::default(),
            variables: None,
            reader: None,
            raised: RaisedExceptions::default(),
            version: OnceCell::new(),
            restoring: Mutex::default(),
        }
    }

    /// That of the executor of `cx`.
    pub(super) fn of(cx: &TaskContext) -> Result<Arc<Self>, Failure> {
        let found = cx.services().extensions.get::<Self>();
        found.ok_or_else(|| {
            Failure::fatal("this executor runs no Python: give it a PythonInstallation as an extension of its services")
        })
    }

    /// The folder of a bundle.
    pub(super) fn bundle(&self, hash: &str) -> PathBuf {
        self.bundles.join(hash)
    }

    /// Unpacks its packages again where somebody has removed them: what cleans folders of temporary files up, for example. A look at two
    /// files where they are there.
    pub(super) async fn restore_packages(&self) -> std::io::Result<()> {
        let is_there = || ENTRIES.iter().all(|entry| self.packages.join(entry).exists());
        let is_ours = self.packages.file_name().is_some_and(|name| *name == *package_hash());
        if !is_ours || is_there() {
            return Ok(());
        }
        let _one_at_a_time = self.restoring.lock().await;
        let (Some(root), false) = (self.packages.parent().map(Path::to_owned), is_there()) else { return Ok(()) };
        tokio::task::spawn_blocking(move || unpack(&root)).await.map_err(std::io::Error::other)??;
        tracing::warn!("the Python packages in {} were removed, and are there again", self.packages.display());
        Ok(())
    }

    /// Its version, such as `3.11.7`. It is asked once; while it cannot be had, it is asked each time.
    pub async fn version(&self) -> Result<&str, PythonError> {
        self.version.get_or_try_init(|| asked(&self.executable)).await.map(String::as_str)
    }
}

/// The environment in which Python finds the packages.
pub(super) fn environment(packages: &Path, python_path: Option<String>) -> BTreeMap<String, String> {
    let packages = packages.to_string_lossy().into_owned();
    let path = match python_path.filter(|path| !path.is_empty()) {
        Some(others) => format!("{packages}:{others}"),
        None => packages,
    };
    [("PYTHONPATH".to_owned(), path), ("PYTHONDONTWRITEBYTECODE".into(), "1".into())].into()
}

async fn asked(executable: &str) -> Result<String, PythonError> {
    let missing = |reason: String| PythonError::Missing { executable: executable.to_owned(), reason };
    let program = "import sys; print('.'.join(map(str, sys.version_info[:3])))";
    let ended = tokio::process::Command::new(executable).args(["-I", "-S", "-c", program]).kill_on_drop(true).output();
    let ended = ended.await.map_err(|error| missing(error.to_string()))?;
    let version = String::from_utf8_lossy(&ended.stdout).trim().to_owned();
    let mut parts = version.split('.').map(|part| part.parse::<u32>());
    match (parts.next(), parts.next()) {
        (Some(Ok(major)), Some(Ok(minor))) if (major, minor) >= OLDEST => Ok(version),
        (Some(Ok(_)), Some(Ok(_))) => Err(PythonError::Old { executable: executable.to_owned(), version }),
        _ => {
            let said: String = String::from_utf8_lossy(&ended.stderr).trim().chars().take(200).collect();
            Err(missing(format!("{}: {said}", ended.status)))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[tokio::test]
    async fn what_is_no_python_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let program = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
            path.to_string_lossy().into_owned()
        };
        let check = async |executable: String, expected: Result<&str, &str>| {
            let installation = PythonInstallation::new(executable, "p", "b");
            match (installation.version().await, expected) {
                (Ok(version), Ok(expected)) => assert_eq!(version, expected),
                (Err(error), Err(words)) => assert!(error.to_string().contains(words), "{error}"),
                (found, _) => panic!("{found:?}"),
            }
        };
        check(program("new", "echo 3.13.1"), Ok("3.13.1")).await;
        check(program("old", "echo 3.8.20"), Err("is Python 3.8.20, and DAG files need 3.9")).await;
        check(program("two", "echo 2.7"), Err("is Python 2.7")).await;
        check(program("sick", "echo no such library >&2; exit 127"), Err("no such library")).await;
        check("/no/such/python".into(), Err("python.executable")).await;
    }
}
