//! Who is told of what has happened.

use std::fmt::Debug;

use super::notice::Notice;

/// Tells people of what has happened, and calls what DAGs want called.
pub trait Notifier: Debug + Send + Sync {
    /// Takes the notices over, which are durable facts by now. Returns at once: what does not fit into the implementation's queue is
    /// dropped, and said in the program's log.
    fn notify(&self, notices: Vec<Notice>);
}

/// Tells nobody.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoNotifier;

impl Notifier for NoNotifier {
    fn notify(&self, _: Vec<Notice>) {}
}
