//! Small servers, in Python.

use std::io::{BufRead, BufReader, Lines};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use serde_json::Value;

/// A server of `tests/data/servers.py`.
pub struct SmallServer {
    pub port: u16,
    said: Lines<BufReader<ChildStdout>>,
    /// Ends with its input.
    child: Child,
}

impl SmallServer {
    pub fn start(kind: &str, given: &[&Path]) -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/servers.py");
        let mut child = Command::new("/usr/bin/python3")
            .arg(script)
            .arg(kind)
            .args(given)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(child.stdout.take().unwrap()).lines();
        let first = said.next().unwrap_or_else(|| panic!("the {kind} server does not start; scripts/test installs it"));
        Self { port: first.unwrap().parse().unwrap(), said, child }
    }

    /// The next thing that it was given or has given.
    pub fn next(&mut self) -> Value {
        serde_json::from_str(&self.said.next().unwrap().unwrap()).unwrap()
    }
}

impl Drop for SmallServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
