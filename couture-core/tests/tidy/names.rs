//! A file is named by the noun that it defines.

use crate::report::Report;
use crate::tree::File;

const SAY_NOTHING: [&str; 7] = ["util", "utils", "common", "helper", "helpers", "manager", "misc"];
/// Here the names are Airflow's, because DAG files import them.
const AIRFLOW: &str = "couture-operators/python/airflow/";

pub(crate) fn check(file: &File, report: &mut Report) {
    if !file.is_code() || file.path.starts_with(AIRFLOW) {
        return;
    }
    let parts = file.path.split('/').map(|part| part.split('.').next().unwrap_or(part));
    for part in parts {
        let words = || part.split(['_', '-']);
        if let Some(word) = words().find(|word| SAY_NOTHING.contains(word)) {
            report.add(
                "names",
                &file.path,
                0,
                format!("{word:?} says nothing: name the file by the noun that it defines"),
            );
        }
    }
}

#[test]
fn each_name_is_found() {
    let found = |path: &str| !crate::report::lines_found(check, path, "").is_empty();
    for path in ["a/utils.rs", "a/common/mod.rs", "a/test_helpers.py", "a/pool-manager.ts", "a/helper.test.tsx"] {
        assert!(found(path), "{path}");
    }
    for path in ["a/pools.rs", "a/commonality.rs", "couture-operators/python/airflow/utils/dates.py", "docs/utils.md"] {
        assert!(!found(path), "{path}");
    }
}
