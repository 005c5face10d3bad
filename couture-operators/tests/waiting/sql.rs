//! Queries that wait, on SQLite, and on real servers.

use std::time::Duration;

use couture_core::{DagBuilder, Dialect, TaskState};
use couture_operators::sensor::{Sensor, SqlSensor};
use serde_json::{Value, json};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};

use crate::rig::Rig;
use crate::servers::{Kind, MARIADB, POSTGRES, Server};

#[tokio::test]
async fn a_query_is_waited_for() {
    use TaskState::{Failed, Success};
    let rig = Rig::new().await;
    let file = rig.world.folder().join("data.db");
    let mut database = SqliteConnectOptions::new().filename(&file).create_if_missing(true).connect().await.unwrap();
    sqlx::raw_sql("create table t (n integer, s text, r real); insert into t values (3, '0', 0.0);")
        .execute(&mut database)
        .await
        .unwrap();
    database.close().await.unwrap();
    rig.world.connection("data", "sqlite", |data| data.host = Some(file.display().to_string())).await;
    rig.world.connection("odd", "ftp", |_| {}).await;
    let check = async |dialect: Dialect, sensor: SqlSensor, expected: TaskState, error: &str| {
        let shown = sensor.sql.clone();
        let dag = DagBuilder::new("asks").attributes(|facts| facts.dialect = dialect);
        dag.task("ask", sensor.poke_interval(Duration::from_secs(5)).timeout(Duration::from_secs(20)), ());
        let row = rig.only(dag).await;
        let found = row.error.as_deref().unwrap_or_default();
        assert!(row.state == expected && found.contains(error), "{shown}: {:?} {found}", row.state);
    };
    let on = |sql: &str| SqlSensor::new("data", sql);
    let late = "sensor has timed out";
    check(Dialect::V2, on("select n from t"), Success, "").await;
    check(Dialect::V2, on("select count(*) from t where n > 5"), Failed, late).await;
    check(Dialect::V2, on("select n from t where n > 5"), Failed, late).await;
    check(Dialect::V2, on("select r from t"), Failed, late).await;
    check(Dialect::V2, on("select null"), Failed, late).await;
    check(Dialect::V2, on("select s from t"), Success, "").await;
    check(Dialect::V1_10, on("select s from t"), Failed, late).await;
    check(Dialect::V2, on("select m from t"), Failed, "no such column: m").await;
    check(Dialect::V2, SqlSensor { fail_on_empty: true, ..on("select 1 where 0") }, Failed, "no rows").await;
    let above_two = Some("wait.above_two".to_owned());
    check(Dialect::V2, SqlSensor { success: above_two.clone(), ..on("select n - 1 from t") }, Failed, late).await;
    check(Dialect::V2, SqlSensor { failure: above_two, ..on("select n from t") }, Failed, "condition of failure").await;
    let with = |sql: &str, parameters: Value| SqlSensor { parameters, ..on(sql) };
    check(Dialect::V2, with("select n from t where n = ? and s = ?", json!([3, "0"])), Success, "").await;
    check(Dialect::V2, with("select n from t where n = :n", json!({"n": 4})), Failed, late).await;
    check(Dialect::V2, with("select ?", json!(["{{ dag.dag_id }}"])), Success, "").await;
    check(Dialect::V2, with("select ?", json!([])), Failed, "fewer are given").await;
    check(Dialect::V2, SqlSensor::new("odd", "select 1"), Failed, "speaks no SQL here").await;
    check(Dialect::V2, SqlSensor::new("none", "select 1"), Failed, "none").await;
}

/// Each value as the server itself has it, and texts that would end a literal of another server.
async fn check_server(kind: &'static Kind, conn_type: &str, truth: &str) {
    use TaskState::{Failed, Success};
    let server = Server::of(kind).await;
    let database = server.database().await;
    let name = database.url.rsplit('/').next().unwrap();
    let rig = Rig::new().await;
    let (login, port) = (if conn_type == "mysql" { "root" } else { "postgres" }, server.port);
    let set = |data: &mut couture_core::values::Connection| {
        (data.host, data.port) = (Some("127.0.0.1".into()), Some(port));
        (data.login, data.schema) = (Some(login.into()), Some(name.into()));
    };
    rig.world.connection("data", conn_type, set).await;
    rig.world.connection("shut", conn_type, |data| (data.host, data.port) = (Some("127.0.0.1".into()), Some(1))).await;
    let check = async |sensor: SqlSensor, expected: TaskState, error: &str| {
        let shown = format!("{}: {} {}", conn_type, sensor.sql, sensor.parameters);
        let dag = DagBuilder::new("asks");
        dag.task("ask", sensor.poke_interval(Duration::from_secs(5)).timeout(Duration::from_secs(20)), ());
        let row = rig.only(dag).await;
        let found = row.error.as_deref().unwrap_or_default();
        assert!(row.state == expected && found.contains(error), "{shown}: {:?} {found}", row.state);
    };
    let with = |sql: &str, parameters: Value| SqlSensor { parameters, ..SqlSensor::new("data", sql) };
    let late = "sensor has timed out";
    for (sql, expected) in [
        ("select 7", Success),
        ("select 0", Failed),
        ("select 0.0", Failed),
        ("select cast(0.5 as decimal(5, 2))", Success),
        ("select cast('2026-01-01' as date)", Success),
        ("select 'f'", Success),
        ("select ''", Failed),
        ("select null", Failed),
        ("select count(*) from information_schema.tables where 1 = 0", Failed),
    ] {
        let error = if expected == Failed { late } else { "" };
        check(with(sql, Value::Null), expected, error).await;
    }
    check(with(&format!("select {truth}"), Value::Null), Success, "").await;
    check(with(&format!("select not {truth}"), Value::Null), Failed, late).await;
    let odd = "\\'; drop table t; -- %s \\\\ \"ü";
    check(with("select char_length(%s) = 29", json!([odd])), Success, "").await;
    check(with("select %(a)s = %(b)s and %(c)s", json!({"a": odd, "b": odd, "c": true})), Success, "").await;
    check(with("select 1 where 5 in %s and 10 %% 3 = %s", json!([[4, 5], 1])), Success, "").await;
    check(with("select %s", json!([null])), Failed, late).await;
    check(with("select nothing_of_that_name", Value::Null), Failed, "nothing_of_that_name").await;
    check(SqlSensor::new("shut", "select 1"), Failed, "the query failed").await;
}

#[tokio::test]
async fn a_query_is_waited_for_on_postgres() {
    check_server(&POSTGRES, "postgres", "true").await;
}

#[tokio::test]
async fn a_query_is_waited_for_on_mariadb() {
    check_server(&MARIADB, "mysql", "true").await;
}
