//! What is kept.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::accounts::{ApiToken, AuditRow, Hashed, Role, Session, TokenId, User, UserId};

/// Accounts of one process, for tests and trials. Clones share them.
#[derive(Clone, Default)]
pub struct MemoryAccounts(Arc<Mutex<Contents>>);

#[derive(Default)]
pub(super) struct Contents {
    pub(super) users: BTreeMap<UserId, User>,
    pub(super) roles: BTreeMap<String, Role>,
    pub(super) sessions: BTreeMap<Hashed, Session>,
    pub(super) tokens: BTreeMap<TokenId, ApiToken>,
    pub(super) audit: Vec<AuditRow>,
}

impl MemoryAccounts {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    pub(super) fn contents(&self) -> MutexGuard<'_, Contents> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for MemoryAccounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryAccounts").finish_non_exhaustive()
    }
}
