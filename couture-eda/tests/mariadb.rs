//! Tables and queries of a real MariaDB.

#[path = "../../couture-store/tests/servers/mariadb.rs"]
mod mariadb;
#[path = "../../couture-store/tests/servers/server.rs"]
mod server;

use couture_eda::cell::Kind;
use couture_eda::source::{Options, profile};
use mariadb::MARIADB;
use server::Server;
use sqlx::{Connection, Executor, MySqlConnection};

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
