//! The Python packages `couture` and `airflow`, which are carried in the program and unpacked where Python finds them.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use couture_core::{Clock as _, SystemClock};
use sha2::{Digest as _, Sha256};

/// Path and content of each file, by path.
static FILES: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/python_files.rs"));

/// Marks when a folder was last taken.
const USED: &str = ".used";
/// A folder that nobody has taken for so long has no process any more that was started from it.
const KEPT: Duration = Duration::from_secs(8 * 24 * 60 * 60);

/// A name for the content of all files: 16 hex digits.
pub fn package_hash() -> String {
    let mut all = Sha256::new();
    for (path, content) in FILES {
        all.update(path.as_bytes());
        all.update([0]);
        all.update(Sha256::digest(content));
    }
    super::digits(&all.finalize())[..16].to_owned()
}

/// Unpacks the packages below `root`, unless this version of them is there, and returns their folder: what `PYTHONPATH` names.
/// Folders of other versions are removed when nobody has taken them for eight days. Blocks its thread.
pub fn unpack(root: &Path) -> io::Result<PathBuf> {
    fs::create_dir_all(root)?;
    let folder = root.join(package_hash());
    if !is_whole(&folder) {
        let fresh = root.join(format!(".fresh-{}", std::process::id()));
        if fresh.exists() {
            fs::remove_dir_all(&fresh)?;
        }
        for (path, content) in FILES {
            let file = fresh.join(path);
            fs::create_dir_all(file.parent().unwrap_or(&fresh))?;
            fs::write(file, content)?;
        }
        fs::create_dir_all(&fresh)?;
        match fs::rename(&fresh, &folder) {
            // Another process was faster, or the power failed before all was on the disk.
            Err(_) if folder.is_dir() => {
                if !is_whole(&folder) {
                    restore(&folder)?;
                }
                fs::remove_dir_all(&fresh)?;
            }
            other => other?,
        }
    }
    fs::write(folder.join(USED), [])?;
    forget_old(root, &folder);
    Ok(folder)
}

/// Whether all files are there as they are carried.
fn is_whole(folder: &Path) -> bool {
    FILES.iter().all(|(path, content)| fs::read(folder.join(path)).is_ok_and(|found| found == *content))
}

/// Writes the files that are not as they are carried, each as a whole: a process may read it.
fn restore(folder: &Path) -> io::Result<()> {
    for (path, content) in FILES {
        let file = folder.join(path);
        if fs::read(&file).is_ok_and(|found| found == *content) {
            continue;
        }
        fs::create_dir_all(file.parent().unwrap_or(folder))?;
        let fresh = file.with_extension(format!("fresh-{}", std::process::id()));
        fs::write(&fresh, content)?;
        fs::rename(&fresh, &file)?;
    }
    Ok(())
}

/// What cannot be removed is tried again at the next start.
fn forget_old(root: &Path, current: &Path) {
    let now = SystemClock::new().now().wall.as_micros();
    for entry in fs::read_dir(root).into_iter().flatten().flatten() {
        let path = entry.path();
        let used = fs::metadata(path.join(USED)).or_else(|_| entry.metadata()).and_then(|facts| facts.modified());
        let age = used.ok().and_then(|used| used.duration_since(std::time::UNIX_EPOCH).ok());
        let age = age.map(|used| now.saturating_sub(used.as_micros() as i64));
        if path != current && age.is_some_and(|age| age > KEPT.as_micros() as i64) {
            let _ = fs::remove_dir_all(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_are_unpacked_once() {
        let root = tempfile::tempdir().unwrap();
        let folder = unpack(root.path()).unwrap();
        for (path, content) in FILES {
            assert_eq!(fs::read(folder.join(path)).unwrap(), *content, "{path}");
        }
        let stays = folder.join("stays");
        fs::write(&stays, "").unwrap();
        assert_eq!(unpack(root.path()).unwrap(), folder);
        assert!(stays.exists());
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 1);
        let Some((path, content)) = FILES.iter().find(|(_, content)| !content.is_empty()) else { return };
        fs::write(folder.join(path), "").unwrap();
        assert_eq!(unpack(root.path()).unwrap(), folder);
        assert_eq!(fs::read(folder.join(path)).unwrap(), *content);
        assert!(stays.exists());
    }

    #[test]
    fn other_versions_are_forgotten_after_a_while() {
        let root = tempfile::tempdir().unwrap();
        let old = root.path().join("0123456789abcdef");
        let young = root.path().join("fedcba9876543210");
        for folder in [&old, &young] {
            fs::create_dir(folder).unwrap();
            fs::write(folder.join(USED), "").unwrap();
        }
        fs::File::options()
            .write(true)
            .open(old.join(USED))
            .unwrap()
            .set_modified(std::time::UNIX_EPOCH + Duration::from_secs(1))
            .unwrap();
        unpack(root.path()).unwrap();
        assert!(!old.exists() && young.exists());
    }
}
