//! Accounts in memory.

mod api_tokens;
mod audit;
mod contents;
mod roles;
mod sessions;
mod users;

pub use contents::MemoryAccounts;
