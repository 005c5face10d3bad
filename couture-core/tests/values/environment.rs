//! The environment goes before what is kept.

use std::collections::BTreeSet;
use std::sync::Arc;

use couture_core::values::{
    Connections, EnvironmentValues, MemoryValues, OnExisting, RecordedValues, StoredValues, Variables,
};
use couture_core::{ConnId, Connection, Values, Variable, VariableKey};

fn environment() -> EnvironmentValues {
    let pairs = [
        ("AIRFLOW_VAR_REGION", "eu"),
        ("AIRFLOW_VAR_BOTH", "airflow"),
        ("COUTURE_VAR_BOTH", "couture"),
        ("COUTURE_VAR_EMPTY", ""),
        ("AIRFLOW_CONN_DB", "postgres://u:hunter2@h/db"),
        ("COUTURE_CONN_JSON", r#"{"conn_type": "http", "host": "H", "extra": {"a": 1}}"#),
        ("AIRFLOW_CONN_BROKEN", "hunter2"),
        ("COUTURE__SERVER__PORT", "1"),
        ("PATH", "/bin"),
    ];
    EnvironmentValues::new(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())))
}

async fn stored() -> StoredValues {
    let kept = Arc::new(MemoryValues::new());
    let variable = |key: &str, value: &str| Variable::new(VariableKey::new(key).unwrap(), value);
    let variables = [variable("region", "kept"), variable("only_kept", "here"), variable("my_token", "t0ken")];
    Variables::set(&*kept, &variables, OnExisting::Fail).await.unwrap();
    let connection = |conn_id: &str, uri: &str| Connection::from_uri(ConnId::new(conn_id).unwrap(), uri).unwrap();
    let connections =
        [connection("db", "x://kept"), connection("many", "x://u:pass1@a"), connection("many", "x://u:pass2@b")];
    Connections::set(&*kept, &connections, OnExisting::Fail).await.unwrap();
    StoredValues::new(environment(), kept.clone(), kept)
}

#[tokio::test]
async fn the_environment_wins() {
    let values = stored().await;
    let check = async |key: &str, expected: Option<&str>| {
        assert_eq!(values.variable(key).await.unwrap().as_deref(), expected, "{key}");
    };
    check("region", Some("eu")).await;
    check("REGION", Some("eu")).await;
    check("both", Some("couture")).await;
    check("empty", Some("")).await;
    check("only_kept", Some("here")).await;
    check("missing", None).await;
    assert_eq!(values.connection("db").await.unwrap().conn_type, "postgres");
    let json = values.connection("json").await.unwrap();
    assert_eq!((json.host.as_deref(), json.extra.as_deref()), (Some("H"), Some(r#"{"a":1}"#)));
}

#[tokio::test]
async fn one_of_several_is_chosen() {
    let values = stored().await;
    let mut hosts = BTreeSet::new();
    for _ in 0..300 {
        hosts.extend(values.connection("many").await.unwrap().host);
    }
    assert_eq!(hosts.len(), 2);
    assert_eq!(values.connections("many").await.unwrap().len(), 2);
}

#[tokio::test]
async fn what_is_missing_is_named() {
    let values = stored().await;
    let error = values.required_variable("it's").await.unwrap_err().to_string();
    assert_eq!(
        error,
        r#"there is no variable "it's"; add it: couture variables set 'it'\''s' VALUE, or set COUTURE_VAR_IT'S in the server's environment"#
    );
    let error = values.connection("warehouse").await.unwrap_err().to_string();
    assert!(
        error.contains("no connection \"warehouse\"; add it: couture connections add warehouse --conn-uri"),
        "{error}"
    );
    assert!(error.contains("COUTURE_CONN_WAREHOUSE"), "{error}");
    let error = values.connection("broken").await.unwrap_err().to_string();
    assert!(error.starts_with("AIRFLOW_CONN_BROKEN holds no connection") && !error.contains("hunter2"), "{error}");
    for key in ["", "a\nb", &"x".repeat(100_000)] {
        let error = values.variable(key).await.unwrap_err().to_string();
        assert!(error.starts_with("variable key") && error.len() < 250, "{error}");
        assert!(EnvironmentValues::default().variable(key).await.unwrap().is_none());
        let error = EnvironmentValues::default().required_variable(key).await.unwrap_err().to_string();
        assert!(error.len() < 1_000, "{error}");
    }
}

#[tokio::test]
async fn secrets_that_were_looked_up_are_remembered() {
    let values = RecordedValues::new(Arc::new(stored().await));
    assert!(values.secrets().is_empty());
    values.variable("region").await.unwrap();
    assert!(values.secrets().is_empty());
    values.variable("my_token").await.unwrap();
    values.connection("many").await.unwrap();
    values.connection("db").await.unwrap();
    let secrets = values.secrets();
    for secret in ["hunter2", "pass1", "pass2", "t0ken"] {
        assert!(secrets.iter().any(|known| known == secret), "{secret}");
    }
    assert_eq!(values.masked("hunter2@pass1, t0ken".into()), "***@***, ***");
    let shown = format!("{values:?}{:?}", environment());
    for secret in values.secrets() {
        assert!(!shown.contains(&secret), "{shown}");
    }
}

#[tokio::test]
async fn what_could_not_be_masked_is_not_handed_out() {
    let kept = Arc::new(MemoryValues::new());
    let big = |n: usize| {
        Variable::new(VariableKey::new(format!("token{n}")).unwrap(), format!("{n}{}", "x".repeat(1_000_000)))
    };
    let variables: Vec<_> = (0..10).map(big).collect();
    Variables::set(&*kept, &variables, OnExisting::Fail).await.unwrap();
    let values = StoredValues::new(EnvironmentValues::default(), kept.clone(), kept);
    let values = RecordedValues::new(Arc::new(values));
    for n in [0, 1, 2, 3, 4, 5, 6, 7, 7, 0] {
        assert!(values.variable(&format!("token{n}")).await.unwrap().is_some());
    }
    let error = values.variable("token8").await.unwrap_err().to_string();
    assert!(error.starts_with("variable \"token8\" is not handed out") && error.len() < 300, "{error}");
    assert_eq!(values.secrets().len(), 8);
}
