//! Functions of the process that templates call back.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use couture_core::TaskContext;
use couture_core::task::Speaker;
use serde_json::{Value, json};
use tokio::sync::oneshot;

use crate::template::{Call, Caller};

/// The longest time for one function.
const LONGEST: Duration = Duration::from_secs(300);

type Answer = oneshot::Sender<Result<Value, String>>;

/// The calls that were made and not answered yet.
pub(super) struct Calls {
    waiting: Mutex<Waiting>,
}

struct Waiting {
    /// The number of the next call. A server that takes over a process does not begin again at 1: answers to an earlier one's calls may
    /// still come.
    next: u64,
    answers: BTreeMap<u64, Answer>,
}

impl Calls {
    pub(super) fn new(cx: &TaskContext) -> Self {
        let next = cx.now().as_micros().unsigned_abs();
        Self { waiting: Mutex::new(Waiting { next, answers: BTreeMap::new() }) }
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A call was answered.
    pub(super) fn answered(&self, mut result: Value) {
        let waiting = result.get("id").and_then(Value::as_u64).and_then(|id| self.waiting().answers.remove(&id));
        let Some(answer) = waiting else { return };
        let result = match result.get("error").and_then(Value::as_str) {
            Some(error) => Err(error.to_owned()),
            None => Ok(result.get_mut("value").map(Value::take).unwrap_or_default()),
        };
        // Nobody waits any more where the attempt is over.
        let _ = answer.send(result);
    }
}

/// Calls functions of one process.
pub(super) struct Calling<'a> {
    pub(super) calls: &'a Calls,
    pub(super) child: &'a dyn Speaker,
    pub(super) cx: &'a TaskContext,
}

#[async_trait]
impl Caller for Calling<'_> {
    async fn call(&self, call: &Call) -> Result<Value, String> {
        let (answer, answered) = oneshot::channel();
        let id = {
            let mut waiting = self.calls.waiting();
            let id = waiting.next;
            waiting.next += 1;
            waiting.answers.insert(id, answer);
            id
        };
        let frame = json!({"call": {"id": id, "name": call.name, "args": call.args, "kwargs": call.kwargs}});
        self.child.say(frame, self.cx.secrets());
        tokio::select! {
            result = answered => result.unwrap_or_else(|_| Err("the process is gone".into())),
            () = self.cx.sleep(LONGEST) => {
                self.calls.waiting().answers.remove(&id);
                Err(format!("{} gave nothing for {} s", call.name, LONGEST.as_secs()))
            }
        }
    }
}
