//! Children that speak, and who hears them.

use std::path::PathBuf;
use std::sync::Mutex;
use std::time::Duration;

use async_trait::async_trait;
use couture_core::task::{Listener, Speaker, WarmParent};
use couture_core::{ProcessCommand, ProcessEnd, ProcessError};
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::attempt::Attempts;

fn data(name: &str) -> String {
    let path: PathBuf = [env!("CARGO_MANIFEST_DIR"), "tests", "data", name].iter().collect();
    path.display().to_string()
}

/// A child that does these steps of `tests/data/child.py`.
pub(crate) fn child(steps: Value) -> ProcessCommand {
    ProcessCommand {
        program: "python3".into(),
        args: vec![data("child.py")],
        env: [("PYTHONDONTWRITEBYTECODE".to_owned(), "1".to_owned())].into(),
        clear_env: false,
        cwd: None,
        secrets: Vec::new(),
        kill_grace: Duration::from_millis(200),
        greeting: Some(steps),
        warm: None,
    }
}

/// The same, forked from a warm parent that behaves like this; its further arguments are those of `tests/data/warm_parent.py`.
pub(crate) fn warm_child(behaviour: &[&str], steps: Value) -> ProcessCommand {
    let mut args = vec![data("warm_parent.py")];
    args.extend(behaviour.iter().map(|word| (*word).to_owned()));
    ProcessCommand { warm: Some(WarmParent { program: "python3".into(), args }), ..child(steps) }
}

/// Answers what is asked, with the question as the value, once it may. Some questions are special.
#[derive(Debug)]
pub(crate) struct Echo {
    heard: Mutex<Vec<Value>>,
    /// How many are being heard, and the most there were.
    hearing: Mutex<(usize, usize)>,
    open: watch::Sender<bool>,
}

impl Echo {
    pub(crate) fn new() -> Self {
        Self { heard: Mutex::default(), hearing: Mutex::default(), open: watch::Sender::new(true) }
    }

    /// Answers nothing until so many wait.
    pub(crate) fn gathering() -> Self {
        Self { open: watch::Sender::new(false), ..Self::new() }
    }

    pub(crate) fn heard(&self) -> Vec<Value> {
        self.heard.lock().unwrap().clone()
    }

    pub(crate) fn most(&self) -> usize {
        self.hearing.lock().unwrap().1
    }
}

/// So many wait before those are answered who wait for others.
pub(crate) const GATHERED: usize = 1_000;

#[async_trait]
impl Listener for Echo {
    async fn heard(&self, frame: Value, child: &dyn Speaker) {
        self.heard.lock().unwrap().push(frame.clone());
        let hearing = {
            let mut hearing = self.hearing.lock().unwrap();
            hearing.0 += 1;
            hearing.1 = hearing.1.max(hearing.0);
            hearing.0
        };
        if hearing == GATHERED {
            self.open.send_replace(true);
        }
        self.open.subscribe().wait_for(|open| *open).await.unwrap();
        self.hearing.lock().unwrap().0 -= 1;
        let (Some(id), Some(question)) = (frame.get("id"), frame.get("ask")) else { return };
        let answer = |value: &Value| json!({"id": id, "answer": {"value": value}});
        match question.as_str() {
            Some("secret") => child.say(answer(&json!("hunter22")), vec!["hunter22".into()]),
            Some("call") => {
                child.say(json!({"call": {"id": 7}}), Vec::new());
                child.say(answer(question), Vec::new());
                // Nobody asked for it any more.
                child.say(answer(question), Vec::new());
            }
            Some("huge") => child.say(answer(&json!("x".repeat(17 << 20))), Vec::new()),
            Some("never") => {}
            _ => child.say(answer(question), Vec::new()),
        }
    }
}

impl Attempts {
    /// Runs a child that speaks as the attempt number `task`.
    pub(crate) async fn converse(
        &self,
        task: u32,
        command: ProcessCommand,
        listener: &dyn Listener,
    ) -> Result<ProcessEnd, ProcessError> {
        let (cx, _) = self.context(task);
        cx.services().processes.converse(command, &cx, listener).await
    }

    /// The same; it must have run, and said this at its end.
    pub(crate) async fn said(&self, task: u32, command: ProcessCommand) -> Value {
        let end = self.converse(task, command, &Echo::new()).await.unwrap();
        assert_eq!((end.code, &end.unheard), (Some(0), &None), "{end:?}");
        end.said.unwrap_or_default()
    }
}
