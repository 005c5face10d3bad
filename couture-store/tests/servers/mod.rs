//! Real database servers for tests: one for each test program, gone with it, however it ends.

#![allow(dead_code, unused_imports, reason = "each test program uses a part of this folder")]

mod fixture;
mod mariadb;
mod postgres;
mod server;

pub(crate) use fixture::Fixture;
pub(crate) use mariadb::MARIADB;
pub(crate) use postgres::POSTGRES;
