//! What a request leaves for its audit row.

use std::fmt;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What a request leaves for its audit row while it is answered. Clones share it.
#[derive(Clone, Default)]
pub struct AuditNote(Arc<Mutex<Noted>>);

#[derive(Default)]
struct Noted {
    sender: Option<Sender>,
    pairs: Vec<(String, String)>,
}

/// Who sent a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sender {
    /// The name of the user; none of somebody who did not log in.
    pub username: Option<String>,
    /// From where.
    pub source: IpAddr,
}

/// The most pairs that are noted.
const MAX_PAIRS: usize = 50;

impl AuditNote {
    /// Who sent the request, as far as that is known by now.
    pub fn sender(&self) -> Option<Sender> {
        self.lock().sender.clone()
    }

    pub(super) fn set_sender(&self, sender: Sender) {
        self.lock().sender = Some(sender);
    }

    /// Adds to the row what the address does not tell. What is a secret by its name is hidden; other secrets must not come here.
    pub fn add(&self, name: &str, value: impl fmt::Display) {
        let mut noted = self.lock();
        if noted.pairs.len() < MAX_PAIRS {
            noted.pairs.push((name.to_owned(), value.to_string()));
        }
    }

    /// What was added; nothing is left.
    pub fn take_pairs(&self) -> Vec<(String, String)> {
        std::mem::take(&mut self.lock().pairs)
    }

    fn lock(&self) -> MutexGuard<'_, Noted> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
