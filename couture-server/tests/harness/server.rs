//! A server process.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use serde_json::Value;

use super::patience::eventually;
use super::programs::{couture_command, server_command};

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

impl TestServer {
    /// Starts a server on `data` and waits until it listens.
    pub fn start(data: &Path) -> Self {
        Self::start_with(data, &[])
    }

    /// Starts a server with further flags.
    pub fn start_with(data: &Path, flags: &[&str]) -> Self {
        Self::start_command(server_command(data, flags), data)
    }

    /// Starts a server by a command of one's own.
    pub fn start_command(mut command: Command, data: &Path) -> Self {
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

    /// The token that it left in its data folder.
    pub fn token(&self) -> String {
        std::fs::read_to_string(self.data.join("local.token")).unwrap()
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

    /// Asks it to stop.
    pub fn signal(&self) {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
    }

    /// Asks it to stop, and waits for its end and all its output.
    pub fn stop(mut self) -> (ExitStatus, String) {
        self.signal();
        let status = eventually("the server's end", || self.child.try_wait().unwrap());
        for reader in self.readers.drain(..) {
            reader.join().unwrap();
        }
        (status, self.output())
    }

    /// The command line, told of it.
    pub fn couture_command(&self, args: &[&str]) -> Command {
        let mut command = couture_command(args);
        command.env("COUTURE_SERVER", &self.url).env("COUTURE__DATA__DIR", &self.data);
        command
    }

    /// Runs the command line against it.
    pub fn couture(&self, args: &[&str]) -> Output {
        self.couture_command(args).output().unwrap()
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
}

impl Drop for TestServer {
    fn drop(&mut self) {
        // It is gone already where it was stopped or killed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
