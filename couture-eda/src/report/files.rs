use std::path::Path;

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

/// Where a report goes below the folder of all outputs: `<source>/preliminary/<timestamp>/data_info.html`, or
/// `<source>/data_importance/<timestamp>/table_and_feature_importance.html`, whatever the system's separator is. Of the
/// source's name the part behind the last slash is taken; it and the timestamp are made safe for folders.
#[must_use]
pub fn output_path(source: &str, kind: OutputKind, timestamp: &str) -> String {
    let last = source.trim_end_matches('/').rsplit(['/', '\\']).next().unwrap_or_default();
    let (folder, file) = match kind {
        OutputKind::Preliminary => ("preliminary", "data_info.html"),
        OutputKind::Importance => ("data_importance", "table_and_feature_importance.html"),
    };
    format!("{}/{folder}/{}/{file}", safe(last, "table"), safe(timestamp, "now"))
}

/// A name for a folder: letters, digits, points, lines and dashes of `name`, or `instead` where that leads elsewhere.
fn safe(name: &str, instead: &str) -> String {
    let safe = |c: char| if c.is_alphanumeric() || "._-".contains(c) { c } else { '_' };
    let name: String = name.chars().take(100).map(safe).collect();
    if name.chars().all(|c| c == '.') { instead.to_owned() } else { name }
}

/// Writes a profile as a page to `path`, and beside it as JSON, as a Parquet file of statistics, and its state.
///
/// # Errors
/// [`EdaError::Write`] where a file cannot be written.
pub fn write(state: &State, profile: &Profile, path: &Path) -> Result<(), EdaError> {
    let json = serde_json::to_vec(profile).expect("a profile can be written");
    let table = statistics(profile).map_err(std::io::Error::other);
    let table = table.map_err(|source| EdaError::Write { path: path.to_owned(), source })?;
    write_file(path, html(profile).as_bytes())?;
    write_file(&path.with_extension("json"), &json)?;
    write_file(&path.with_extension("parquet"), &table)?;
    write_file(&path.with_extension("eda"), &state.to_bytes())
}

/// Writes a file, and the folders that it is in.
pub(crate) fn write_file(path: &Path, bytes: &[u8]) -> Result<(), EdaError> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let written = std::fs::create_dir_all(folder).and_then(|()| std::fs::write(path, bytes));
    written.map_err(|source| EdaError::Write { path: path.to_owned(), source })
}

#[test]
fn outputs_have_their_places() {
    let check = |source: &str, timestamp: &str, expected: &str| {
        assert_eq!(output_path(source, OutputKind::Preliminary, timestamp), format!("{expected}/data_info.html"));
    };
    check("/data/my file.csv", "t", "my_file.csv/preliminary/t");
    check("s3://bucket/x.parquet", "2026-11-23T04-05-06", "x.parquet/preliminary/2026-11-23T04-05-06");
    check("..", "..", "table/preliminary/now");
    check("", "a/../b", "table/preliminary/a_.._b");
    let path = output_path("a", OutputKind::Importance, "t");
    assert_eq!(path, "a/data_importance/t/table_and_feature_importance.html");
}
