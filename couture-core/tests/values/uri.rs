//! URIs.

use couture_core::values::UriError;
use couture_core::{ConnId, Connection};
use proptest::prelude::*;
use serde::Deserialize;

/// What Airflow 1.10.15 makes of a URI.
#[derive(Deserialize)]
struct Case {
    uri: String,
    conn_type: String,
    host: Option<String>,
    login: Option<String>,
    password: Option<String>,
    schema: Option<String>,
    port: Option<u16>,
    extra: Option<String>,
    round_trip: String,
}

fn id() -> ConnId {
    ConnId::new("c").unwrap()
}

#[test]
fn uris_are_those_of_airflow() {
    let cases: Vec<Case> = serde_json::from_str(include_str!("connection_uri.json")).unwrap();
    let mut refused = Vec::new();
    for case in &cases {
        // Airflow makes a connection without a type of it.
        if case.conn_type.is_empty() {
            assert_eq!(Connection::from_uri(id(), &case.uri), Err(UriError::NoType));
            refused.push(&*case.uri);
            continue;
        }
        let connection = Connection::from_uri(id(), &case.uri).unwrap();
        let expected = Connection {
            conn_id: id(),
            conn_type: case.conn_type.clone(),
            description: None,
            host: case.host.clone(),
            login: case.login.clone(),
            password: case.password.clone(),
            schema: case.schema.clone(),
            port: case.port,
            extra: case.extra.clone(),
        };
        let shown = |connection: &Connection| serde_json::to_string(connection).unwrap();
        assert_eq!(shown(&connection), shown(&expected), "{}", case.uri);
        assert_eq!(connection.to_uri(), case.round_trip);
    }
    println!("{} of {} cases hold; refused on purpose: {refused:?}", cases.len() - refused.len(), cases.len());
    assert_eq!(refused, ["not a uri"]);
}

#[test]
fn uris_that_are_none_are_refused() {
    let check = |text: &str, expected: UriError| {
        let error = Connection::from_text(id(), text).unwrap_err();
        assert_eq!(error, expected, "{text}");
        assert!(!error.to_string().contains("hunter2"), "{error}");
    };
    for text in ["", "hunter2", "://h", "1x://h", "postgres:/h", "my type://h", "ü://h"] {
        check(text, UriError::NoType);
    }
    for text in ["x://h:port", "x://h:65536", "x://u:p/hunter2@h", "x://[::1]x", "x://h:-1"] {
        check(text, UriError::Port);
    }
    check("x://[::1", UriError::Bracket);
    check("x://u:hunter2@h/db#x", UriError::Fragment);
    for text in ["{", "{}", r#"{"conn_type": "x", "pasword": "hunter2"}"#, r#"{"conn_type": "x", "port": "hunter2"}"#] {
        check(text, UriError::Json);
    }
}

#[test]
fn more_of_what_uris_hold() {
    let check = |uri: &str, field: fn(&Connection) -> Option<&String>, expected: Option<&str>| {
        let connection = Connection::from_uri(id(), uri).unwrap();
        assert_eq!(field(&connection).map(String::as_str), expected, "{uri}");
    };
    check("Google-Cloud://h", |c| Some(&c.conn_type), Some("google_cloud"));
    check("postgresql://h", |c| Some(&c.conn_type), Some("postgres"));
    check("x://HOST.Example", |c| c.host.as_ref(), Some("host.example"));
    check("x://%2FCloud%2FSql", |c| c.host.as_ref(), Some("/Cloud/Sql"));
    check("x://[::1]:5/", |c| c.host.as_ref(), Some("::1"));
    check("x://u%40v:p@h", |c| c.login.as_ref(), Some("u@v"));
    check("x://u:a@b@h", |c| c.password.as_ref(), Some("a@b"));
    check("x://h?a+b=c%20d+e", |c| c.extra.as_ref(), Some(r#"{"a b": "c d e"}"#));
    check("x://h?__extra__=%5B1%5D", |c| c.extra.as_ref(), Some("[1]"));
    check("x://h?b=2&a=1&b=3", |c| c.extra.as_ref(), Some(r#"{"b": "3", "a": "1"}"#));
}

#[test]
fn no_secret_is_shown() {
    let text = "x://root:hunter2@h?api_key=hunter3&n=1";
    let connection = Connection::from_text(id(), text).unwrap();
    assert_eq!(format!("{connection:?}"), r#"Connection { conn_id: "c", conn_type: "x", .. }"#);
    assert_eq!(connection.secrets(), ["cm9vdDpodW50ZXIy", "hunter2", "hunter3"]);
    let json = r#"{"conn_type": "x", "password": "p@ss", "extra": {"deep": [{"token": "tok"}], "region": "eu"}}"#;
    let connection = Connection::from_text(id(), json).unwrap();
    assert_eq!(connection.secrets(), ["OnBAc3M", "p@ss", "tok"]);
    let opaque = Connection { extra: Some("not json".into()), ..Connection::new(id(), "x") };
    assert_eq!(opaque.secrets(), ["not json"]);
}

fn text() -> impl Strategy<Value = Option<String>> {
    prop::option::of(prop_oneof![".{1,12}", "[a-z:/@?#%&= +\\[\\]]{1,12}"])
}

/// An extra that is JSON, in the spelling that URIs carry, or anything else.
fn extra() -> impl Strategy<Value = Option<String>> {
    let flat = prop::collection::btree_map(".{0,6}", ".{0,6}", 1..4).prop_map(|fields| {
        let json = |text: &str| serde_json::Value::from(text).to_string();
        let fields: Vec<_> = fields.iter().map(|(name, value)| format!("{}: {}", json(name), json(value))).collect();
        format!("{{{}}}", fields.join(", "))
    });
    prop::option::of(prop_oneof![flat, r#"\{"a": [0-9]{1,3}\}"#, ".{1,10}"])
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(
        conn_type in "[a-z][a-z0-9_]{0,8}",
        (host, login, password, schema) in (text(), text(), text(), text()),
        port in prop::option::of(1..=u16::MAX),
        extra in extra(),
    ) {
        let connection = Connection { host, login, password, schema, port, extra, ..Connection::new(id(), conn_type) };
        let uri = connection.to_uri();
        let again = Connection::from_uri(id(), &uri);
        prop_assert!(again.is_ok(), "{}: {:?}", uri, again);
        let again = again.unwrap();
        let filled = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        let postgres = |text: &str| if text == "postgresql" { "postgres".to_owned() } else { text.to_owned() };
        prop_assert_eq!(&again.conn_type, &postgres(&connection.conn_type));
        prop_assert_eq!(filled(&again.host).map(|host| host.to_lowercase()), connection.host.as_ref().map(|host| host.to_lowercase()));
        prop_assert_eq!(filled(&again.login), connection.login);
        prop_assert_eq!(again.password, connection.password);
        prop_assert_eq!(filled(&again.schema), connection.schema);
        prop_assert_eq!(again.port, connection.port);
        prop_assert_eq!(again.extra, connection.extra);
    }

    #[test]
    fn no_text_is_too_strange(text in ".{0,40}", scheme in "[a-z]{0,2}", rest in "[a-z:/@?#%&=\\[\\]0-9]{0,30}") {
        for text in [text, format!("{scheme}://{rest}")] {
            if let Ok(connection) = Connection::from_text(id(), &text) {
                prop_assert!(Connection::from_uri(id(), &connection.to_uri()).is_ok());
            }
        }
    }
}
