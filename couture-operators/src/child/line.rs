//! The way from the nursery to a child's conversation.

use std::rc::Rc;

use serde_json::Value;
use tokio::sync::mpsc;

use super::asks::{Asks, Ear};

/// The nursery's end.
#[derive(Debug)]
pub(super) struct Line {
    asks: Rc<Asks>,
    says: mpsc::UnboundedSender<Saying>,
}

/// The end at the child.
#[derive(Debug)]
pub(super) struct LineEnd {
    pub(super) asks: Rc<Asks>,
    pub(super) says: mpsc::UnboundedReceiver<Saying>,
}

/// What is to be said to a child.
#[derive(Debug)]
pub(super) struct Saying {
    pub(super) frame: Value,
    /// Masked in its log from now on.
    pub(super) secrets: Vec<String>,
}

impl Line {
    pub(super) fn new(ear: Ear) -> (Self, LineEnd) {
        let asks = Rc::new(Asks::default());
        asks.attach(ear);
        let (says, receiver) = mpsc::unbounded_channel();
        (Self { asks: asks.clone(), says }, LineEnd { asks, says: receiver })
    }

    /// From now on, `ear` hears the child.
    pub(super) fn attach(&self, ear: Ear) {
        self.asks.attach(ear);
    }

    /// Says this to the child.
    pub(super) fn say(&self, frame: Value, secrets: Vec<String>) {
        // A child that is over hears nothing.
        let _ = self.says.send(Saying { frame, secrets });
    }

    /// The frame with this number was heard.
    pub(super) fn heard(&self, number: u64) {
        self.asks.heard(number);
    }
}
