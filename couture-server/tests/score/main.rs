//! How much of Airflow's own example DAGs, and of ours, a server reads and runs as Airflow does.
//!
//! The example DAGs come from Airflow's wheels, which pip downloads into a folder beside the build; what they must come to was measured on
//! real Airflow (`couture-operators/python_tests/data`). Every score and each miss with its reason goes to standard output, also where
//! the test passes.

#[path = "../harness/mod.rs"]
mod harness;

use std::path::Path;
use std::process::Command;

use harness::{TestServer, server_command};

/// Scores the DAG files of `version` on a server of their own. `least` are scores in percent that must be reached.
fn check(version: &str, least: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    let flags = ["--load-examples=false", "--duplicate-dependencies=warn", "--max-active-runs-per-dag=1"];
    let server = TestServer::start_command(server_command(folder.path(), &flags), folder.path());
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("../couture-operators/python_tests");
    let mut score = Command::new("python3");
    score.args(["-m", "score", "--version", version, "--server", &server.url, "--data"]).arg(folder.path());
    score.arg("--cache").arg(Path::new(env!("CARGO_TARGET_TMPDIR")).join("airflow-wheels"));
    score.args(least.iter().flat_map(|least| ["--least", least]));
    score.env("PYTHONDONTWRITEBYTECODE", "1").current_dir(tests);
    let status = score.status().unwrap_or_else(|error| panic!("python3 does not start: {error}"));
    assert!(
        status.success(),
        "{version} is below {least:?}, or could not be measured; see above. The server said:\n{}",
        server.output()
    );
}

#[test]
fn examples_of_airflow_1_10_15_and_probes() {
    check("1.10.15", &["parse 1.10.15=100", "run 1.10.15=98"]);
}

/// All but one: a scheduled run of a DAG without a schedule, which Airflow 2 has no more than Couture.
#[test]
fn probes_by_the_rules_of_2() {
    check("probe 2", &["run probe 2=97"]);
}

#[test]
fn examples_of_airflow_2_10_5() {
    check("2.10.5", &["parse 2.10.5=100", "run 2.10.5=95"]);
}

#[test]
fn examples_of_airflow_3_3_2() {
    check("3.3.2", &["parse 3.3.2=100", "run 3.3.2=85"]);
}

#[test]
fn examples_of_our_own() {
    check("examples", &["run examples=100"]);
}
