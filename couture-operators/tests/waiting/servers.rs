//! Real servers, each gone with this program.

#[path = "../../../couture-store/tests/servers/mariadb.rs"]
mod mariadb;
#[path = "../../../couture-store/tests/servers/postgres.rs"]
mod postgres;
#[path = "../../../couture-store/tests/servers/server.rs"]
mod server;

pub use mariadb::MARIADB;
pub use postgres::POSTGRES;
pub use server::{Kind, Server};
