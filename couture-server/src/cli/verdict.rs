//! How a command ends.

use super::client::ClientError;

/// What a command came to, besides its output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It did what was asked.
    Done,
    /// It did, but what it was to follow has failed.
    Failed,
}

/// Why a command did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub(super) enum CliError {
    #[error(transparent)]
    Client(#[from] ClientError),
    #[error(transparent)]
    Start(#[from] crate::StartError),
    #[error("{0}")]
    Message(String),
}

impl CliError {
    pub(super) fn message(text: impl Into<String>) -> Self {
        Self::Message(text.into())
    }
}

impl From<couture_core::EngineError> for CliError {
    fn from(error: couture_core::EngineError) -> Self {
        Self::Message(error.to_string())
    }
}

impl From<couture_core::store::StoreError> for CliError {
    fn from(error: couture_core::store::StoreError) -> Self {
        Self::Message(format!("the store cannot be read: {error}"))
    }
}
