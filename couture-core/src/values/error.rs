//! Why a variable or a connection cannot be had or kept.

use std::fmt;

use super::uri::UriError;
use crate::ids::{ConnId, IdError, VariableKey};
use crate::store::StoreError;

/// What is kept under a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// A variable.
    Variable,
    /// A connection.
    Connection,
}

impl fmt::Display for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Variable => "variable",
            Self::Connection => "connection",
        })
    }
}

impl Kept {
    fn advice(self, name: &str) -> String {
        let name = shell_word(name);
        match self {
            Self::Variable => format!("couture variables set {name} VALUE"),
            Self::Connection => {
                format!("couture connections add {name} --conn-uri TYPE://USER:PASSWORD@HOST:PORT/SCHEMA")
            }
        }
    }

    fn environment(self, name: &str) -> String {
        let kind = match self {
            Self::Variable => "VAR",
            Self::Connection => "CONN",
        };
        format!("COUTURE_{kind}_{}", name.to_uppercase())
    }
}

/// `text` as a shell takes it for one word.
fn shell_word(text: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | ':' | '@' | '%' | '+');
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

/// Why a variable or a connection cannot be had or kept. No message holds a value, a password or an extra.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ValueError {
    /// There is none of this name.
    #[error(
        "there is no {kind} {name:?}; add it: {}, or set {} in the server's environment",
        kind.advice(name),
        kind.environment(name)
    )]
    Missing {
        /// What was looked for.
        kind: Kept,
        /// Its name.
        name: String,
    },
    /// There is one of this name already, and it was not to be overwritten. Nothing was changed.
    #[error("there is a {kind} {name:?} already; nothing was changed")]
    Exists {
        /// What it is.
        kind: Kept,
        /// Its name.
        name: String,
    },
    /// It cannot be kept as it is. Nothing was changed.
    #[error("{kind} {name:?} cannot be kept: {reason}; nothing was changed")]
    Invalid {
        /// What it is.
        kind: Kept,
        /// Its name.
        name: String,
        /// What is wrong, and what to do.
        reason: String,
    },
    /// The name is none.
    #[error(transparent)]
    Name(#[from] IdError),
    /// The text at `place` is not a connection.
    #[error("{place} holds no connection: {reason}")]
    Uri {
        /// Where it stands, such as the name of an environment variable.
        place: String,
        /// What is wrong, and what to do.
        reason: UriError,
    },
    /// None of the Fernet keys decrypts it.
    #[error(
        "{kind} {name:?} cannot be decrypted by any of the Fernet keys; add the key that it was encrypted with, or set it again"
    )]
    Undecryptable {
        /// What it is.
        kind: Kept,
        /// Its name.
        name: String,
    },
    /// One attempt looked up more secrets than can be masked in its log.
    #[error(
        "{kind} {name:?} is not handed out: one attempt looks up at most {max} bytes of secrets, so that all can be masked; keep big \
         ones in files",
        max = super::recorded::RecordedValues::MAX_SECRET_BYTES
    )]
    TooManySecrets {
        /// What it is.
        kind: Kept,
        /// Its name.
        name: String,
    },
    /// The store does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ValueError {
    /// There is no `kind` called `name`.
    pub fn missing(kind: Kept, name: &str) -> Self {
        // A name comes from a template, and may be anything.
        const MAX_CHARS: usize = 250;
        Self::Missing { kind, name: name.chars().take(MAX_CHARS).collect() }
    }

    /// There is a variable `key` already.
    pub fn variable_exists(key: &VariableKey) -> Self {
        Self::Exists { kind: Kept::Variable, name: key.to_string() }
    }

    /// There is a connection `conn_id` already.
    pub fn connection_exists(conn_id: &ConnId) -> Self {
        Self::Exists { kind: Kept::Connection, name: conn_id.to_string() }
    }
}
