//! The store on a real PostgreSQL passes the suite.

mod servers;

use couture_core::conformance::store::{StoreFixture, check_commands, commands, store_suite};
use proptest::prelude::*;
use servers::{Fixture, Kind};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

static POSTGRES: Kind = Kind {
    user: "postgres",
    package: "postgresql",
    programs: &[("initdb", "/usr/lib/postgresql/*bin"), ("postgres", "/usr/lib/postgresql/*bin")],
    script: "\"$1\" -D data -A trust -U postgres --no-sync -E UTF8 --locale=C.UTF-8 && \
             exec \"$2\" -D data -p \"$port\" -k \"$folder\" -h 127.0.0.1 -c fsync=off -c max_connections=100",
    execute: |port, sql| {
        Box::pin(async move {
            let mut connection = PgConnection::connect(&(POSTGRES.url)(port, "postgres")).await?;
            connection.execute(AssertSqlSafe(sql)).await?;
            connection.close().await
        })
    },
    url: |port, name| format!("postgres://postgres:none@127.0.0.1:{port}/{name}"),
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_passes_the_suite() {
    store_suite(|shards| Fixture::new(&POSTGRES, shards)).await;
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, max_shrink_iters: 60, ..ProptestConfig::with_cases(12) })]

    #[test]
    fn postgres_answers_as_memory_does(commands in commands(40)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let fixture = Fixture::new(&POSTGRES, 4).await;
            check_commands(fixture.store(), &commands).await;
        });
    }
}
