//! Mail: what is sent, and the service that sends it.

use std::fmt::Debug;
use std::path::PathBuf;

use async_trait::async_trait;

use crate::failure::BoxError;

/// A mail in HTML.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mail {
    /// Who gets it. One text may name several, with commas or semicolons between.
    pub to: Vec<String>,
    /// Who gets a copy.
    pub cc: Vec<String>,
    /// Who gets a copy that the others do not know of.
    pub bcc: Vec<String>,
    /// One line.
    pub subject: String,
    /// The text.
    pub html: String,
    /// Files of this machine that go with it.
    pub files: Vec<PathBuf>,
}

/// Sends mail.
#[async_trait]
pub trait Mailer: Debug + Send + Sync {
    /// Sends it to all who shall get it; the mail's own server has it when this returns. Ends within a bound. An error says which
    /// server and what is wrong, and no password.
    async fn send(&self, mail: &Mail) -> Result<(), BoxError>;
}

/// Sends none.
#[derive(Debug)]
pub(super) struct NoMail;

#[async_trait]
impl Mailer for NoMail {
    async fn send(&self, _: &Mail) -> Result<(), BoxError> {
        Err("mail is not set up: name a mail server in the section smtp of the settings".into())
    }
}
