//! A data set that is listed.

use std::path::Path;

use couture_core::values::mask_addresses;
use couture_core::{ConnId, Timestamp};
use couture_operators::eda::{UnfitPath, check_path, leads_into, query_name, source_name};
use serde::{Deserialize, Serialize};

/// A data set that is listed, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// Its key: the path or URL, or the connection's id, a `/`, and the table or the first words of the query with a hash.
    pub source: String,
    /// The connection, where it is one's.
    pub connection_id: Option<String>,
    /// The query, where it is one.
    pub query: Option<String>,
    /// The table, where it is one.
    pub table: Option<String>,
    /// When it was listed.
    pub added_at: Timestamp,
    /// By whom.
    pub added_by: String,
}

/// A data set that somebody wants to be listed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceWish {
    /// A path or URL.
    pub source: Option<String>,
    /// A connection, with one of the next two.
    pub connection_id: Option<String>,
    /// A query to it.
    pub query: Option<String>,
    /// A table of it.
    pub table: Option<String>,
}

/// Why a data set is not listed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnfitSource {
    /// The wish does not say what it is, or says several things.
    #[error("give a source, or a connection_id with either a table or a query")]
    Unclear,
    /// A part of it is empty, too long, or holds control characters.
    #[error("{0} is empty, holds control characters, or has more than {MAX_BYTES} bytes")]
    Text(&'static str),
    /// It holds a password, which everybody would see.
    #[error("the source holds a password, which everybody here would see; make a Connection, and name it")]
    Password,
    /// No program reads such.
    #[error("the source is no whole path that begins with /, nor a URL of these: {}", SCHEMES.join(", "))]
    Scheme,
    /// A database's URL names no table.
    #[error(
        "the URL of a database names its table behind a #; or make a Connection, and name it with a table or a query"
    )]
    NoTable,
    /// It is no path that leads to data.
    #[error(transparent)]
    Path(#[from] UnfitPath),
    /// It holds the server's keys.
    #[error("the source leads into the folder of the server's own files; name other data")]
    Own,
    /// It is not the id of a connection.
    #[error("{0}")]
    ConnectionId(String),
}

/// The longest text of a source.
const MAX_BYTES: usize = 16 << 10;
/// The URLs that lead to data.
const SCHEMES: [&str; 13] =
    ["s3", "s3a", "gs", "az", "abfs", "abfss", "hdfs", "file", "sqlite", "postgres", "postgresql", "mysql", "mariadb"];
/// Those of databases.
const DATABASES: [&str; 5] = ["sqlite", "postgres", "postgresql", "mysql", "mariadb"];

impl SourceWish {
    /// The data set, unless it cannot be one. Nobody looks whether it is there, but links of this machine's folders are followed: blocks
    /// its thread for as long as that takes. `own` is the folder that no source may lead into.
    pub fn check(self, own: &Path, added_at: Timestamp, added_by: &str) -> Result<Source, UnfitSource> {
        let Self { source, connection_id, query, table } = self;
        let key = match (&source, &connection_id, &query, &table) {
            (Some(source), None, None, None) => {
                check_source(source, own)?;
                source.clone()
            }
            (None, Some(connection), Some(query), None) => {
                of_connection(connection, "query", query, &query_name(query))?
            }
            (None, Some(connection), None, Some(table)) => of_connection(connection, "table", table, table)?,
            _ => return Err(UnfitSource::Unclear),
        };
        Ok(Source { source: key, connection_id, query, table, added_at, added_by: added_by.to_owned() })
    }
}

impl Source {
    /// What it is called among outputs.
    pub fn name(&self) -> String {
        source_name(&self.source, self.connection_id.is_some())
    }
}

fn of_connection(connection: &str, what: &'static str, text: &str, name: &str) -> Result<String, UnfitSource> {
    let id = ConnId::new(connection).map_err(|error| UnfitSource::ConnectionId(error.to_string()))?;
    check_text(what, text)?;
    Ok(format!("{id}/{name}"))
}

/// A query may have several lines.
fn check_text(what: &'static str, text: &str) -> Result<(), UnfitSource> {
    let is_odd = |c: char| c.is_control() && !(what == "query" && matches!(c, '\n' | '\r' | '\t'));
    if text.trim().is_empty() || text.len() > MAX_BYTES || text.chars().any(is_odd) {
        return Err(UnfitSource::Text(what));
    }
    Ok(())
}

fn check_source(source: &str, own: &Path) -> Result<(), UnfitSource> {
    check_text("source", source)?;
    if mask_addresses(source).is_some() || names_a_secret(source) {
        return Err(UnfitSource::Password);
    }
    if !source.starts_with('/') {
        let scheme = source.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase());
        let scheme = scheme.filter(|scheme| SCHEMES.contains(&&**scheme)).ok_or(UnfitSource::Scheme)?;
        let table = source.split_once('#').map(|(_, table)| table).unwrap_or_default();
        if DATABASES.contains(&&*scheme) && table.is_empty() {
            return Err(UnfitSource::NoTable);
        }
    }
    check_path(source)?;
    if leads_into(source, own) { Err(UnfitSource::Own) } else { Ok(()) }
}

/// Whether a part behind the question mark of a URL is called like a secret.
fn names_a_secret(source: &str) -> bool {
    let Some((_, query)) = source.split_once("://").and_then(|(_, rest)| rest.split_once('?')) else { return false };
    let mut names = query.split(['&', '#']).filter_map(|pair| Some(pair.split_once('=')?.0));
    names.any(couture_core::values::is_secret_name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wish(source: &str) -> SourceWish {
        SourceWish { source: Some(source.to_owned()), ..SourceWish::default() }
    }

    fn query(connection: &str, query: &str) -> SourceWish {
        let (connection_id, query) = (Some(connection.to_owned()), Some(query.to_owned()));
        SourceWish { connection_id, query, ..SourceWish::default() }
    }

    #[test]
    fn sources_are_checked() {
        let check = |wish: SourceWish, expected: Result<&str, &str>| {
            let found = wish.clone().check(Path::new("/srv/couture"), Timestamp::from_micros(0), "ann");
            match (found, expected) {
                (Ok(source), Ok(key)) => assert_eq!(source.source, key),
                (Err(error), Err(words)) => assert!(error.to_string().contains(words), "{wish:?}: {error}"),
                (found, _) => panic!("{wish:?}: {found:?}"),
            }
        };
        let fit = |source: &str| check(wish(source), Ok(source));
        fit("/data/flights.csv");
        fit("/data/*.csv.gz");
        fit("s3://bucket/a.parquet");
        fit("hdfs://node:9000/a/");
        fit("postgres://me@host:5432/shop#orders");
        fit("sqlite:///data/a.db#t");
        let unfit = |source: &str, words: &str| check(wish(source), Err(words));
        unfit("", "is empty");
        unfit("/a\nb", "control characters");
        unfit(&"/x".repeat(MAX_BYTES), "more than");
        unfit("postgres://me:s3cret@host/shop#orders", "make a Connection");
        unfit("postgres://me@host/shop?password=s3cret#orders", "make a Connection");
        unfit("s3://b/a.csv?secret_access_key=x", "make a Connection");
        unfit("postgres://me@host/shop", "behind a #");
        unfit("flights.csv", "whole path");
        unfit("http://host/a.csv", "nor a URL of these");
        unfit("/proc/self/cwd/../../local.token", "is . or ..");
        unfit("/proc/self/environ", "/proc, /sys or /dev");
        unfit("file:///dev/fd/*", "/proc, /sys or /dev");
        unfit("../../../a/fernet.k[e:]y", "whole path");
        unfit("file://a.csv", "whole path");
        unfit("/srv/couture/fernet.key", "own files");
        unfit("file:///srv/couture/fernet.key", "own files");
        let table =
            SourceWish { connection_id: Some("shop".into()), table: Some("a.orders".into()), ..Default::default() };
        check(table.clone(), Ok("shop/a.orders"));
        check(SourceWish { query: Some("select 1".into()), ..table.clone() }, Err("either a table or a query"));
        check(SourceWish { table: None, ..table.clone() }, Err("either a table or a query"));
        check(SourceWish { source: Some("/a".into()), ..table }, Err("give a source"));
        check(query("shop", "select\n1"), Ok("shop/select_1-c3067249"));
        check(query("two\nlines", "select 1"), Err("two"));
        check(query("shop", " "), Err("query is empty"));
    }
}
