//! What can be set, where settings come from, and how they are documented.
//!
//! [`tree`] is the only list of settings: the types, the defaults, `server --help` and `couture.sample.toml` all come from it.

mod error;
mod load;
mod reference;
mod secret;
mod tree;
mod value;

pub use error::{Origin, SettingsError};
pub use load::{Given, load};
pub use reference::{Key, Section, help, sample};
pub use secret::Secret;
pub use tree::{
    AuthSettings, DagsSettings, DataSettings, DatabaseSettings, LdapSettings, LogsSettings, OperatorsSettings,
    PythonSettings, SchedulerSettings, ServerSettings, Settings, SmtpSettings, TelemetrySettings,
};
