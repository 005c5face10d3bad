//! Tables and queries of a real PostgreSQL.

#[path = "../../couture-store/tests/servers/postgres.rs"]
mod postgres;
#[path = "../../couture-store/tests/servers/server.rs"]
mod server;

use couture_eda::cell::Kind;
use couture_eda::source::{Options, profile};
use postgres::POSTGRES;
use server::Server;
use sqlx::{Connection, Executor, PgConnection};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_table_of_postgres_is_read_in_its_types() {
    let server = Server::of(&POSTGRES).await;
    let database = server.database().await;
    let url = database.url.clone();
    let mut connection = PgConnection::connect(&url).await.unwrap();
    let sql = "CREATE TABLE \"Odd name\" AS SELECT at AS i, at / 4.0 AS n, date '2020-01-01' + at AS d, \
               now() AS t, at % 2 = 0 AS b, NULL::text AS e, 'x' || at % 3 AS c FROM generate_series(1, 5000) AS at";
    connection.execute(sql).await.unwrap();
    let name = format!("{url}#Odd name");
    let states =
        tokio::task::spawn_blocking(move || profile(&[name], None, &Options::default())).await.unwrap().unwrap();
    let found = states[0].finish(None);
    assert_eq!(found.rows, 5000);
    let kinds: Vec<_> = found.columns.iter().map(|column| column.kind).collect();
    let expected =
        [Some(Kind::Integer), Some(Kind::Decimal), Some(Kind::Date), Some(Kind::DateTime), None, Some(Kind::Text)];
    assert_eq!([kinds[0], kinds[1], kinds[2], kinds[3], kinds[5], kinds[6]], expected);
    assert_eq!(found.columns[4].distinct.value, 2.0);
    assert!(!found.sources[0].contains("none@"), "{:?}", found.sources);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_source_that_fails_while_it_is_read_is_told() {
    let server = Server::of(&POSTGRES).await;
    let database = server.database().await;
    let url = database.url.clone();
    let options = std::sync::Arc::new(Options::default());
    let (reading, source) = (std::sync::Arc::clone(&options), url.clone());
    let query = "SELECT at, md5(at::text) AS x FROM generate_series(1, 100000000) AS at";
    let reader = tokio::task::spawn_blocking(move || profile(&[source], Some(query), &reading));
    while options.progress.get().0 == 0 {
        assert!(!reader.is_finished(), "nothing was read");
        tokio::task::yield_now().await;
    }
    let name = database.url.rsplit('/').next().unwrap();
    let kill = format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");
    (POSTGRES.execute)(server.port, kill).await.unwrap();
    let found = reader.await.unwrap().unwrap()[0].finish(None);
    assert!(found.rows > 0 && found.rows < 100_000_000);
    assert!(found.notices[0].text.contains("failed before their end"), "{:?}", found.notices);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_table_that_is_to_go_is_read_to_its_end() {
    let server = Server::of(&POSTGRES).await;
    let database = server.database().await;
    let url = database.url.clone();
    let mut connection = PgConnection::connect(&url).await.unwrap();
    let sql = "CREATE TABLE t AS SELECT at, md5(at::text) AS x FROM generate_series(1, 300000) AS at";
    connection.execute(sql).await.unwrap();
    let of = |query: Option<&'static str>, options: std::sync::Arc<Options>| {
        let url = url.clone();
        tokio::task::spawn_blocking(move || profile(&[url], query, &options))
    };
    // What would change something is refused, and says so.
    let change = "WITH gone AS (DELETE FROM t RETURNING at) SELECT * FROM gone";
    let error = of(Some(change), std::sync::Arc::default()).await.unwrap().unwrap_err().to_string();
    assert!(error.contains("read-only"), "{error}");
    let options = std::sync::Arc::new(Options { table: Some("public.t".to_owned()), ..Options::default() });
    let reader = of(None, std::sync::Arc::clone(&options));
    while options.progress.get().0 == 0 {
        assert!(!reader.is_finished(), "nothing was read");
        tokio::task::yield_now().await;
    }
    connection.execute("DROP TABLE t").await.unwrap();
    assert_eq!(reader.await.unwrap().unwrap()[0].table.rows, 300_000);
    let error = of(None, options).await.unwrap().unwrap_err().to_string();
    assert!(error.contains("does not exist"), "{error}");
}
