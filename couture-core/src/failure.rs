//! How an attempt fails.

use crate::task::Deferral;

/// Any error.
pub type BoxError = Box<dyn std::error::Error + Send + Sync + 'static>;

/// Why an operator did not succeed, and what shall follow.
///
/// Every error converts into [`Failure::Retry`], so `?` in an operator means "fail, and try again if tries are left".
#[derive(Debug)]
#[non_exhaustive]
pub enum Failure {
    /// The attempt failed; it is retried while the task has retries left.
    Retry(BoxError),
    /// The task failed for good; retries are not used.
    Fatal(BoxError),
    /// The task is not to be done; it ends as skipped.
    Skip(String),
    /// There is nothing to do for a while: the operator is run again later, in the same try, and holds nothing until then.
    Defer(Deferral),
    /// The attempt was lost with what ran it. It is launched again without using up a retry, a bounded number of times.
    Lost(String),
}

impl Failure {
    /// A failure for good, from a message.
    pub fn fatal(message: impl Into<String>) -> Self {
        Self::Fatal(message.into().into())
    }

    /// A failure to retry, from a message.
    pub fn retry(message: impl Into<String>) -> Self {
        Self::Retry(message.into().into())
    }
}

impl<E: Into<BoxError>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Retry(error.into())
    }
}

/// The error and its causes in one line: `a: b: c`.
pub fn error_chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let next = error.to_string();
        // Many errors print their source themselves.
        if !text.contains(&next) {
            text.push_str(": ");
            text.push_str(&next);
        }
        cause = error.source();
    }
    text
}
