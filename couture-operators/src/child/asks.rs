//! What a child said and nobody has dealt with yet.

use std::cell::RefCell;
use std::collections::VecDeque;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::Notify;

/// A frame of a child's on its way to who hears it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Said {
    /// Tells this frame from others of the same child.
    pub(crate) number: u64,
    /// What it said.
    pub(crate) frame: Value,
}

/// Where a child's frames go. It must not call back.
pub(crate) type Ear = Box<dyn Fn(Said) + Send>;

/// Whether this is a question, which has an answer.
pub(crate) fn is_ask(frame: &Value) -> bool {
    frame.get("id").is_some() && frame.get("ask").is_some()
}

/// The frames of one child that are not answered, or not heard to the end; their bytes are bounded.
#[derive(Default)]
pub(super) struct Asks {
    state: RefCell<State>,
    changed: Notify,
}

#[derive(Default)]
struct State {
    ear: Option<Ear>,
    open: VecDeque<Open>,
    bytes: usize,
    last_number: u64,
}

struct Open {
    said: Said,
    bytes: usize,
}

impl std::fmt::Debug for Asks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} open frames", self.state.borrow().open.len())
    }
}

impl Asks {
    /// A child with so many open frames is not listened to.
    pub(super) const MAX_OPEN: usize = 1_000;
    /// Nor is one whose open frames have so many bytes.
    const MAX_OPEN_BYTES: usize = 32 << 20;

    /// Whether the child may be listened to.
    pub(super) fn has_room(&self) -> bool {
        let state = self.state.borrow();
        state.open.len() < Self::MAX_OPEN && state.bytes < Self::MAX_OPEN_BYTES
    }

    /// Resolves when something was dealt with.
    pub(super) async fn changed(&self) {
        self.changed.notified().await;
    }

    /// The child said this, in so many bytes. What is no question is lost where nobody hears it.
    pub(super) fn add(&self, frame: Value, bytes: usize) {
        let state = &mut *self.state.borrow_mut();
        if state.ear.is_none() && !is_ask(&frame) {
            return;
        }
        state.last_number += 1;
        let said = Said { number: state.last_number, frame };
        if let Some(ear) = &state.ear {
            ear(said.clone());
        }
        state.bytes += bytes;
        state.open.push_back(Open { said, bytes });
    }

    /// From now on, `ear` hears the child, and first the questions that are open.
    pub(super) fn attach(&self, ear: Ear) {
        self.remove(|open| !is_ask(&open.said.frame));
        let state = &mut *self.state.borrow_mut();
        for open in &state.open {
            ear(open.said.clone());
        }
        state.ear = Some(ear);
    }

    /// `frame` is about to be said to the child; false where it answers no open question.
    pub(super) fn is_wanted(&self, frame: &Value) -> bool {
        let (Some(id), Some(_)) = (frame.get("id"), frame.get("answer")) else { return true };
        let mut found = false;
        self.remove(|open| {
            let this = !found && is_ask(&open.said.frame) && open.said.frame.get("id") == Some(id);
            found |= this;
            this
        });
        found
    }

    /// The frame with this number was heard to its end, which is all that is done about one that is no question.
    pub(super) fn heard(&self, number: u64) {
        self.remove(|open| open.said.number == number && !is_ask(&open.said.frame));
    }

    fn remove(&self, mut is_done: impl FnMut(&Open) -> bool) {
        let state = &mut *self.state.borrow_mut();
        state.open.retain(|open| {
            let done = is_done(open);
            if done {
                state.bytes -= open.bytes;
            }
            !done
        });
        self.changed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use tokio::sync::mpsc;

    use super::*;

    fn ear() -> (Ear, mpsc::UnboundedReceiver<Said>) {
        let (sender, receiver) = mpsc::unbounded_channel();
        (Box::new(move |said| _ = sender.send(said)), receiver)
    }

    fn heard(receiver: &mut mpsc::UnboundedReceiver<Said>) -> String {
        std::iter::from_fn(|| receiver.try_recv().ok())
            .map(|said| format!("{} {}\n", said.number, said.frame))
            .collect()
    }

    #[test]
    fn questions_stay_until_they_are_answered() {
        let asks = Asks::default();
        asks.add(json!({"id": 1, "ask": "a"}), 10);
        asks.add(json!({"note": "nobody hears it"}), 10);
        let (first, mut receiver) = ear();
        asks.attach(first);
        asks.add(json!({"id": "x", "ask": "b"}), 10);
        asks.add(json!({"id": 1, "result": "c"}), 10);
        assert_eq!(
            heard(&mut receiver),
            "1 {\"ask\":\"a\",\"id\":1}\n2 {\"ask\":\"b\",\"id\":\"x\"}\n3 {\"id\":1,\"result\":\"c\"}\n"
        );
        assert!(asks.is_wanted(&json!({"call": {"id": 1}})));
        assert!(asks.is_wanted(&json!({"id": 1, "answer": {}})));
        assert!(!asks.is_wanted(&json!({"id": 1, "answer": {}})), "answered twice");
        assert!(!asks.is_wanted(&json!({"id": 2, "answer": {}})), "nobody asked");
        let (second, mut receiver) = ear();
        asks.attach(second);
        assert_eq!(heard(&mut receiver), "2 {\"ask\":\"b\",\"id\":\"x\"}\n");
    }

    #[test]
    fn room_is_bounded() {
        let asks = Asks::default();
        let (ear, _receiver) = ear();
        asks.attach(ear);
        for id in 0..Asks::MAX_OPEN {
            assert!(asks.has_room());
            asks.add(json!({"id": id, "ask": null}), 1);
        }
        assert!(!asks.has_room());
        asks.heard(1);
        assert!(!asks.has_room(), "a question that was heard is not answered");
        assert!(asks.is_wanted(&json!({"id": 500, "answer": null})));
        assert!(asks.has_room());
        asks.add(json!({"result": 1}), Asks::MAX_OPEN_BYTES);
        assert!(!asks.has_room());
        asks.heard(1_001);
        assert!(asks.has_room());
    }
}
