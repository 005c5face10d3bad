//! The folder of one attempt.

use std::io;
use std::path::{Path, PathBuf};

use couture_core::{AttemptToken, Failure};

use super::output::EdaKind;

/// The folder of an attempt's folder for what it reads, away from what is made of it.
pub(super) const IN: &str = "in";
/// That for what it makes.
pub(super) const OUT: &str = "out";

/// The files of one run that an attempt has made: those of each table, in their order, with the name of each but the first.
pub(super) struct Made {
    /// A file, and its path below the folder of the run.
    pub(super) files: Vec<(PathBuf, String)>,
}

/// The folder of an attempt: the same for the same attempt, also in a new server that takes it over.
pub(super) fn folder(work: &Path, token: AttemptToken) -> PathBuf {
    work.join(token.to_string())
}

/// Makes the folder of an attempt, and removes what earlier ones of the same task instance have left.
pub(super) fn prepare(work: &Path, token: AttemptToken) -> io::Result<PathBuf> {
    std::fs::create_dir_all(work)?;
    for entry in std::fs::read_dir(work)? {
        let entry = entry?;
        let other = entry.file_name().to_str().and_then(|name| name.parse::<AttemptToken>().ok());
        let is_earlier = other.is_some_and(|other| {
            (other.run, other.task, other.map_index) == (token.run, token.task, token.map_index) && other != token
        });
        if is_earlier {
            // It is tried again by the next attempt.
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
    let folder = folder(work, token);
    std::fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// What `eda` has left in `out`: `NAME/KIND/TIMESTAMP/FILE`. Those of several tables come in the order in which they were written.
pub(super) fn made(out: &Path, kind: EdaKind, timestamp: &str) -> Result<Made, Failure> {
    let mut tables = Vec::new();
    for table in entries(out)? {
        let folder = table.join(kind.name()).join(timestamp);
        let report = folder.join(kind.report());
        if let Ok(written) = report.metadata().and_then(|report| report.modified()) {
            tables.push((written, table, folder));
        }
    }
    tables.sort();
    let mut files = Vec::new();
    for (at, (_, table, folder)) in tables.into_iter().enumerate() {
        let table = table.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let mut of_table = entries(&folder)?;
        // The page comes last: where it is, all the rest is.
        of_table.sort_by_key(|file| file.extension().is_some_and(|extension| extension == "html"));
        for file in of_table {
            let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let path = if at == 0 { name } else { format!("{table}/{name}") };
            files.push((file, path));
        }
    }
    Ok(Made { files })
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut paths = entries.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<Vec<_>>>()?;
    paths.sort();
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use couture_core::{MapIndex, RunKey, TaskIndex};

    use super::*;

    fn token(map_index: i32, try_number: u32, launch: u32) -> AttemptToken {
        AttemptToken { run: RunKey(7), task: TaskIndex(0), map_index: MapIndex(map_index), try_number, launch }
    }

    #[test]
    fn earlier_attempts_leave_nothing_and_the_same_one_comes_back() {
        let work = tempfile::tempdir().unwrap();
        let first = prepare(work.path(), token(0, 1, 1)).unwrap();
        std::fs::write(first.join("x"), "").unwrap();
        let other = prepare(work.path(), token(1, 1, 1)).unwrap();
        assert!(prepare(work.path(), token(0, 1, 1)).unwrap().join("x").exists());
        let second = prepare(work.path(), token(0, 1, 2)).unwrap();
        assert!(!first.exists() && other.exists() && second.exists());
    }

    #[test]
    fn all_files_of_all_tables_are_found_the_pages_last() {
        let out = tempfile::tempdir().unwrap();
        for table in ["b", "a"] {
            let folder = out.path().join(table).join("preliminary/t");
            std::fs::create_dir_all(&folder).unwrap();
            for file in ["data_info.json", "data_info.html"] {
                std::fs::write(folder.join(file), table).unwrap();
            }
            let page = std::fs::File::open(folder.join("data_info.html")).unwrap();
            let later = if table == "a" { 5 } else { 1 };
            page.set_modified(std::time::UNIX_EPOCH + std::time::Duration::from_secs(later)).unwrap();
        }
        let made = made(out.path(), EdaKind::Preliminary, "t").unwrap();
        let paths: Vec<&str> = made.files.iter().map(|(_, path)| path.as_str()).collect();
        assert_eq!(paths, ["data_info.json", "data_info.html", "a/data_info.json", "a/data_info.html"]);
        assert!(super::made(&out.path().join("absent"), EdaKind::Preliminary, "t").unwrap().files.is_empty());
    }
}
