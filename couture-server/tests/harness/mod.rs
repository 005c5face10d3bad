//! Real server processes for tests: starts them, waits until they answer, asks them, stops and kills them.
//!
//! Include it with `#[path = "../harness/mod.rs"] mod harness;`. Nothing here asks a clock: waiting is bounded by counting.
#![allow(dead_code, unreachable_pub, reason = "each test program uses a part of it")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use serde_json::Value;

/// The longest that anything here is waited for.
pub const PATIENCE: Duration = Duration::from_secs(60);
const STEP: Duration = Duration::from_millis(20);

/// A running server on a free port. It is killed when it is dropped.
#[derive(Debug)]
pub struct TestServer {
    child: Child,
    /// Its address, such as `http://127.0.0.1:40001`.
    pub url: String,
    /// Its data folder.
    pub data: PathBuf,
    output: Arc<Mutex<String>>,
    readers: Vec<JoinHandle<()>>,
}

/// What a server answered.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers, in lower case, a line each.
    pub headers: String,
    /// The body.
    pub body: String,
}

impl Answer {
    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {:?}", self.body))
    }

    /// The `detail` of an error.
    pub fn detail(&self) -> String {
        self.json()["detail"].as_str().unwrap_or_else(|| panic!("no detail: {}", self.body)).to_owned()
    }
}

/// The server program on `data`, on a free port, with further `flags`; its environment holds no settings.
pub fn server_command(data: &Path, flags: &[&str]) -> Command {
    let mut command = clean(env!("CARGO_BIN_EXE_server"));
    command.arg("--port=0").arg("--orphan-grace-s=5").arg("--data").arg(data).args(flags);
    command.stdin(Stdio::null());
    command
}

/// The command line, told of no server.
pub fn couture_command(args: &[&str]) -> Command {
    let mut command = clean(env!("CARGO_BIN_EXE_couture"));
    command.args(args).stdin(Stdio::null());
    command
}

fn clean(program: &str) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("COUTURE_")) {
        command.env_remove(name);
    }
    command
}

/// Asks again until there is a result; fails when `PATIENCE` is over.
pub fn eventually<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    for _ in 0..PATIENCE.as_millis() / STEP.as_millis() {
        if let Some(result) = ask() {
            return result;
        }
        std::thread::sleep(STEP);
    }
    panic!("{what} did not come to be")
}

impl TestServer {
    /// Starts a server on `data` and waits until it listens.
    pub fn start(data: &Path) -> Self {
        Self::start_with(data, &[])
    }

    /// Starts a server with further flags.
    pub fn start_with(data: &Path, flags: &[&str]) -> Self {
        let mut command = server_command(data, flags);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let output = Arc::new(Mutex::new(String::new()));
        let collect = |pipe: Box<dyn std::io::Read + Send>| {
            let output = output.clone();
            std::thread::spawn(move || {
                for line in BufReader::new(pipe).lines().map_while(Result::ok) {
                    let mut output = output.lock().unwrap();
                    output.push_str(&line);
                    output.push('\n');
                }
            })
        };
        let out = collect(Box::new(child.stdout.take().unwrap()));
        let error = collect(Box::new(child.stderr.take().unwrap()));
        let mut server = Self { child, url: String::new(), data: data.to_owned(), output, readers: vec![out, error] };
        server.url = eventually("the server's address", || {
            if let Some(status) = server.child.try_wait().unwrap() {
                panic!("the server ended with {status}:\n{}", server.output());
            }
            let output = server.output();
            let after = output.split_once("Couture is at ")?.1;
            Some(after.split_once(' ')?.0.to_owned())
        });
        server
    }

    /// What it has printed so far.
    pub fn output(&self) -> String {
        self.output.lock().unwrap().clone()
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Kills it as `kill -9` does, and waits until it is gone.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to stop, and waits for its end and all its output.
    pub fn stop(mut self) -> (ExitStatus, String) {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
        let status = eventually("the server's end", || self.child.try_wait().unwrap());
        for reader in self.readers.drain(..) {
            reader.join().unwrap();
        }
        (status, self.output())
    }

    /// Runs the command line against it.
    pub fn couture(&self, args: &[&str]) -> Output {
        couture_command(args).env("COUTURE_SERVER", &self.url).output().unwrap()
    }

    /// The output of a command line that must succeed.
    pub fn couture_ok(&self, args: &[&str]) -> String {
        let output = self.couture(args);
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "couture {args:?}: {error}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// The JSON of a command line that must succeed.
    pub fn couture_json(&self, args: &[&str]) -> Value {
        let args = [args, &["--output", "json"]].concat();
        serde_json::from_str(&self.couture_ok(&args)).unwrap()
    }

    /// `GET`, which must be answered with 200, as JSON.
    pub fn get(&self, path: &str) -> Value {
        let answer = self.ask("GET", path, &[], "");
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        answer.json()
    }

    /// A request with a JSON body.
    pub fn send(&self, method: &str, path: &str, body: &Value) -> Answer {
        self.ask(method, path, &[("content-type", "application/json")], &body.to_string())
    }

    /// Any request. A Host header is added unless one is given.
    pub fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let host = self.url.trim_start_matches("http://");
        let mut request =
            format!("{method} {path} HTTP/1.1\r\nconnection: close\r\ncontent-length: {}\r\n", body.len());
        for (name, value) in headers {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        if !headers.iter().any(|(name, _)| *name == "host") {
            request.push_str(&format!("host: {host}\r\n"));
        }
        let mut stream = TcpStream::connect(host).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        // The server may answer, and close, before it has read a body that it refuses.
        let _ = stream.write_all(format!("{request}\r\n{body}").as_bytes());
        let mut answer = Vec::new();
        let read = stream.read_to_end(&mut answer);
        let answer = String::from_utf8(answer).unwrap();
        let Some((head, body)) = answer.split_once("\r\n\r\n") else { panic!("no answer: {read:?}") };
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Answer { status, headers: head.to_lowercase(), body: body.to_owned() }
    }

    /// Starts a run and returns its id.
    pub fn trigger(&self, dag_id: &str, body: &Value) -> String {
        let answer = self.send("POST", &format!("/api/v2/dags/{dag_id}/dagRuns"), body);
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()["dag_run_id"].as_str().unwrap().to_owned()
    }

    /// Resumes scheduling a DAG.
    pub fn unpause(&self, dag_id: &str) {
        let answer = self.send("PATCH", &format!("/api/v2/dags/{dag_id}"), &serde_json::json!({ "is_paused": false }));
        assert_eq!(answer.status, 200, "{}", answer.body);
    }

    /// The path of a run.
    pub fn run_path(dag_id: &str, run_id: &str) -> String {
        format!("/api/v2/dags/{dag_id}/dagRuns/{}", run_id.replace('+', "%2B"))
    }

    /// Waits for the end of a run, and tells its state.
    pub fn finished(&self, dag_id: &str, run_id: &str) -> String {
        eventually("the end of a run", || {
            let run = self.get(&Self::run_path(dag_id, run_id));
            let state = run["state"].as_str().unwrap().to_owned();
            matches!(&*state, "success" | "failed").then_some(state)
        })
    }

    /// The task instances of a run with at most a thousand tasks.
    pub fn task_instances(&self, dag_id: &str, run_id: &str) -> Vec<Value> {
        let path = format!("{}/taskInstances?limit=1000", Self::run_path(dag_id, run_id));
        self.get(&path)["task_instances"].as_array().unwrap().clone()
    }

    /// The lines of a try's log, as far as they are there.
    pub fn log(&self, dag_id: &str, run_id: &str, task_id: &str, try_number: u32) -> Vec<String> {
        let base = format!("{}/taskInstances/{task_id}/logs/{try_number}", Self::run_path(dag_id, run_id));
        let mut lines = Vec::new();
        let mut query = String::new();
        loop {
            let part = self.get(&format!("{base}{query}"));
            lines.extend(part["content"].as_array().unwrap().iter().map(|line| line.as_str().unwrap().to_owned()));
            match part["continuation_token"].as_str() {
                Some(token) if part["at_end"] == false => query = format!("?token={token}"),
                _ => return lines,
            }
        }
    }

    /// Puts a file into the DAG folder at once and as a whole.
    pub fn write_dag_file(&self, name: &str, content: &str) {
        write_dag_file(&self.data, name, content);
    }
}

/// Puts a file into the DAG folder of a data folder, at once and as a whole.
pub fn write_dag_file(data: &Path, name: &str, content: &str) {
    let folder = data.join("dags");
    std::fs::create_dir_all(&folder).unwrap();
    let fresh = folder.join(format!(".{name}.fresh"));
    std::fs::write(&fresh, content).unwrap();
    std::fs::rename(fresh, folder.join(name)).unwrap();
}

impl Drop for TestServer {
    fn drop(&mut self) {
        // It is gone already where it was stopped or killed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
