//! Tells people what has happened: calls the callbacks of tasks and DAGs, and sends mail.

mod callback;
mod facts;
mod notifier;

pub use facts::facts;
pub use notifier::{NotifySettings, RUN_TRY, ThreadNotifier};
