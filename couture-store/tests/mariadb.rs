//! The store on a real MariaDB passes the suite.

mod account_suite;
mod servers;

use account_suite::account_suite;
use couture_core::conformance::store::{StoreFixture, check_commands, commands, store_suite};
use couture_core::conformance::values::values_suite;
use proptest::prelude::*;
use servers::{Fixture, MARIADB};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mariadb_passes_the_suite() {
    store_suite(|shards| Fixture::new(&MARIADB, shards)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mariadb_passes_the_suite_of_values() {
    values_suite(|| Fixture::new(&MARIADB, 4)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mariadb_passes_the_suite_of_accounts() {
    account_suite(|| Fixture::new(&MARIADB, 4)).await;
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, max_shrink_iters: 60, ..ProptestConfig::with_cases(12) })]

    #[test]
    fn mariadb_answers_as_memory_does(commands in commands(40)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let fixture = Fixture::new(&MARIADB, 4).await;
            check_commands(fixture.store(), &commands).await;
        });
    }
}
