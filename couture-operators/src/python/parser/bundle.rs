//! DAG files as they were when they were parsed, kept for the attempts of their DAGs.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use sha2::{Digest as _, Sha256};

use crate::python::digits;

/// The biggest module.
const MAX_FILE_BYTES: u64 = 64 << 20;
/// The most modules of a file.
const MAX_FILES: usize = 10_000;

/// Why files are not kept.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BundleError {
    /// They are not those that were parsed any more: parse again.
    #[error("they have changed meanwhile")]
    Changed,
    /// They cannot be read or written.
    #[error("{0}")]
    Io(#[from] io::Error),
}

/// Keeps `modules` of the folder `root` below `bundles` under the name `hash`, durable when it returns, unless they are kept already.
/// Blocks its thread.
///
/// The name is the first 32 hex digits of SHA-256 over, for each module sorted by path, its path, a NUL, the SHA-256 of its content in hex,
/// and a line feed.
pub(super) fn keep(root: &Path, modules: &[PathBuf], hash: &str, bundles: &Path) -> Result<(), BundleError> {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let is_name = hash.len() == 32 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !is_name || modules.len() > MAX_FILES {
        return Err(io::Error::other(format!("{hash:?} of {} files is no bundle", modules.len())).into());
    }
    let folder = bundles.join(hash);
    if folder.is_dir() {
        return Ok(());
    }
    fs::create_dir_all(bundles)?;
    let fresh = bundles.join(format!(".fresh-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed)));
    if fresh.exists() {
        fs::remove_dir_all(&fresh)?;
    }
    let result = copy(root, modules, hash, &fresh).and_then(|()| match fs::rename(&fresh, &folder) {
        Err(_) if folder.is_dir() => Ok(()),
        Err(error) => Err(error.into()),
        Ok(()) => Ok(File::open(bundles)?.sync_all()?),
    });
    if fresh.exists() {
        let _ = fs::remove_dir_all(&fresh);
    }
    result
}

fn copy(root: &Path, modules: &[PathBuf], hash: &str, to: &Path) -> Result<(), BundleError> {
    let mut all = Sha256::new();
    fs::create_dir_all(to)?;
    let sorted: BTreeSet<&PathBuf> = modules.iter().collect();
    for module in sorted {
        let is_inside = module.components().all(|part| matches!(part, Component::Normal(_)));
        if !is_inside {
            return Err(
                io::Error::other(format!("the module {} lies outside of the DAG folder", module.display())).into()
            );
        }
        let content = match read(&root.join(module)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(BundleError::Changed),
            other => other?,
        };
        all.update(module.as_os_str().as_encoded_bytes());
        all.update([0]);
        all.update(digits(&Sha256::digest(&content)));
        all.update(b"\n");
        let file = to.join(module);
        fs::create_dir_all(file.parent().unwrap_or(to))?;
        let mut file = File::create(file)?;
        file.write_all(&content)?;
        file.sync_data()?;
    }
    if digits(&all.finalize())[..32] != *hash {
        return Err(BundleError::Changed);
    }
    Ok(File::open(to)?.sync_all()?)
}

fn read(file: &Path) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    File::open(file)?.take(MAX_FILE_BYTES + 1).read_to_end(&mut content)?;
    if content.len() as u64 > MAX_FILE_BYTES {
        return Err(io::Error::other(format!("{} is bigger than {} MiB", file.display(), MAX_FILE_BYTES >> 20)));
    }
    Ok(content)
}

/// Removes the bundles below `bundles` that are not `used`, and that were made before `before` (microseconds since the epoch), and tells how
/// many. Blocks its thread.
pub fn keep_bundles(bundles: &Path, used: &BTreeSet<String>, before: i64) -> io::Result<usize> {
    let mut removed = 0;
    let entries = match fs::read_dir(bundles) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
        other => other?,
    };
    for entry in entries {
        let entry = entry?;
        let made = entry.metadata()?.modified()?.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        let name = entry.file_name().to_string_lossy().into_owned();
        if !used.contains(&name) && (made.as_micros() as i64) < before {
            fs::remove_dir_all(entry.path())?;
            removed += 1;
        }
    }
    Ok(removed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_kept_as_they_were() {
        let folder = tempfile::tempdir().unwrap();
        let (root, bundles) = (folder.path().join("dags"), folder.path().join("bundles"));
        fs::create_dir_all(root.join("pkg")).unwrap();
        fs::write(root.join("a.py"), "a").unwrap();
        fs::write(root.join("pkg/b.py"), "b").unwrap();
        let modules = [PathBuf::from("a.py"), PathBuf::from("pkg/b.py")];
        // printf 'a.py\0%s\npkg/b.py\0%s\n' "$(printf a | sha256sum | cut -c-64)" "$(printf b | sha256sum | cut -c-64)" | sha256sum
        let hash = "6501ed5c42fa17578ca65882afe63721";
        assert!(matches!(keep(&root, &modules, &"0".repeat(32), &bundles), Err(BundleError::Changed)));
        assert_eq!(fs::read_dir(&bundles).unwrap().count(), 0);
        keep(&root, &modules, hash, &bundles).unwrap();
        fs::write(root.join("a.py"), "changed").unwrap();
        keep(&root, &modules, hash, &bundles).unwrap();
        assert_eq!(fs::read_to_string(bundles.join(hash).join("a.py")).unwrap(), "a");
        assert_eq!(fs::read_to_string(bundles.join(hash).join("pkg/b.py")).unwrap(), "b");
        let outside = [PathBuf::from("../a.py")];
        assert!(matches!(keep(&root, &outside, &"1".repeat(32), &bundles), Err(BundleError::Io(_))));
        assert_eq!(keep_bundles(&bundles, &[hash.to_owned()].into(), i64::MAX).unwrap(), 0);
        assert_eq!(keep_bundles(&bundles, &BTreeSet::new(), 0).unwrap(), 0);
        assert_eq!(keep_bundles(&bundles, &BTreeSet::new(), i64::MAX).unwrap(), 1);
    }
}
