//! What the tests of the page run on: vitest and Playwright from npm, and Chromium from the system.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::{env, fs};

const PACKAGES: &str = "node_modules";
/// What npm makes in the sources' folder, where somebody works on it.
const MADE: [&str; 2] = [PACKAGES, "dist"];

/// One at a time: the tests look at how fast the page is, and share a folder.
static ALONE: Mutex<()> = Mutex::new(());

/// Waits until no other test of the page runs, and keeps others waiting for as long as it is held.
pub(crate) fn alone() -> MutexGuard<'static, ()> {
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(crate) fn need_chromium() {
    assert!(
        chromium(),
        "Chromium is needed for the tests of the page: install Debian's package chromium, or say where it is by CHROMIUM"
    );
}

/// A folder below the build's own with a copy of the page's sources and the packages of its lock file; the sources stay as they are.
pub(crate) fn installed() -> PathBuf {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("ui");
    let to = Path::new(env!("CARGO_TARGET_TMPDIR")).join("browser");
    fs::create_dir_all(&to).unwrap();
    for entry in fs::read_dir(&to).unwrap().map(Result::unwrap).filter(|entry| entry.file_name() != PACKAGES) {
        if entry.path().is_dir() {
            fs::remove_dir_all(entry.path()).unwrap()
        } else {
            fs::remove_file(entry.path()).unwrap()
        }
    }
    copy(&from, &to);
    let lock = fs::read(from.join("package-lock.json")).unwrap();
    let stamp = to.join(PACKAGES).join(".couture-lock");
    if fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        return to;
    }
    let output = Command::new("npm")
        .args(["ci", "--prefer-offline", "--no-audit", "--no-fund"])
        .current_dir(&to)
        .output()
        .expect("npm is needed for the tests of the page: install Node.js 20.19 or newer");
    assert!(output.status.success(), "npm ci: {}", String::from_utf8_lossy(&output.stderr));
    fs::write(stamp, lock).unwrap();
    to
}

fn chromium() -> bool {
    env::var_os("CHROMIUM").map_or_else(|| Path::new("/usr/bin/chromium").exists(), |path| Path::new(&path).exists())
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from)
        .unwrap()
        .map(Result::unwrap)
        .filter(|entry| !MADE.contains(&&*entry.file_name().to_string_lossy()))
    {
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}
