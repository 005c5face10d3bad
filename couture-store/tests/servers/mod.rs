//! Real database servers for tests: one for each test program, gone with it, however it ends.

mod fixture;
mod server;

pub(crate) use fixture::Fixture;
pub(crate) use server::Kind;
