//! A server of its own process, with Python DAG files, and the command line that drives it.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use crate::http::request;
use crate::rig::now;

/// The programs beside this one, on a data folder of their own. It ends, with its supervisor, when this is dropped.
#[derive(Debug)]
pub struct Served {
    child: Child,
    folder: TempDir,
    url: String,
}

/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(120);
const PAUSE: Duration = Duration::from_millis(20);

impl Served {
    /// Starts a server with these DAG files, none of which begins paused. It may be reading them still.
    pub fn start(files: impl IntoIterator<Item = (String, String)>) -> Self {
        Self::start_with(files, &[])
    }

    /// The same with further flags.
    pub fn start_with(files: impl IntoIterator<Item = (String, String)>, flags: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let dags = folder.path().join("dags");
        std::fs::create_dir(&dags).expect("a folder");
        for (name, content) in files {
            std::fs::write(dags.join(name), content).expect("a file");
        }
        let mut child = Command::new(beside("server"))
            .args(["--port", "0", "--load-examples=false", "--dags-are-paused-at-creation=false", "--data"])
            .arg(folder.path())
            .args(flags)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("a server");
        let said = folder.path().join("server.json");
        let url = wait(|| {
            assert!(child.try_wait().expect("a server").is_none(), "the server ended; run it by hand to see why");
            let said: Value = serde_json::from_slice(&std::fs::read(&said).ok()?).ok()?;
            Some(said["url"].as_str()?.to_owned())
        });
        Self { child, folder, url }
    }

    /// The folder of its DAG files.
    pub fn dags(&self) -> PathBuf {
        self.folder.path().join("dags")
    }

    /// Its address.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The token that it left in its data folder.
    pub fn token(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("local.token")).expect("a token")
    }

    /// What the API answers, as JSON; none where that is no JSON.
    pub fn get(&self, path: &str) -> Option<Value> {
        serde_json::from_slice(&request(&self.url, "GET", path, &self.token(), "").1).ok()
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// What the command line prints, as JSON; none where it fails.
    pub fn couture(&self, args: &[&str]) -> Option<Value> {
        let output = Command::new(beside("couture"))
            .args(args)
            .args(["-o", "json", "--server", &self.url])
            .env("COUTURE__DATA__DIR", self.folder.path())
            .output();
        serde_json::from_slice(&output.expect("the command line").stdout).ok()
    }

    /// Waits until so many DAGs are known.
    pub fn wait_for_dags(&self, count: usize) {
        wait(|| (self.couture(&["dags", "list"])?.as_array()?.len() >= count).then_some(()));
    }

    /// Runs a DAG, and tells how long the run took.
    pub fn run(&self, dag_id: &str) -> Duration {
        self.couture(&["dags", "trigger", dag_id, "--wait"]);
        let runs = self.couture(&["runs", "list", dag_id]).expect("its runs");
        assert_eq!(runs[0]["state"], "success", "{dag_id}: {runs}");
        Duration::from_secs_f64(runs[0]["duration"].as_f64().expect("a duration"))
    }

    /// The processes below the server's own, with those of its supervisor: all that carry its data folder in their arguments.
    pub fn processes(&self) -> Vec<u32> {
        let folder = self.folder.path().to_string_lossy().into_owned();
        let is_ours = |pid: &u32| {
            let line = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
            String::from_utf8_lossy(&line).contains(&folder)
        };
        all_pids().into_iter().filter(is_ours).collect()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        for pid in self.processes() {
            let _ = Command::new("kill").args(["-KILL", &pid.to_string()]).status();
        }
        let _ = self.child.wait();
    }
}

/// All processes there are.
pub fn all_pids() -> Vec<u32> {
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect()
}

fn beside(name: &str) -> PathBuf {
    let program = std::env::current_exe().expect("this program").with_file_name(name);
    let build = "cargo build --release --bins";
    assert!(Path::new(&program).exists(), "{} is missing: build it with `{build}`", program.display());
    program
}

/// Waits until there is an answer.
pub fn wait<T>(mut ask: impl FnMut() -> Option<T>) -> T {
    let begun = now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(begun.elapsed() < PATIENCE, "nothing came for {} s", PATIENCE.as_secs());
        std::thread::sleep(PAUSE);
    }
}
