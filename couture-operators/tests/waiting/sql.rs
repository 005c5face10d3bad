//! Queries that wait, on SQLite.

use std::time::Duration;

use couture_core::{DagBuilder, Dialect, TaskState};
use couture_operators::sensor::{Sensor, SqlSensor};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};

use crate::rig::Rig;

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
    check(Dialect::V2, SqlSensor::new("odd", "select 1"), Failed, "speaks no SQL here").await;
    check(Dialect::V2, SqlSensor::new("none", "select 1"), Failed, "none").await;
}
