//! What the tests of the page run on: vitest and Playwright from npm, and Chromium from the system.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// A folder below the build's own with the packages of this lock file and the tests beside them; the sources stay as they are.
pub(crate) fn installed() -> PathBuf {
    assert!(
        chromium(),
        "Chromium is needed for the tests of the page: install Debian's package chromium, or say where it is by CHROMIUM"
    );
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("ui");
    let to = Path::new(env!("CARGO_TARGET_TMPDIR")).join("browser");
    fs::create_dir_all(&to).unwrap();
    let tests = to.join("tests");
    if tests.exists() {
        fs::remove_dir_all(&tests).unwrap();
    }
    copy(&from.join("tests"), &tests);
    let lock = fs::read(from.join("package-lock.json")).unwrap();
    let stamp = to.join("node_modules/.couture-lock");
    if fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        return to;
    }
    for name in ["package.json", "package-lock.json"] {
        fs::copy(from.join(name), to.join(name)).unwrap();
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
    for entry in fs::read_dir(from).unwrap() {
        let (path, target) = entry.map(|entry| (entry.path(), to.join(entry.file_name()))).unwrap();
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}
