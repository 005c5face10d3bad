//! Users of a directory server, by LDAP.

mod directory;
mod names;
mod tls;

pub use directory::{Directory, DirectoryError, DirectoryUser};
