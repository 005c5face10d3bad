//! Variables, connections and XComs in templates.

use std::sync::Arc;

use couture_core::dialect::Dialect;
use serde_json::json;

use super::probe::{Kept, Probe, Setting};

fn setting(dialect: Dialect) -> Setting {
    Setting {
        dialect,
        environment: vec![
            ("AIRFLOW_VAR_REGION", "eu"),
            ("AIRFLOW_VAR_CONFIG", r#"{"a": {"b": [1, 2]}}"#),
            ("AIRFLOW_VAR_API_TOKEN", "hunter2-token"),
            ("AIRFLOW_CONN_DB", "postgres://ada:s3cr3t-pw@db.example.com:5433/prod?sslmode=require"),
        ],
        xcoms: vec![
            ("push", "return_value", json!("ret")),
            ("push", "other", json!({"n": 1})),
            ("push", "none", json!(null)),
            ("push", "last", json!("newest")),
        ],
        ..Setting::default()
    }
}

#[tokio::test]
async fn variables_and_connections_are_found() {
    let both = [
        ("{{ var.value.region }} {{ var.value.get('region') }}", "eu eu"),
        ("{{ var.json.config.a.b[1] }} {{ var.json.get('config')['a'] }}", "2 {'b': [1, 2]}"),
        ("{{ var.value.get('absent', 'fallback') }}", "fallback"),
        ("{{ var.json.get('absent', {'a': 1})['a'] }}", "1"),
        ("{{ var.value.absent }}", "!there is no variable \"absent\""),
        ("{{ var.value.get('absent') }}", "!there is no variable \"absent\""),
        ("{{ var.json.region }}", "!is not JSON"),
        (
            "{% for i in range(50) %}{{ var.value.get('k%d' % i, i) }}{% endfor %}",
            &(0..50).map(|i| i.to_string()).collect::<String>(),
        ),
    ];
    for dialect in [Dialect::V1_10, Dialect::V2] {
        setting(dialect).check(&both).await;
    }
    let new = [
        (
            "{{ conn.db.host }}:{{ conn.db.port }}/{{ conn.db.schema }} {{ conn.db.login }}",
            "db.example.com:5433/prod ada",
        ),
        ("{{ conn.db.extra_dejson.sslmode }} {{ conn.get('db').conn_type }}", "require postgres"),
        ("{{ conn.nope.host }}", "!there is no connection \"nope\""),
        ("{{ conn.get('nope', 'x') }}", "x"),
    ];
    setting(Dialect::V2).check(&new).await;
}

#[tokio::test]
async fn xcoms_are_pulled_in_all_forms() {
    let both = [
        ("{{ ti.xcom_pull(task_ids='push', key='other')['n'] }}|{{ task_instance.xcom_pull('push') }}", "1|ret"),
        ("{{ ti.xcom_pull(task_ids='missing') }} {{ ti.xcom_pull('push', key='zzz') }}", "None None"),
        ("{{ ti.xcom_pull('push', 'no_such_dag') }}", "None"),
        ("{{ ti.xcom_pull('push', dag_id='etl', key='other') }}", "{'n': 1}"),
        ("{{ ti.xcom_pull() }} {{ ti.xcom_pull(key='other').n }}", "ret 1"),
        ("{{ ti.xcom_pull('push', bogus=1) }}", "!bogus"),
        ("{{ ti.xcom_pull('push', key=None) }} {{ ti.xcom_pull(task_ids='push', key='') }}", "newest newest"),
        ("{{ ti.xcom_pull(key=None) }} {{ ti.xcom_pull('missing', key=None) }}", "newest None"),
        ("{{ ti.xcom_pull('push', key=7) }}", "!a text, or None"),
    ];
    for dialect in [Dialect::V1_10, Dialect::V2] {
        setting(dialect).check(&both).await;
    }
    let list = "{{ ti.xcom_pull(task_ids=['push', 'missing']) }}";
    let any = "{{ ti.xcom_pull(task_ids=['push', 'missing'], key=None) }}";
    setting(Dialect::V1_10).check(&[(list, "('ret', None)"), (any, "('newest', None)")]).await;
    let all = "['ret', {'n': 1}, None, 'newest']";
    setting(Dialect::V2)
        .check(&[(list, "['ret']"), (any, all), ("{{ ti.xcom_pull('missing', default=7) }}", "7")])
        .await;
}

#[tokio::test]
async fn rendered_fields_are_kept_masked() {
    let artifacts = Arc::new(Kept::default());
    let setting = Setting { artifacts: artifacts.clone(), ..setting(Dialect::V2) };
    let probe = Probe {
        value: json!([
            "{{ var.value.api_token }}!",
            "{{ conn.db.password }}",
            "{{ conn.db.get_uri() }}",
            "{{ ds }}",
            4
        ]),
        password: "{{ ds }}".into(),
        plain: "{{ ds }}".into(),
    };
    let rendered = setting.operator(probe).await.unwrap().unwrap();
    assert_eq!(rendered["value"][0], "hunter2-token!");
    assert_eq!(rendered["plain"], "{{ ds }}", "not a template field");
    let (key, content) = artifacts.first().await;
    assert!(key.starts_with("rendered/") && key.ends_with(".json"), "{key}");
    let content: serde_json::Value = serde_json::from_str(&content).unwrap();
    assert_eq!(content["value"][0], "***!");
    assert_eq!(content["value"][1], "***");
    assert_eq!(content["value"][3], "2021-03-05");
    assert_eq!(content["password"], "***");
    assert!(!content.to_string().contains("s3cr3t"), "{content}");
}

#[tokio::test]
async fn nothing_to_render_is_nothing() {
    let plain = Probe { value: json!(["echo ${HOME} {x}", 1]), plain: "{{ ds }}".into(), ..Probe::default() };
    let rendered = Setting::default().operator(plain).await;
    assert_eq!(rendered, Ok(None));
}
