//! Connections as URIs, read and written as Airflow 1.10.15 does (`airflow/models/connection.py`), and as JSON.

use std::fmt::Write as _;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde::Deserialize;

use super::connection::Connection;
use crate::ids::ConnId;

/// What Python's `quote(text, safe="")` writes as `%XX`.
pub(super) const UNSAFE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
/// The query's name for an extra that is not an object of texts, as in Airflow 2.
const WHOLE_EXTRA: &str = "__extra__";

/// Why a text is not a connection. It may hold a password, so nothing of it is shown.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UriError {
    /// No type and `://` at the beginning.
    #[error("a connection URI begins with its type, such as postgres://USER:PASSWORD@HOST:PORT/SCHEMA")]
    NoType,
    /// What should be a port is none.
    #[error(
        "the port after the host is not a number from 0 to 65535; write special characters of the password as %XX, such as %40 for @"
    )]
    Port,
    /// `[` without `]`.
    #[error("the host begins with [ and has no ]; an IPv6 address is written like [::1]")]
    Bracket,
    /// A part after `#`, which no connection has.
    #[error("a connection URI has no part after #; write the character # as %23")]
    Fragment,
    /// The text begins with `{` and is not such an object.
    #[error(
        "the JSON of a connection is an object with conn_type and optionally description, host, login, password, schema, port, extra"
    )]
    Json,
}

/// A connection's fields in JSON, where its id is the name of what holds them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    conn_type: String,
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    host: Option<String>,
    #[serde(default)]
    login: Option<String>,
    #[serde(default)]
    password: Option<String>,
    #[serde(default)]
    schema: Option<String>,
    #[serde(default)]
    port: Option<u16>,
    #[serde(default)]
    extra: Option<serde_json::Value>,
}

impl Connection {
    /// The connection that `text` describes: a URI, or a JSON object of its fields without `conn_id`. An `extra` that is no text is
    /// kept as its JSON.
    pub fn from_text(conn_id: ConnId, text: &str) -> Result<Self, UriError> {
        let text = text.trim();
        if !text.starts_with('{') {
            return Self::from_uri(conn_id, text);
        }
        // The message of the reader may quote a password.
        let fields: Fields = serde_json::from_str(text).map_err(|_| UriError::Json)?;
        let Fields { conn_type, description, host, login, password, schema, port, extra } = fields;
        let extra = extra.map(|extra| match extra {
            serde_json::Value::String(text) => text,
            other => other.to_string(),
        });
        Ok(Self { conn_id, conn_type, description, host, login, password, schema, port, extra })
    }

    /// The connection of a URI: type, user, password, host, port, schema (the path), and extra (the query).
    ///
    /// `-` in the type becomes `_`, `postgresql` becomes `postgres`, the host is in lower case, and all else is percent-decoded.
    pub fn from_uri(conn_id: ConnId, uri: &str) -> Result<Self, UriError> {
        let (scheme, rest) = uri.split_once("://").ok_or(UriError::NoType)?;
        let of_scheme = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.' | '_');
        if !scheme.starts_with(|c: char| c.is_ascii_alphabetic()) || !scheme.chars().all(of_scheme) {
            return Err(UriError::NoType);
        }
        if rest.contains('#') {
            return Err(UriError::Fragment);
        }
        let (before_query, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, path) = before_query.split_once('/').unwrap_or((before_query, ""));
        let (user, host) = match authority.rsplit_once('@') {
            Some((user, host)) => (Some(user), host),
            None => (None, authority),
        };
        let (host, port) = host_and_port(host)?;
        let (login, password) = match user.map(|user| user.split_once(':').unwrap_or((user, ""))) {
            Some((login, password)) => (Some(decoded(login)), Some(decoded(password)).filter(|text| !text.is_empty())),
            None => (None, None),
        };
        Ok(Self {
            conn_id,
            conn_type: match scheme.to_ascii_lowercase().as_str() {
                "postgresql" => "postgres".to_owned(),
                other => other.replace('-', "_"),
            },
            description: None,
            host: Some(host),
            login,
            password,
            schema: Some(decoded(path)),
            port,
            extra: extra(query),
        })
    }

    /// The URI that [`from_uri`](Self::from_uri) reads back to an equal connection (but for the description, for the letters of
    /// the type and host, and for parts that are empty). It holds the password.
    pub fn to_uri(&self) -> String {
        let mut uri = format!("{}://", self.conn_type.to_lowercase().replace('_', "-"));
        let quoted = |text: &str| utf8_percent_encode(text, UNSAFE).to_string();
        let filled = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        let login = self.login.as_deref().map(quoted).unwrap_or_default();
        let password = filled(&self.password).map(|password| format!(":{}", quoted(&password))).unwrap_or_default();
        let (host, port) = (filled(&self.host), self.port.filter(|port| *port > 0));
        if !login.is_empty() || !password.is_empty() || (host.is_none() && port.is_some()) {
            let _ = write!(uri, "{login}{password}@");
        }
        uri.push_str(&host.as_deref().map(quoted).unwrap_or_default());
        if let Some(port) = port {
            let _ = write!(uri, ":{port}");
        }
        if let Some(schema) = filled(&self.schema) {
            let _ = write!(uri, "/{}", quoted(&schema));
        }
        if let Some(extra) = filled(&self.extra) {
            uri.push_str(&query(&extra));
        }
        uri
    }
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// As in a form: `+` is a space.
fn form_decoded(text: &str) -> String {
    decoded(&text.replace('+', " "))
}

fn form_encoded(text: &str) -> String {
    utf8_percent_encode(text, UNSAFE).to_string().replace("%20", "+")
}

fn host_and_port(text: &str) -> Result<(String, Option<u16>), UriError> {
    let (host, port) = match text.strip_prefix('[') {
        Some(bracketed) => {
            let (host, after) = bracketed.split_once(']').ok_or(UriError::Bracket)?;
            match after.strip_prefix(':') {
                Some(port) => (host, port),
                None if after.is_empty() => (host, ""),
                None => return Err(UriError::Port),
            }
        }
        None => text.split_once(':').unwrap_or((text, "")),
    };
    let port = if port.is_empty() { None } else { Some(port.parse().map_err(|_| UriError::Port)?) };
    let lower = decoded(&host.to_lowercase());
    // A socket's path keeps its letters.
    let host = if lower.contains('/') { decoded(host) } else { lower };
    Ok((host, port))
}

/// The extra of a query, as Python writes JSON: an object of texts, in their order; of equal names the last value counts.
fn extra(query: &str) -> Option<String> {
    let mut fields: Vec<(String, String)> = Vec::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (name, value) = (form_decoded(name), form_decoded(value));
        match fields.iter_mut().find(|(other, _)| *other == name) {
            Some(field) => field.1 = value,
            None => fields.push((name, value)),
        }
    }
    if let Some((_, whole)) = fields.iter().find(|(name, _)| name == WHOLE_EXTRA) {
        return Some(whole.clone());
    }
    let json = |text: &str| serde_json::Value::from(text).to_string();
    let fields: Vec<_> = fields.iter().map(|(name, value)| format!("{}: {}", json(name), json(value))).collect();
    (!fields.is_empty()).then(|| format!("{{{}}}", fields.join(", ")))
}

/// The query of an extra.
fn query(extra: &str) -> String {
    let pairs = text_fields(extra).filter(|fields| fields.iter().all(|(name, _)| name != WHOLE_EXTRA));
    let pairs = match pairs {
        Some(fields) if fields.is_empty() => return String::new(),
        Some(fields) => fields,
        None => vec![(WHOLE_EXTRA.to_owned(), extra.to_owned())],
    };
    let pairs: Vec<_> =
        pairs.iter().map(|(name, value)| format!("{}={}", form_encoded(name), form_encoded(value))).collect();
    format!("?{}", pairs.join("&"))
}

/// The fields of a JSON object of texts, in their order.
fn text_fields(json: &str) -> Option<Vec<(String, String)>> {
    struct Fields(Vec<(String, String)>);

    impl<'de> Deserialize<'de> for Fields {
        fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            deserializer.deserialize_map(InOrder).map(Self)
        }
    }

    struct InOrder;

    impl<'de> serde::de::Visitor<'de> for InOrder {
        type Value = Vec<(String, String)>;
        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("an object of texts")
        }
        fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut fields = Vec::new();
            while let Some(field) = map.next_entry()? {
                fields.push(field);
            }
            Ok(fields)
        }
    }

    serde_json::from_str::<Fields>(json).ok().map(|fields| fields.0)
}
