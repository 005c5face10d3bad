//! Where accounts are kept.

use std::sync::Arc;

use couture_store::{ApiTokens, Audit, MemoryAccounts, Roles, Sessions, SqlAccounts, Users};

/// Where accounts are kept: each subject by its trait.
#[derive(Clone, Debug)]
pub struct Accounts {
    /// Users.
    pub users: Arc<dyn Users>,
    /// Roles.
    pub roles: Arc<dyn Roles>,
    /// Sessions.
    pub sessions: Arc<dyn Sessions>,
    /// Personal API tokens.
    pub tokens: Arc<dyn ApiTokens>,
    /// The audit log.
    pub audit: Arc<dyn Audit>,
}

impl Accounts {
    fn of<A: Users + Roles + Sessions + ApiTokens + Audit + 'static>(all: A) -> Self {
        let all = Arc::new(all);
        Self { users: all.clone(), roles: all.clone(), sessions: all.clone(), tokens: all.clone(), audit: all }
    }
}

impl From<SqlAccounts> for Accounts {
    fn from(accounts: SqlAccounts) -> Self {
        Self::of(accounts)
    }
}

impl From<MemoryAccounts> for Accounts {
    fn from(accounts: MemoryAccounts) -> Self {
        Self::of(accounts)
    }
}
