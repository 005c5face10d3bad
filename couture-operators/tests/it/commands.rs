//! Commands that any way of running child processes must run alike.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use couture_core::{ProcessCommand, ProcessError, Processes, Values};
use couture_operators::BashOperator;
use tokio::io::AsyncReadExt;
use tokio::net::unix::pipe::{OpenOptions, Receiver, Sender};

use crate::attempt::{Attempts, Folders, outcome, token};
use couture_core::Operator;

/// All of them.
pub(crate) async fn all(folders: &Folders, processes: Arc<dyn Processes>) {
    let attempts = Attempts::new(folders, processes);
    ends(folders, &attempts).await;
    environment(folders, &attempts).await;
    looked_up_secrets(folders, &attempts).await;
    working_directory(folders, &attempts).await;
    cannot_start(folders, &attempts).await;
    output_in_order(folders, &attempts).await;
    background(folders, &attempts).await;
    cancelled(folders, &attempts).await;
    same_twice(folders, &attempts).await;
}

async fn ends(folders: &Folders, attempts: &Attempts) {
    let cases = [
        ("echo one; echo two", "ok two", "one\ntwo\nCommand exited with return code 0\n"),
        ("true", "ok ", "Command exited with return code 0\n"),
        ("false; echo still here", "ok still here", "still here\nCommand exited with return code 0\n"),
        (
            "echo why >&2; exit 3",
            "retry bash command failed: exit code 3: why",
            "why\nCommand exited with return code 3\n",
        ),
        ("exit 99", "skip bash command returned exit code 99", "Command exited with return code 99\n"),
        (
            "printf 'last words'; kill -KILL $$",
            "retry bash command failed: killed by SIGKILL: last words",
            "last words\nCommand was ended by SIGKILL\n",
        ),
        ("kill -SEGV $$", "retry bash command failed: killed by SIGSEGV", "Command was ended by SIGSEGV\n"),
        ("read line; echo \"<$line>\"", "ok <>", "<>\nCommand exited with return code 0\n"),
    ];
    for (at, (command, expected, log)) in cases.into_iter().enumerate() {
        let task = at as u32;
        assert_eq!(attempts.bash(task, BashOperator::new(command)).await, expected, "{command}");
        let whole = folders.log(token(task));
        let (header, rest) = whole.split_once('\n').unwrap();
        assert!(header.starts_with("Running command: bash -c "), "{header}");
        assert_eq!(rest, log, "{command}");
    }
}

async fn environment(folders: &Folders, attempts: &Attempts) {
    let show = "env | grep _CTX_ | sort | tr '\\n' ' '";
    assert_eq!(
        attempts.bash(20, BashOperator::new(show)).await,
        "ok AIRFLOW_CTX_DAG_ID=etl AIRFLOW_CTX_DAG_OWNER=ada AIRFLOW_CTX_DAG_RUN_ID=manual__2026 \
         AIRFLOW_CTX_EXECUTION_DATE=2026-01-01T00:00:00+00:00 AIRFLOW_CTX_TASK_ID=task_20 AIRFLOW_CTX_TRY_NUMBER=1 \
         COUTURE_CTX_CONF=null COUTURE_CTX_DAG_ID=etl COUTURE_CTX_DAG_OWNER=ada COUTURE_CTX_DAG_RUN_ID=manual__2026 \
         COUTURE_CTX_EXECUTION_DATE=2026-01-01T00:00:00+00:00 COUTURE_CTX_LOGICAL_DATE=2026-01-01T00:00:00+00:00 \
         COUTURE_CTX_TASK_ID=task_20 COUTURE_CTX_TRY_NUMBER=1"
    );
    let manifest = "echo \"${CARGO_MANIFEST_DIR:+inherited} $A\"";
    assert_eq!(attempts.bash(21, BashOperator::new(manifest)).await, "ok inherited");
    let replaced = BashOperator::new(manifest).env("A", "b");
    assert_eq!(attempts.bash(22, replaced.clone()).await, "ok  b");
    assert_eq!(attempts.bash(23, replaced.append_env()).await, "ok inherited b");
    let secret = BashOperator::new("echo pass: $DB_PASSWORD; echo other: hunter22").env("DB_PASSWORD", "hunter2");
    assert_eq!(attempts.bash(24, secret).await, "ok other: ***2");
    let log = folders.log(token(24));
    assert!(!log.contains("hunter2") && log.contains("pass: ***\n"), "{log}");
    assert!(log.starts_with("Running command: bash -c 'echo pass: $DB_PASSWORD; echo other: ***2'\n"), "{log}");
}

/// What an attempt looked up is hidden wherever it could be seen.
async fn looked_up_secrets(folders: &Folders, attempts: &Attempts) {
    let (cx, _) = attempts.context(25);
    assert_eq!(cx.values().required_variable("my_token").await.unwrap(), "t0ken-value");
    assert_eq!(cx.values().connection("db").await.unwrap().password.as_deref(), Some("p@ss/word"));
    cx.log("asked with t0ken-value");
    let shell = "echo t0ken-value p@ss/word p%40ss%2Fword; echo last p@ss/word; exit 4";
    let end = outcome(BashOperator::new(shell).run((), &cx).await);
    assert_eq!(end, "retry bash command failed: exit code 4: last ***");
    let log = folders.log(token(25));
    assert!(log.contains("asked with ***\n") && log.contains("\n*** *** ***\nlast ***\n"), "{log}");
    assert!(!log.contains("t0ken-value") && !log.contains("ss/word"), "{log}");
    // Another attempt did not ask.
    assert_eq!(attempts.bash(26, BashOperator::new("echo t0ken-value")).await, "ok t0ken-value");
}

async fn working_directory(folders: &Folders, attempts: &Attempts) {
    let fresh = attempts.bash(30, BashOperator::new("touch a/b 2>/dev/null; mkdir sub; touch sub/file; pwd")).await;
    let path = fresh.strip_prefix("ok ").unwrap();
    assert!(path.contains("couture-"), "{path}");
    assert!(!Path::new(path).exists());
    let given = folders.root.path().canonicalize().unwrap();
    assert_eq!(attempts.bash(31, BashOperator::new("pwd").cwd(&given)).await, format!("ok {}", given.display()));
    assert!(given.exists());
    let missing = attempts.bash(32, BashOperator::new("pwd").cwd("/no/such/place")).await;
    assert_eq!(missing, "retry failed to start bash: its working directory /no/such/place does not exist");
}

fn command(program: &str, args: &[&str]) -> ProcessCommand {
    ProcessCommand {
        program: program.into(),
        args: args.iter().map(|arg| (*arg).to_owned()).collect(),
        env: Default::default(),
        clear_env: false,
        cwd: None,
        secrets: Vec::new(),
        kill_grace: Duration::from_millis(200),
        greeting: None,
        warm: None,
    }
}

async fn cannot_start(folders: &Folders, attempts: &Attempts) {
    let (cx, _) = attempts.context(40);
    let started = cx.services().processes.run(command("no-such-program", &["x"]), &cx).await;
    assert!(
        matches!(&started, Err(ProcessError::Start { program, .. }) if program == "no-such-program"),
        "{started:?}"
    );
    let log = folders.log(token(40));
    assert!(
        log.starts_with("Running command: no-such-program x\nFailed to start no-such-program: No such file"),
        "{log}"
    );
}

async fn output_in_order(folders: &Folders, attempts: &Attempts) {
    let alternate = "for i in $(seq 500); do echo out $i; echo err $i >&2; done";
    assert_eq!(attempts.bash(50, BashOperator::new(alternate)).await, "ok err 500");
    let expected: String = (1..=500).map(|i| format!("out {i}\nerr {i}\n")).collect();
    let log = folders.log(token(50));
    let output = log.split_once('\n').unwrap().1;
    assert_eq!(output.strip_suffix("Command exited with return code 0\n").unwrap(), expected);
    let bytes = "head -c 3000000 /dev/zero; printf '\\xff\\xfe'; echo end";
    let outcome = attempts.bash(51, BashOperator::new(bytes)).await;
    assert!(outcome.starts_with("ok \0\0\0") && outcome.len() <= 65_539, "{}", outcome.len());
    assert!(folders.raw_log(token(51)).windows(3).any(|window| window == b"\xff\xfee"));
}

/// What a command leaves running is ended with it, and does not keep it from ending.
async fn background(folders: &Folders, attempts: &Attempts) {
    let (outlives, alive) = fifo(folders, "background");
    let script = format!("exec 3>{outlives}; (trap '' TERM; while :; do sleep 1; done) & echo ready >&3");
    let (cx, _) = attempts.context(60);
    let ended = cx.services().processes.run(command("bash", &["-c", &script]), &cx);
    let (ended, ()) = tokio::join!(ended, async { alive.ready().await.closed().await });
    assert_eq!(ended.unwrap().code, Some(0));
}

/// A cancelled command is told to end, with all its children, and those that do not are killed.
async fn cancelled(folders: &Folders, attempts: &Attempts) {
    let (fifo_path, alive) = fifo(folders, "cancelled");
    let stubborn = format!(
        "exec 3>{fifo_path}; trap 'echo not yet' TERM; (trap '' TERM; sleep 1000) & echo ready >&3; \
         while :; do wait; done"
    );
    let (cx, cancellation) = attempts.context(70);
    let run = cx.services().processes.run(command("bash", &["-c", &stubborn]), &cx);
    let cancel = async {
        let alive = alive.ready().await;
        cancellation.cancel();
        alive.closed().await;
    };
    let (end, ()) = tokio::join!(run, cancel);
    assert_eq!(end.unwrap().signal, Some(9));
    let log = folders.log(token(70));
    assert!(log.ends_with("not yet\nCommand was ended by SIGKILL\n"), "{log}");

    let (fifo_path, alive) = fifo(folders, "polite");
    let polite = BashOperator::new(format!("echo ready >{fifo_path}; exec sleep 1000"));
    let (cx, cancellation) = attempts.context(71);
    let cancel = async {
        alive.ready().await;
        cancellation.cancel();
    };
    let (end, ()) = tokio::join!(polite.run((), &cx), cancel);
    assert_eq!(outcome(end), "retry bash command failed: killed by SIGTERM");
}

/// The same attempt twice is one child, and its end is told until it is settled.
async fn same_twice(folders: &Folders, attempts: &Attempts) {
    let once = folders.root.path().join("once");
    let script = BashOperator::new(format!("echo x >>{}; echo $$", once.display()));
    let (first, second) = tokio::join!(attempts.bash(80, script.clone()), attempts.bash(80, script.clone()));
    let third = attempts.bash(80, script.clone()).await;
    assert_eq!((&first, &first), (&second, &third));
    assert_eq!(std::fs::read_to_string(&once).unwrap(), "x\n");
    let (cx, _) = attempts.context(80);
    let processes = &cx.services().processes;
    assert_eq!(processes.known(&[token(80), token(999)]).await, [token(80)]);
    processes.settled(&[token(80)]).await;
    assert_eq!(processes.known(&[token(80)]).await, []);
}

/// A named pipe into which a command says that it is ready, and that tells when the last process that has it open is gone.
pub(crate) struct Alive {
    receiver: Receiver,
    /// Keeps the pipe from looking closed before the command opens it.
    sender: Sender,
}

/// The same after the command has said so.
pub(crate) struct Ready(Receiver);

pub(crate) fn fifo(folders: &Folders, name: &str) -> (String, Alive) {
    let path = folders.root.path().join(name);
    rustix::fs::mkfifoat(rustix::fs::CWD, &path, rustix::fs::Mode::RWXU).unwrap();
    let receiver = OpenOptions::new().open_receiver(&path).unwrap();
    let sender = OpenOptions::new().open_sender(&path).unwrap();
    (path.display().to_string(), Alive { receiver, sender })
}

/// How long a test waits for what must happen.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

impl Alive {
    /// Waits for the first bytes.
    pub(crate) async fn ready(mut self) -> Ready {
        let mut said = [0];
        let read = self.receiver.read_exact(&mut said);
        tokio::time::timeout(PATIENCE, read).await.expect("nothing was written").unwrap();
        drop(self.sender);
        Ready(self.receiver)
    }
}

impl Ready {
    /// Waits until nobody has the pipe open.
    pub(crate) async fn closed(mut self) {
        let mut rest = Vec::new();
        let read = self.0.read_to_end(&mut rest);
        tokio::time::timeout(PATIENCE, read).await.expect("someone still has it open").unwrap();
    }
}
