//! Couture's storage: the engine's facts in SQLite, PostgreSQL or MySQL/MariaDB, variables and connections encrypted beside them;
//! users, roles, sessions and the audit log; logs and artifacts as objects.
#![forbid(unsafe_code)]

mod accounts;
mod error;
mod objects;
mod sql;
pub mod sqlite_file;
mod store;
mod values;

pub use accounts::{
    AccountError, ApiToken, ApiTokens, Audit, AuditColumn, AuditEntry, AuditFilter, AuditLost, AuditOrder,
    AuditPattern, AuditRow, AuditWriter, Hashed, LoginOutcome, MemoryAccounts, PasswordHash, Permission, Role, Roles,
    Session, Sessions, SqlAccounts, TokenId, User, UserChange, UserId, UserOrder, UserQuery, UserSource, Users,
};
pub use error::ConnectError;
pub use objects::{
    Author, Content, FileUpload, ListedFile, LogPart, LogStore, Manifest, ObjectArtifacts, ObjectFiles, PastFile,
    TreeChange, TreeError, TreeFile, TreePath, TreePathError, TreeStore, local_objects,
};
pub use store::{ConnectOptions, SqlStore, connect, connect_with};
pub use values::{FernetKeys, KeyError, Rotation, SqlValues};
