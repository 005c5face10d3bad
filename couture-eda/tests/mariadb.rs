//! Tables and queries of a real MariaDB.

#[path = "../../couture-store/tests/servers/mariadb.rs"]
mod mariadb;
#[path = "../../couture-store/tests/servers/server.rs"]
mod server;

use std::sync::Arc;

use couture_eda::cell::Kind;
use couture_eda::source::{Options, profile};
use couture_eda::{EdaError, State};
use mariadb::MARIADB;
use server::Server;
use sqlx::{AssertSqlSafe, Connection, Executor, MySqlConnection, Row};
use tokio::task::JoinHandle;

/// A table that is read up to the middle, where a row waits for a lock that is held here.
struct Reading {
    url: String,
    reader: JoinHandle<Result<Vec<State>, EdaError>>,
    /// Holds the lock.
    holder: MySqlConnection,
    /// The number of the reader's connection.
    id: u64,
}

const ROWS: u64 = 300_000;

impl Reading {
    /// Makes the table `t` and reads the half of it.
    async fn start(url: String) -> Self {
        let mut holder = MySqlConnection::connect(&url).await.unwrap();
        let sql = format!("CREATE TABLE t AS SELECT seq AS at, md5(seq) AS x FROM seq_1_to_{ROWS}");
        holder.execute(AssertSqlSafe(sql)).await.unwrap();
        holder.execute("SELECT get_lock(database(), 0)").await.unwrap();
        let options = Arc::new(Options::default());
        let (reading, source) = (Arc::clone(&options), url.clone());
        let query = format!("SELECT at, x, if(at = {ROWS} / 2, get_lock(database(), 600), 0) AS held FROM t");
        let reader = tokio::task::spawn_blocking(move || profile(&[source], Some(&query), &reading));
        let mut reading = Self { url, reader, holder, id: 0 };
        reading.id = reading.waits_for("User lock").await;
        while options.progress.get().0 == 0 {
            assert!(!reading.reader.is_finished(), "nothing was read");
            tokio::task::yield_now().await;
        }
        reading
    }

    /// Waits until a connection to the database waits for something, and gives its number.
    async fn waits_for(&mut self, what: &str) -> u64 {
        let sql = "SELECT id FROM information_schema.processlist WHERE db = database() AND state = ?";
        loop {
            assert!(!self.reader.is_finished(), "nobody waits for {what}");
            let found = sqlx::query(sql).bind(what).fetch_optional(&mut self.holder).await.unwrap();
            if let Some(row) = found {
                return row.get_unchecked::<u64, _>(0);
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_table_that_is_to_go_is_read_to_its_end() {
    let server = Server::of(&MARIADB).await;
    let database = server.database().await;
    let mut reading = Reading::start(database.url.clone()).await;
    let mut other = MySqlConnection::connect(&reading.url).await.unwrap();
    let dropped = tokio::spawn(async move { other.execute("DROP TABLE t").await.map(drop) });
    // It waits for the reader, who is not disturbed.
    reading.waits_for("Waiting for table metadata lock").await;
    reading.holder.execute("SELECT release_lock(database())").await.unwrap();
    let state = &reading.reader.await.unwrap().unwrap()[0];
    assert_eq!((state.table.rows, state.finish(None).notices.len()), (ROWS, 0));
    dropped.await.unwrap().unwrap();
    let options = Options { table: Some("t".to_owned()), ..Options::default() };
    let again = tokio::task::spawn_blocking(move || profile(&[reading.url], None, &options)).await.unwrap();
    let error = again.unwrap_err().to_string();
    assert!(error.contains("doesn't exist"), "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_source_that_fails_while_it_is_read_is_told() {
    let server = Server::of(&MARIADB).await;
    let database = server.database().await;
    let mut reading = Reading::start(database.url.clone()).await;
    let kill = format!("KILL CONNECTION {}", reading.id);
    reading.holder.execute(AssertSqlSafe(kill)).await.unwrap();
    let found = reading.reader.await.unwrap().unwrap()[0].finish(None);
    assert!(found.rows > 0 && found.rows <= ROWS / 2, "{}", found.rows);
    assert!(found.notices[0].text.contains("failed before their end"), "{:?}", found.notices);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_table_of_mariadb_is_read_in_its_types() {
    let server = Server::of(&MARIADB).await;
    let database = server.database().await;
    let url = database.url.clone();
    let mut connection = MySqlConnection::connect(&url).await.unwrap();
    let sql = "CREATE TABLE `odd name` AS SELECT seq AS i, seq / 4 AS n, date_add('2020-01-01', INTERVAL seq DAY) AS d, \
               timestamp(date_add('2020-01-01', INTERVAL seq SECOND)) AS t, NULL AS e, concat('ü', seq % 3) AS c, \
               seq / 4e0 AS f FROM seq_1_to_5000";
    connection.execute(sql).await.unwrap();
    let names = [format!("{url}#odd name"), format!("{}#odd name", url.replacen("mysql", "mariadb", 1))];
    for name in names {
        let states = tokio::task::spawn_blocking(move || profile(&[name], None, &Options::default())).await.unwrap();
        let found = states.unwrap()[0].finish(None);
        assert_eq!(found.rows, 5000);
        let kinds: Vec<_> = found.columns.iter().map(|column| column.kind).collect();
        assert_eq!(kinds[..3], [Some(Kind::Integer), Some(Kind::Decimal), Some(Kind::Date)]);
        assert_eq!((kinds[3], kinds[4], kinds[6]), (Some(Kind::DateTime), None, Some(Kind::Decimal)));
        assert_eq!(found.columns[5].top[0].text.chars().next(), Some('ü'));
    }
    let options = Options { table: Some("odd name".to_owned()), ..Options::default() };
    let (name, table) = (url.clone(), url.clone());
    let states = tokio::task::spawn_blocking(move || profile(&[name], None, &options)).await.unwrap();
    assert_eq!(states.unwrap()[0].table.rows, 5000);
    // What would change something is refused, and says so.
    let change = "DELETE FROM `odd name`";
    let refused =
        tokio::task::spawn_blocking(move || profile(&[table], Some(change), &Options::default())).await.unwrap();
    let error = refused.unwrap_err().to_string();
    assert!(error.contains("a query only reads"), "{error}");
}
