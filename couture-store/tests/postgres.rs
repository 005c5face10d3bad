//! The store on a real PostgreSQL passes the suite.

mod account_suite;
mod servers;

use std::net::TcpListener;

use account_suite::account_suite;
use couture_core::conformance::store::{ShardWriter, StoreFixture, check_commands, commands, sample_run, store_suite};
use couture_core::conformance::values::values_suite;
use couture_core::error_chain;
use couture_core::store::{CommitError, Record, StoreError};
use couture_store::connect;
use proptest::prelude::*;
use servers::{Fixture, POSTGRES};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_passes_the_suite() {
    store_suite(|shards| Fixture::new(&POSTGRES, shards)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_passes_the_suite_of_values() {
    values_suite(|| Fixture::new(&POSTGRES, 4)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_passes_the_suite_of_accounts() {
    account_suite(|| Fixture::new(&POSTGRES, 4)).await;
}

#[tokio::test]
async fn a_connection_that_was_lost_is_made_again() {
    let fixture = Fixture::new(&POSTGRES, 4).await;
    let mut writer = ShardWriter::claim(fixture.store(), 0).await;
    writer.create_run(fixture.store(), "d", "before").await;
    let database = fixture.url().rsplit('/').next().unwrap();
    let kill = format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}'");
    fixture.execute(&kill).await;
    let commit = writer.commit(vec![Record::RunCreated(sample_run(writer.key(0), "d", "after"))]);
    let mut refused = 0;
    while let Err(error) = fixture.store().commit(&commit).await {
        assert!(matches!(error, CommitError::Store(StoreError::Unavailable(_))), "{error:?}");
        refused += 1;
        assert!(refused < 20, "{error:?}");
    }
    assert_eq!(fixture.store().runs(None, None, 10).await.unwrap().len(), 2);
}

#[tokio::test]
async fn what_cannot_be_reached_is_told_without_the_password() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let error = connect(&format!("postgres://me:s3cret@127.0.0.1:{port}/db")).await.unwrap_err();
    let message = error_chain(&error);
    assert!(message.contains(&format!("the database postgres://me@127.0.0.1:{port}/db does not answer")), "{message}");
    assert!(!format!("{error:?} {message}").contains("s3cret"), "{error:?}");
    let fixture = Fixture::new(&POSTGRES, 4).await;
    let error = connect(&format!("{}_not_there", fixture.url())).await.unwrap_err();
    assert!(error.to_string().contains("does not exist; create the database first"), "{error}");
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
