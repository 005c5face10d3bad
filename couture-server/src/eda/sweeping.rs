//! Removes what is left in folders of this machine.

use std::io;
use std::path::Path;

use couture_core::Timestamp;

/// What the local object store puts behind the name of a file that is not there as a whole yet. No name of an upload holds it.
const HALF: char = '#';

/// Removes folders in `work` that are older than that, and tells how many.
pub(super) fn sweep_work(work: &Path, before: Timestamp) -> io::Result<usize> {
    let mut removed = 0;
    for entry in std::fs::read_dir(work)? {
        let entry = entry?;
        if is_old(&entry, before) && std::fs::remove_dir_all(entry.path()).is_ok() {
            removed += 1;
        }
    }
    Ok(removed)
}

/// Removes halves of uploads, and folders of uploads without files, that are older than that: `uploads` is their folder where objects are
/// files of this machine. Tells how many halves there were.
pub(super) fn sweep_halves(uploads: &Path, before: Timestamp) -> io::Result<usize> {
    let runs = match std::fs::read_dir(uploads) {
        // The objects are elsewhere, or none was ever uploaded.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
        runs => runs?,
    };
    let mut removed = 0;
    for run in runs {
        let run = run?;
        let is_old_run = is_old(&run, before);
        let Ok(files) = std::fs::read_dir(run.path()) else { continue };
        for file in files {
            let file = file?;
            let is_half = file.file_name().to_string_lossy().contains(HALF);
            if is_half && is_old(&file, before) && std::fs::remove_file(file.path()).is_ok() {
                removed += 1;
            }
        }
        if is_old_run {
            // One with files stays: this is an error for it.
            let _ = std::fs::remove_dir(run.path());
        }
    }
    Ok(removed)
}

/// Whether it was changed before that, as far as that can be told.
fn is_old(entry: &std::fs::DirEntry, before: Timestamp) -> bool {
    let modified = entry.metadata().and_then(|metadata| metadata.modified());
    let age = modified.ok().and_then(|modified| modified.duration_since(std::time::UNIX_EPOCH).ok());
    age.is_some_and(|age| age.as_micros() < before.as_micros().max(0) as u128)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_halves_are_removed_and_whole_files_stay() {
        let folder = tempfile::tempdir().unwrap();
        for run in ["one", "two"] {
            std::fs::create_dir(folder.path().join(run)).unwrap();
            std::fs::write(folder.path().join(run).join("a.csv#1"), "n").unwrap();
        }
        let whole = folder.path().join("one/a.csv");
        std::fs::write(&whole, "n").unwrap();
        assert_eq!(sweep_halves(folder.path(), Timestamp::from_micros(0)).unwrap(), 0);
        assert_eq!(sweep_halves(folder.path(), Timestamp::from_micros(i64::MAX)).unwrap(), 2);
        assert!(whole.exists() && !folder.path().join("two").exists());
        assert_eq!(sweep_halves(&folder.path().join("absent"), Timestamp::from_micros(0)).unwrap(), 0);
    }
}
