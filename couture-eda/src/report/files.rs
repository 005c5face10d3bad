use std::path::{Path, PathBuf};

use super::{html, statistics};
use crate::error::EdaError;
use crate::profile::Profile;
use crate::state::State;

/// Which report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutputKind {
    /// A profile.
    Preliminary,
    /// The importance of features.
    Importance,
}

/// Where a report goes: `root/<source>/preliminary/<timestamp>/data_info.html`, or
/// `root/<source>/data_importance/<timestamp>/table_and_feature_importance.html`. The source's name is made safe for a
/// folder; `timestamp` is one.
#[must_use]
pub fn output_path(root: &Path, source: &str, kind: OutputKind, timestamp: &str) -> PathBuf {
    let last = source.trim_end_matches('/').rsplit(['/', '\\']).next().unwrap_or_default();
    let safe: String =
        last.chars().take(100).map(|c| if c.is_alphanumeric() || "._-".contains(c) { c } else { '_' }).collect();
    let source = if safe.chars().all(|c| c == '.') { "table".to_owned() } else { safe };
    let (folder, file) = match kind {
        OutputKind::Preliminary => ("preliminary", "data_info.html"),
        OutputKind::Importance => ("data_importance", "table_and_feature_importance.html"),
    };
    root.join(source).join(folder).join(timestamp).join(file)
}

/// Writes a profile as a page to `path`, and beside it as JSON, as a Parquet file of statistics, and its state.
///
/// # Errors
/// [`EdaError::Write`] where a file cannot be written.
pub fn write(state: &State, profile: &Profile, path: &Path) -> Result<(), EdaError> {
    let write = |path: &Path, bytes: &[u8]| {
        std::fs::write(path, bytes).map_err(|source| EdaError::Write { path: path.to_owned(), source })
    };
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).map_err(|source| EdaError::Write { path: folder.to_owned(), source })?;
    let json = serde_json::to_vec(profile).map_err(std::io::Error::from);
    let json = json.map_err(|source| EdaError::Write { path: path.to_owned(), source })?;
    let table = statistics(profile).map_err(std::io::Error::other);
    let table = table.map_err(|source| EdaError::Write { path: path.to_owned(), source })?;
    write(path, html(profile).as_bytes())?;
    write(&path.with_extension("json"), &json)?;
    write(&path.with_extension("parquet"), &table)?;
    write(&path.with_extension("eda"), &state.to_bytes())
}

#[test]
fn outputs_have_their_places() {
    let check = |source: &str, expected: &str| {
        let path = output_path(Path::new("out"), source, OutputKind::Preliminary, "t");
        assert_eq!(path, Path::new(expected).join("preliminary/t/data_info.html"));
    };
    check("/data/my file.csv", "out/my_file.csv");
    check("s3://bucket/x.parquet", "out/x.parquet");
    check("..", "out/table");
    check("", "out/table");
}
