//! Who may use a server, and what they did: users, roles, sessions, API tokens and the audit log.
//!
//! Each subject is a small trait. [`MemoryAccounts`] and [`SqlAccounts`] implement all of them, and pass one suite. Secrets are kept
//! as hashes only; a caller hashes first.

mod api_token;
mod audit;
mod audit_filter;
mod audit_pattern;
mod audit_writer;
mod error;
mod hashed;
mod memory;
mod role;
mod session;
mod sql;
mod user;
mod user_change;
mod user_query;

pub use api_token::{ApiToken, ApiTokens, TokenId};
pub use audit::{Audit, AuditEntry, AuditRow};
pub use audit_filter::{AuditFilter, AuditOrder};
pub use audit_pattern::{AuditColumn, AuditPattern};
pub use audit_writer::{AuditLost, AuditWriter};
pub use error::AccountError;
pub use hashed::{Hashed, PasswordHash};
pub use memory::MemoryAccounts;
pub use role::{Permission, Role, Roles};
pub use session::{Session, Sessions};
pub use sql::SqlAccounts;
pub use user::{LoginOutcome, User, UserId, UserSource, Users};
pub use user_change::UserChange;
pub use user_query::{UserOrder, UserQuery};
