//! Programs from PyPI, in a virtual environment beside the build.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// What is installed, each at the version that the tests were written with.
const PROGRAMS: &[&str] =
    &["apache-airflow-client==3.3.2", "apache-airflow-ctl==0.1.5", "keyrings.alt==5.0.2", "schemathesis==4.32.5"];

/// A program of the environment, which is made where it is missing.
pub(crate) fn program(name: &str) -> PathBuf {
    static ENVIRONMENT: OnceLock<PathBuf> = OnceLock::new();
    ENVIRONMENT.get_or_init(environment).join("bin").join(name)
}

fn environment() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("clients");
    let (wanted, installed) = (PROGRAMS.join("\n"), folder.join("installed"));
    if fs::read_to_string(&installed).is_ok_and(|installed| installed == wanted) {
        return folder;
    }
    // One that was begun and not finished is begun anew.
    let _ = fs::remove_dir_all(&folder);
    let run = |command: &mut Command| {
        let output = command.output().unwrap();
        assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    };
    run(Command::new("python3").args(["-m", "venv"]).arg(&folder));
    run(Command::new(folder.join("bin/pip"))
        .args(["install", "--quiet", "--disable-pip-version-check"])
        .args(PROGRAMS));
    fs::write(installed, wanted).unwrap();
    folder
}
