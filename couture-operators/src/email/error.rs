//! Why a mail was not sent.

use std::path::PathBuf;

/// Why a mail was not sent. None tells a password.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MailError {
    /// It cannot be written as it is.
    #[error("the mail is wrong: {0}")]
    Mail(String),
    /// An address is none.
    #[error("{address:?} is not a mail address: {reason}")]
    Address {
        /// What was given.
        address: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A file that shall go with it cannot be read.
    #[error("the file {} cannot be attached: {reason}", .path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// The server cannot be reached, or does not answer in time. Trying later may help.
    #[error("the mail server {server} does not take mail: {reason}; check smtp_host and smtp_port")]
    Unreachable {
        /// Host and port.
        server: String,
        /// What happened.
        reason: String,
    },
    /// The server refuses it.
    #[error("the mail server {server} refuses the mail: {reason}")]
    Refused {
        /// Host and port.
        server: String,
        /// What it says.
        reason: String,
    },
}

impl MailError {
    /// Whether the same mail may be taken later.
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Unreachable { .. })
    }
}
