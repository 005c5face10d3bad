//! Real servers, each gone with this program.

#[path = "../../../couture-store/tests/servers/mariadb.rs"]
mod mariadb;
#[path = "../../../couture-store/tests/servers/postgres.rs"]
mod postgres;
#[path = "../../../couture-store/tests/servers/server.rs"]
mod server;

pub(crate) use mariadb::MARIADB;
pub(crate) use postgres::POSTGRES;
pub(crate) use server::{Kind, Server};
