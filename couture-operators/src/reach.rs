//! Whether the system behind a connection answers.

use std::time::Duration;

use couture_core::values::Connection;
use couture_core::{BoxError, Failure, error_chain};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::email::{SmtpSettings, greet};
use crate::http::{address, client};
use crate::sql::first_cell;

/// Why the system behind a connection was not reached. No message holds a secret of the connection.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unreached {
    /// Nothing here speaks with such systems.
    #[error(
        "cannot be tested: nothing here speaks with connections of type {0:?}; sqlite, postgres, mysql, http, https, smtp, ftp, ssh, \
         sftp and redis can be tested"
    )]
    Untestable(String),
    /// The connection lacks something.
    #[error("the connection has no {0}")]
    Incomplete(&'static str),
    /// It did not answer, or not as it should.
    #[error("{0}")]
    Failed(String),
}

/// The longest greeting that is read.
const MAX_GREETING: usize = 512;

/// Asks the system behind `connection` for a sign of life, in the words of its own protocol and with the connection's login where there is
/// one, within `limit`. The answer says what was found; nothing that the system keeps is read.
pub async fn reach(connection: &Connection, limit: Duration) -> Result<String, Unreached> {
    let found = match tokio::time::timeout(limit, ask(connection)).await {
        Ok(found) => found,
        Err(_) => Err(Unreached::Failed(format!("no answer within {} s", limit.as_secs()))),
    };
    found.map_err(|error| match error {
        Unreached::Failed(text) => {
            let mut secrets = connection.secrets();
            secrets.sort_unstable_by_key(|secret| std::cmp::Reverse(secret.len()));
            Unreached::Failed(secrets.iter().fold(text, |text, secret| text.replace(secret, "***")))
        }
        other => other,
    })
}

async fn ask(connection: &Connection) -> Result<String, Unreached> {
    match connection.conn_type.as_str() {
        "sqlite" | "postgres" | "postgresql" | "mysql" | "mariadb" => {
            first_cell(connection, "SELECT 1", &serde_json::Value::Null).await.map_err(of_failure)?;
            Ok("the database answers".into())
        }
        "http" | "https" => http(connection).await,
        "smtp" => smtp(connection).await,
        "ftp" => greeting(connection, 21, b"", b"220").await,
        "ssh" | "sftp" => greeting(connection, 22, b"", b"SSH-").await,
        "redis" => greeting(connection, 6_379, b"PING\r\n", b"").await,
        other => Err(Unreached::Untestable(other.chars().take(100).collect())),
    }
}

fn failed(error: impl Into<BoxError>) -> Unreached {
    Unreached::Failed(error_chain(&*error.into()))
}

fn of_failure(failure: Failure) -> Unreached {
    match failure {
        Failure::Retry(error) | Failure::Fatal(error) => failed(error),
        other => Unreached::Failed(format!("{other:?}")),
    }
}

fn host(connection: &Connection) -> Result<&str, Unreached> {
    connection.host.as_deref().filter(|host| !host.is_empty()).ok_or(Unreached::Incomplete("host"))
}

async fn http(connection: &Connection) -> Result<String, Unreached> {
    host(connection)?;
    let mut connection = connection.clone();
    connection.schema = connection.schema.or_else(|| (connection.conn_type == "https").then(|| "https".to_owned()));
    let address = address(&connection, "");
    let client = client(true).map_err(of_failure)?;
    let mut request = client.get(&address);
    if let Some(login) = &connection.login {
        request = request.basic_auth(login, connection.password.as_deref());
    }
    // Only the status is told: what stands behind is nobody's to read by this.
    let status = request.send().await.map_err(|error| failed(error.without_url()))?.status();
    match status.as_u16() {
        401 | 403 | 407 => Err(Unreached::Failed(format!("the server refuses the login: status {status}"))),
        500.. => Err(Unreached::Failed(format!("the server answers with status {status}"))),
        _ => Ok(format!("the server answers with status {status}")),
    }
}

async fn smtp(connection: &Connection) -> Result<String, Unreached> {
    const TLS_PORT: u16 = 465;
    let extra: serde_json::Value =
        connection.extra.as_deref().and_then(|extra| serde_json::from_str(extra).ok()).unwrap_or_default();
    let port = connection.port.unwrap_or(25);
    let ssl = port == TLS_PORT;
    let settings = SmtpSettings {
        host: host(connection)?.to_owned(),
        port,
        ssl,
        // A login never goes in clear text unless that is what the connection says.
        starttls: !ssl && connection.login.is_some() && extra["disable_tls"] != true,
        user: connection.login.clone(),
        password: connection.password.clone(),
        ..SmtpSettings::default()
    };
    greet(&settings).await.map_err(failed)?;
    Ok("the mail server answers".into())
}

/// Whether what answers `question` begins with `expected`.
async fn greeting(
    connection: &Connection,
    usual_port: u16,
    question: &[u8],
    expected: &[u8],
) -> Result<String, Unreached> {
    let address = (host(connection)?, connection.port.unwrap_or(usual_port));
    let mut stream = TcpStream::connect(address).await.map_err(failed)?;
    stream.write_all(question).await.map_err(failed)?;
    let mut answer = Vec::new();
    while !answer.contains(&b'\n') && answer.len() < MAX_GREETING {
        let mut part = [0; MAX_GREETING];
        match stream.read(&mut part).await.map_err(failed)? {
            0 => break,
            read => answer.extend_from_slice(&part[..read]),
        }
    }
    let is_redis = |answer: &[u8]| answer.starts_with(b"+PONG") || answer.starts_with(b"-NOAUTH");
    let fits = if question.is_empty() { answer.starts_with(expected) } else { is_redis(&answer) };
    match fits {
        true => Ok("the server answers; the login was not tried".into()),
        false => Err(Unreached::Failed(format!("what answers does not speak {}", connection.conn_type))),
    }
}
