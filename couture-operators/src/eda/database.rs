//! Databases by their connections.

use couture_core::Failure;
use couture_core::values::Connection;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::sql::sqlite_file;

/// What a part of a URL may hold as it is.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
/// The same with the slashes of a path.
const PATH: &AsciiSet = &PLAIN.remove(b'/');
/// Fields of the extra that say how the connection is encrypted; the names are those of the databases' own programs.
const TLS_FIELDS: [&str; 8] =
    ["sslmode", "sslrootcert", "sslcert", "sslkey", "ssl-mode", "ssl-ca", "ssl-cert", "ssl-key"];

/// The URL of a connection's database, as `eda` reads it. It holds the password.
pub(super) fn url(connection: &Connection) -> Result<String, Failure> {
    let (scheme, port) = match connection.conn_type.as_str() {
        "sqlite" => return Ok(format!("sqlite://{}", utf8_percent_encode(&sqlite_file(connection), PATH))),
        "postgres" | "postgresql" => ("postgres", 5432),
        "mysql" | "mariadb" => ("mysql", 3306),
        other => {
            let known = "sqlite, postgres and mysql";
            return Err(Failure::fatal(format!("a connection of type {other:?} speaks no SQL here; {known} do")));
        }
    };
    let quoted = |text: &str| utf8_percent_encode(text, PLAIN).to_string();
    let mut user = connection.login.as_deref().map(quoted).unwrap_or_default();
    if let Some(password) = connection.password.as_deref().filter(|password| !password.is_empty()) {
        user = format!("{user}:{}", quoted(password));
    }
    let at = if user.is_empty() { "" } else { "@" };
    let host = connection.host.as_deref().filter(|host| !host.is_empty()).unwrap_or("localhost");
    let host = if host.contains(':') { format!("[{host}]") } else { quoted(host) };
    let port = connection.port.unwrap_or(port);
    let database = connection.schema.as_deref().map(quoted).unwrap_or_default();
    Ok(format!("{scheme}://{user}{at}{host}:{port}/{database}{}", tls(connection)))
}

fn tls(connection: &Connection) -> String {
    let extra = connection.extra.as_deref().and_then(|extra| serde_json::from_str::<serde_json::Value>(extra).ok());
    let Some(extra) = extra else { return String::new() };
    let given = TLS_FIELDS.iter().filter_map(|name| Some((name, extra.get(name)?.as_str()?)));
    let pairs: Vec<_> = given.map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, PLAIN))).collect();
    if pairs.is_empty() { String::new() } else { format!("?{}", pairs.join("&")) }
}

#[cfg(test)]
mod tests {
    use couture_core::ConnId;

    use super::*;

    #[test]
    fn connections_become_urls() {
        let check = |uri: &str, expected: &str| {
            let connection = Connection::from_uri(ConnId::new("c").unwrap(), uri).unwrap();
            assert_eq!(url(&connection).unwrap(), expected, "{uri}");
        };
        check("postgres://me:p%40ss%3Aw@db:5433/shop", "postgres://me:p%40ss%3Aw@db:5433/shop");
        check("postgresql://db/shop?sslmode=require&other=x", "postgres://db:5432/shop?sslmode=require");
        check("mysql://me@[::1]/a%2Fb", "mysql://me@[::1]:3306/a%2Fb");
        check("mariadb:///shop", "mysql://localhost:3306/shop");
        check("sqlite:///data/a%20b.db", "sqlite:///data/a%20b.db");
        let connection = Connection::new(ConnId::new("c").unwrap(), "http");
        assert!(format!("{:?}", url(&connection).unwrap_err()).contains("speaks no SQL"));
    }
}
