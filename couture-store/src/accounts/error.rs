//! Why an account cannot be had or changed.

use couture_core::store::StoreError;

/// Why a user, a role, a session, a token or an audit row cannot be had or changed. No message holds a secret.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AccountError {
    /// There is none of this name.
    #[error("there is no {kind} {name:?}")]
    Missing {
        /// What was looked for, such as `user`.
        kind: &'static str,
        /// Its name.
        name: String,
    },
    /// There is one of this name already. Nothing was changed.
    #[error("there is a {kind} {name:?} already; nothing was changed")]
    Exists {
        /// What it is.
        kind: &'static str,
        /// Its name.
        name: String,
    },
    /// It cannot be kept as it is. Nothing was changed.
    #[error("the {kind} cannot be kept: {reason}; nothing was changed")]
    Invalid {
        /// What it is.
        kind: &'static str,
        /// What is wrong, and what to do.
        reason: String,
    },
    /// A role that Couture brings cannot be changed or deleted.
    #[error("the role {0:?} is built in, and cannot be changed or deleted; make a role of your own")]
    BuiltIn(String),
    /// A role that users have cannot be deleted.
    #[error("the role {name:?} cannot be deleted: {users} users have it; take it from them first")]
    RoleInUse {
        /// The role.
        name: String,
        /// How many have it.
        users: usize,
    },
    /// The last active user of role Admin must stay.
    #[error("nobody could administer this server any more: give the role Admin to another active user first")]
    LastAdmin,
    /// The user was changed by somebody else in the meantime. Nothing was changed.
    #[error("the user was changed by somebody else in the meantime; look again")]
    Stale,
    /// The store does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl AccountError {
    pub(super) fn missing(kind: &'static str, name: impl ToString) -> Self {
        // A name comes from a request, and may be anything.
        const MAX_CHARS: usize = 250;
        Self::Missing { kind, name: name.to_string().chars().take(MAX_CHARS).collect() }
    }

    pub(super) fn exists(kind: &'static str, name: impl ToString) -> Self {
        Self::Exists { kind, name: name.to_string() }
    }

    pub(super) fn invalid(kind: &'static str, reason: impl Into<String>) -> Self {
        Self::Invalid { kind, reason: reason.into() }
    }
}

/// Whether `text` is between 1 and `most` bytes of printable characters without space at its ends.
pub(super) fn check_name(kind: &'static str, what: &str, text: &str, most: usize) -> Result<(), AccountError> {
    if text.is_empty() || text.trim() != text {
        return Err(AccountError::invalid(kind, format!("{what} is empty, or begins or ends with a space")));
    }
    check_text(kind, what, text, most)
}

/// Whether `text` has at most `most` bytes, all of printable characters.
pub(super) fn check_text(kind: &'static str, what: &str, text: &str, most: usize) -> Result<(), AccountError> {
    if text.len() > most {
        return Err(AccountError::invalid(
            kind,
            format!("{what} has {} bytes; at most {most} are allowed", text.len()),
        ));
    }
    if text.chars().any(char::is_control) {
        return Err(AccountError::invalid(kind, format!("{what} holds a control character")));
    }
    Ok(())
}
