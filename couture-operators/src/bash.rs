//! Runs a command in bash.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use async_trait::async_trait;
use couture_core::dialect::Dialect;
use couture_core::values::is_secret_name;
use couture_core::{Failure, Operator, ProcessCommand, ProcessEnd, ProcessError, TaskContext};
use serde::{Deserialize, Deserializer, Serialize};

use crate::child::signal_name;

/// Runs `bash -c` with a command, as Airflow's operator of this name does.
///
/// It succeeds with exit code 0, is skipped with one of `skip_on_exit_code`, and else fails, to be retried. Its output is the
/// last line that the command printed, unless `do_xcom_push` is off. `bash_command` and `env` are templates; a text in them that ends
/// in `.sh` or `.bash` is the name of a template file, unless a space follows.
///
/// In a DAG of dialect 1.10 it gives its output only where `xcom_push` is set, and no exit code means "skip" by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BashOperator {
    /// The command. As in Airflow, bash goes on after a failed line; begin with `set -e;` where it shall not.
    pub bash_command: String,
    /// Variables of the command's environment: all there are, unless `append_env` is set. Values whose names tell of a
    /// secret (`…PASSWORD`, `…TOKEN`, …) are shown as `***` in the log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub env: Option<BTreeMap<String, String>>,
    /// Whether `env` is added to the server's environment instead of replacing it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub append_env: bool,
    /// Working directory; a fresh temporary one where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cwd: Option<PathBuf>,
    /// Exit codes that mean "skip this task"; where not set, 99 in dialect 2 and none in 1.10. In JSON one number, a list, or `null` for none.
    #[serde(default = "skip_default", skip_serializing_if = "is_skip_default", deserialize_with = "skip_codes")]
    pub skip_on_exit_code: Vec<i32>,
    /// Whether the last line of output is given to later tasks.
    #[serde(default = "yes", skip_serializing_if = "Clone::clone")]
    pub do_xcom_push: bool,
    /// Whether dialect 1.10 is asked for the output.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub xcom_push: bool,
}

impl BashOperator {
    /// From TERM to KILL when the attempt is cancelled.
    pub const KILL_GRACE: Duration = Duration::from_secs(5);

    /// Runs `bash_command`.
    pub fn new(bash_command: impl Into<String>) -> Self {
        Self {
            bash_command: bash_command.into(),
            env: None,
            append_env: false,
            cwd: None,
            skip_on_exit_code: skip_default(),
            do_xcom_push: true,
            xcom_push: false,
        }
    }

    /// Sets a variable; see [`BashOperator::env`] and [`BashOperator::append_env`].
    pub fn env(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.env.get_or_insert_default().insert(name.into(), value.into());
        self
    }

    /// Keeps the server's environment beside the variables set.
    pub fn append_env(mut self) -> Self {
        self.append_env = true;
        self
    }

    /// Sets the working directory.
    pub fn cwd(mut self, cwd: impl Into<PathBuf>) -> Self {
        self.cwd = Some(cwd.into());
        self
    }

    pub(crate) fn command(&self) -> ProcessCommand {
        let env = self.env.clone().unwrap_or_default();
        ProcessCommand {
            program: "bash".into(),
            args: vec!["-c".into(), self.bash_command.clone()],
            clear_env: self.env.is_some() && !self.append_env,
            secrets: env.iter().filter(|(name, _)| is_secret_name(name)).map(|(_, value)| value.clone()).collect(),
            env,
            cwd: self.cwd.clone(),
            kill_grace: Self::KILL_GRACE,
            greeting: None,
            warm: None,
        }
    }

    fn outcome(&self, end: ProcessEnd, dialect: Dialect) -> Result<Option<String>, Failure> {
        let (gives_output, skips) = match dialect {
            Dialect::V1_10 => (self.do_xcom_push && self.xcom_push, !is_skip_default(&self.skip_on_exit_code)),
            Dialect::V2 => (self.do_xcom_push, true),
        };
        match (end.code, end.signal) {
            (Some(0), _) => Ok(gives_output.then_some(end.last_line)),
            (Some(code), _) if skips && self.skip_on_exit_code.contains(&code) => {
                Err(Failure::Skip(format!("bash command returned exit code {code}")))
            }
            (Some(code), _) => {
                Err(Failure::retry(format!("bash command failed: exit code {code}{}", hint(&end.last_line))))
            }
            (None, signal) => {
                let name = signal_name(signal.unwrap_or(0));
                Err(Failure::retry(format!("bash command failed: killed by {name}{}", hint(&end.last_line))))
            }
        }
    }
}

/// What becomes of an attempt whose child has no end to tell of.
pub(crate) fn process_failure(error: ProcessError) -> Failure {
    match error {
        ProcessError::Lost(reason) => Failure::Lost(reason),
        error @ ProcessError::Unsupported => Failure::Fatal(error.into()),
        error => Failure::Retry(error.into()),
    }
}

/// The last line of output, which mostly tells what went wrong.
fn hint(last_line: &str) -> String {
    const MAX_CHARS: usize = 500;
    if last_line.is_empty() {
        return String::new();
    }
    let mut hint: String = last_line.chars().take(MAX_CHARS).collect();
    if hint.len() < last_line.len() {
        hint.push('…');
    }
    format!(": {hint}")
}

fn yes() -> bool {
    true
}

fn skip_default() -> Vec<i32> {
    vec![99]
}

fn is_skip_default(codes: &[i32]) -> bool {
    codes == [99]
}

fn skip_codes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<i32>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "skip_on_exit_code is a number, a list of numbers, or null")]
    enum Codes {
        None,
        One(i32),
        Many(Vec<i32>),
    }
    Ok(match Codes::deserialize(deserializer)? {
        Codes::None => Vec::new(),
        Codes::One(code) => vec![code],
        Codes::Many(codes) => codes,
    })
}

#[async_trait]
impl Operator for BashOperator {
    type Input = ();
    type Output = Option<String>;

    async fn run(&self, (): (), cx: &TaskContext) -> Result<Option<String>, Failure> {
        match cx.services().processes.run(self.command(), cx).await {
            Ok(end) => self.outcome(end, cx.run().dag.attributes.dialect),
            Err(error) => Err(process_failure(error)),
        }
    }

    fn resumable(&self) -> bool {
        true
    }

    fn template_fields(&self) -> &'static [&'static str] {
        &["bash_command", "env"]
    }

    fn template_ext(&self) -> &'static [&'static str] {
        &[".sh", ".bash"]
    }
}

couture_core::operator!(BashOperator, "bash");

#[cfg(test)]
mod tests {
    use couture_core::DynOperator;

    use super::*;

    fn end(code: Option<i32>, signal: Option<i32>, last_line: &str) -> ProcessEnd {
        ProcessEnd { code, signal, last_line: last_line.into(), peak_rss_bytes: None, said: None, unheard: None }
    }

    #[test]
    fn ends_become_outcomes() {
        let check = |operator: &BashOperator, end: ProcessEnd, expected: &str| {
            assert_eq!(format!("{:?}", operator.outcome(end, Dialect::V2)), expected);
        };
        let bash = BashOperator::new("x");
        check(&bash, end(Some(0), None, "42"), r#"Ok(Some("42"))"#);
        check(&bash, end(Some(0), None, ""), r#"Ok(Some(""))"#);
        check(&bash, end(Some(99), None, ""), r#"Err(Skip("bash command returned exit code 99"))"#);
        check(&bash, end(Some(2), None, "no"), r#"Err(Retry("bash command failed: exit code 2: no"))"#);
        check(&bash, end(Some(1), None, ""), r#"Err(Retry("bash command failed: exit code 1"))"#);
        check(&bash, end(None, Some(9), ""), r#"Err(Retry("bash command failed: killed by SIGKILL"))"#);
        let silent = BashOperator { do_xcom_push: false, skip_on_exit_code: vec![], ..bash };
        check(&silent, end(Some(0), None, "42"), "Ok(None)");
        check(&silent, end(Some(99), None, ""), r#"Err(Retry("bash command failed: exit code 99"))"#);
        let old = |operator: &BashOperator, end: ProcessEnd, expected: &str| {
            assert_eq!(format!("{:?}", operator.outcome(end, Dialect::V1_10)), expected);
        };
        let bash = BashOperator::new("x");
        old(&bash, end(Some(0), None, "42"), "Ok(None)");
        old(&bash, end(Some(99), None, ""), r#"Err(Retry("bash command failed: exit code 99"))"#);
        let asked = BashOperator { xcom_push: true, skip_on_exit_code: vec![7], ..bash };
        old(&asked, end(Some(0), None, "42"), r#"Ok(Some("42"))"#);
        old(&asked, end(Some(7), None, ""), r#"Err(Skip("bash command returned exit code 7"))"#);
    }

    #[test]
    fn json_is_short_and_strict() {
        let check = |json: &str, expected: Result<&str, &str>| {
            let operator = serde_json::from_str::<Box<dyn DynOperator>>(json);
            let again = operator.map(|operator| serde_json::to_string(&operator).unwrap());
            match (again, expected) {
                (Ok(again), Ok(expected)) => assert_eq!(again, expected),
                (Err(error), Err(expected)) => assert!(error.to_string().contains(expected), "{error}"),
                (again, _) => panic!("{json}: {again:?}"),
            }
        };
        let short = r#"{"type":"bash","bash_command":"true"}"#;
        check(short, Ok(short));
        check(r#"{"type":"bash","bash_command":"true","skip_on_exit_code":99,"do_xcom_push":true}"#, Ok(short));
        let none = r#"{"type":"bash","bash_command":"true","skip_on_exit_code":[],"do_xcom_push":false}"#;
        check(none, Ok(none));
        check(&none.replace("[]", "null"), Ok(none));
        check(r#"{"type":"bash","bash_command":"true","evn":{}}"#, Err("evn"));
        check(r#"{"type":"bash"}"#, Err("bash_command"));
        check(r#"{"type":"bash","bash_command":"true","skip_on_exit_code":"x"}"#, Err("a list of numbers"));
        check(r#"{"type":"empty"}"#, Ok(r#"{"type":"empty"}"#));
    }

    #[test]
    fn the_environment_is_replaced_or_extended() {
        let check = |operator: BashOperator, clear: bool, secrets: &[&str]| {
            let command = operator.command();
            assert_eq!((command.clear_env, command.secrets), (clear, secrets.iter().map(|s| s.to_string()).collect()));
        };
        check(BashOperator::new("x"), false, &[]);
        check(BashOperator::new("x").env("A", "b"), true, &[]);
        check(BashOperator::new("x").env("DB_PASSWORD", "hunter2").append_env(), false, &["hunter2"]);
    }
}
