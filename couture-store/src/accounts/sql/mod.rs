//! Accounts in a SQL database.

mod api_tokens;
mod audit;
mod audit_condition;
mod roles;
mod sessions;
mod sql_accounts;
mod user_row;
mod users;

pub use sql_accounts::SqlAccounts;
