//! A PostgreSQL server.

use std::sync::OnceLock;

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

use super::server::Kind;

/// How it is started.
pub(crate) static POSTGRES: Kind = Kind {
    user: "postgres",
    package: "postgresql",
    programs: &[("initdb", "/usr/lib/postgresql/*bin"), ("postgres", "/usr/lib/postgresql/*bin")],
    script: "\"$1\" -D data -A trust -U postgres --no-sync -E UTF8 --locale=C.UTF-8 --wal-segsize=1 && \
             exec \"$2\" -D data -p \"$port\" -k \"$folder\" -h 127.0.0.1 -c fsync=off -c max_connections=100 \
             -c min_wal_size=2MB -c max_wal_size=8MB",
    execute: |port, sql| {
        Box::pin(async move {
            let mut connection = PgConnection::connect(&(POSTGRES.url)(port, "postgres")).await?;
            connection.execute(AssertSqlSafe(sql)).await?;
            connection.close().await
        })
    },
    url: |port, name| format!("postgres://postgres:none@127.0.0.1:{port}/{name}"),
    // A copy of files; the other strategy writes it all to the log once more.
    create: |name| format!("CREATE DATABASE {name} STRATEGY file_copy"),
    drop: |name| format!("DROP DATABASE {name} WITH (FORCE)"),
    server: OnceLock::new(),
};
