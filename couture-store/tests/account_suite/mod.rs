//! What everything that keeps accounts does, as cases with names.

mod api_tokens;
mod audit;
mod roles;
mod sessions;
mod suite;
mod users;

pub(crate) use suite::{AccountFixture, account_suite};
