//! Waits for a file.

use std::path::{Path, PathBuf};

use async_trait::async_trait;
use couture_core::values::Values as _;
use couture_core::{Failure, TaskContext};
use serde::{Deserialize, Serialize};
use walkdir::WalkDir;

use super::poke::{Poke, Sensor, has_settings};
use super::settings::SensorSettings;

/// Waits for a file, or for a folder with a file in it, however deep.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileSensor {
    /// The path, which may have `*`, `?` and `[…]`; a template. A path that is not absolute begins in the folder that `fs_conn_id`
    /// names.
    pub filepath: String,
    /// The connection whose extra has a `path`. Where there is no such connection, paths begin in the server's own folder.
    #[serde(default = "fs_default", skip_serializing_if = "is_fs_default")]
    pub fs_conn_id: String,
    /// Whether `**` in the path stands for any number of folders.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub recursive: bool,
    /// How it waits.
    #[serde(flatten)]
    pub settings: SensorSettings,
}

fn fs_default() -> String {
    "fs_default".into()
}

fn is_fs_default(id: &str) -> bool {
    id == "fs_default"
}

impl FileSensor {
    /// Waits for what is at `filepath`, which may be a template.
    pub fn new(filepath: impl Into<String>) -> Self {
        let settings = SensorSettings::default();
        Self { filepath: filepath.into(), fs_conn_id: fs_default(), recursive: false, settings }
    }

    async fn base(&self, cx: &TaskContext) -> Result<PathBuf, Failure> {
        if Path::new(&self.filepath).is_absolute() {
            return Ok(PathBuf::new());
        }
        let found = cx.values().connections(&self.fs_conn_id).await?;
        let extra = found.first().and_then(|connection| connection.extra.as_deref()).unwrap_or("{}");
        let extra: serde_json::Value = serde_json::from_str(extra).map_err(|error| {
            Failure::fatal(format!("the extra of connection {:?} is not JSON: {error}", self.fs_conn_id))
        })?;
        Ok(extra.get("path").and_then(|path| path.as_str()).unwrap_or_default().into())
    }
}

/// The first path that fits and is a file, or a folder that has one.
fn find(pattern: &str, recursive: bool) -> Result<Option<PathBuf>, String> {
    let has_file = |path: &Path| {
        path.is_file()
            || path.is_dir() && WalkDir::new(path).into_iter().flatten().any(|entry| entry.file_type().is_file())
    };
    if !pattern.contains(['*', '?', '[']) {
        return Ok(Some(PathBuf::from(pattern)).filter(|path| has_file(path)));
    }
    // Without `recursive`, Python reads `**` as `*`.
    let pattern = if recursive { pattern.to_owned() } else { pattern.replace("**", "*") };
    let mut paths = glob::glob(&pattern).map_err(|error| format!("{pattern:?} is not a pattern: {error}"))?.flatten();
    Ok(paths.find(|path| has_file(path)))
}

#[async_trait]
impl Sensor for FileSensor {
    has_settings!();

    async fn poke(&self, cx: &TaskContext) -> Result<Poke, Failure> {
        let pattern = self.base(cx).await?.join(&self.filepath).to_string_lossy().into_owned();
        let recursive = self.recursive;
        let found = tokio::task::spawn_blocking(move || find(&pattern, recursive)).await?.map_err(Failure::fatal)?;
        Ok(found.inspect(|path| cx.log(format!("found {}", path.display()))).is_some().into())
    }

    fn awaits(&self, _: &TaskContext) -> String {
        format!("for the file {}", self.filepath)
    }

    fn template_fields(&self) -> &'static [&'static str] {
        &["filepath"]
    }
}

crate::sensor_operator!(FileSensor, "file_sensor");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_counts_as_there() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(dir.path().join("full/deep")).unwrap();
        std::fs::create_dir_all(dir.path().join("empty/deep")).unwrap();
        std::fs::write(dir.path().join("full/deep/part-1.csv"), "x").unwrap();
        let check = |pattern: &str, recursive: bool, expected: bool| {
            let whole = dir.path().join(pattern).to_string_lossy().into_owned();
            assert_eq!(find(&whole, recursive).map(|found| found.is_some()), Ok(expected), "{pattern} {recursive}");
        };
        check("full/deep/part-1.csv", false, true);
        check("full/deep/part-2.csv", false, false);
        check("full", false, true);
        check("empty", false, false);
        check("full/deep/part-*.csv", false, true);
        check("*/deep/part-[2-9].csv", false, false);
        check("**/part-1.csv", true, true);
        check("**/part-1.csv", false, false);
        check("nowhere/*", false, false);
        assert!(find("/a/[", false).unwrap_err().contains("is not a pattern"));
    }
}
