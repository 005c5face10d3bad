//! A MariaDB server.

use std::sync::OnceLock;

use sqlx::{AssertSqlSafe, Connection, Executor, MySqlConnection};

use super::server::Kind;

/// How it is started.
pub(crate) static MARIADB: Kind = Kind {
    user: "mysql",
    package: "mariadb-server",
    programs: &[("mariadb-install-db", "/usr/bin"), ("mariadbd", "/usr/sbin")],
    script: "\"$1\" --no-defaults --datadir=\"$folder/data\" --auth-root-authentication-method=normal --skip-test-db \
             --innodb-log-file-size=4M && \
             exec \"$2\" --no-defaults --datadir=\"$folder/data\" --socket=\"$folder/socket\" --port=\"$port\" \
             --bind-address=127.0.0.1 --pid-file=\"$folder/pid\" --innodb-flush-log-at-trx-commit=0 --innodb-log-file-size=4M",
    execute: |port, sql| {
        Box::pin(async move {
            let mut connection = MySqlConnection::connect(&(MARIADB.url)(port, "mysql")).await?;
            connection.execute(AssertSqlSafe(sql)).await?;
            connection.close().await
        })
    },
    url: |port, name| format!("mysql://root@127.0.0.1:{port}/{name}"),
    create: |name| format!("CREATE DATABASE {name}"),
    drop: |name| format!("DROP DATABASE {name}"),
    server: OnceLock::new(),
};
