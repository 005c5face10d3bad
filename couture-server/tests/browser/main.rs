//! The web page as its users meet it: a real server with real DAGs, and Chromium in front of it. What is done and looked at is written in
//! `ui/tests/e2e`; pictures of it are left in the build's folder for temporary files.

#[path = "../harness/mod.rs"]
mod harness;

mod checked;
mod packages;

use std::path::Path;
use std::process::{Command, Stdio};

use harness::{TestServer, server_command};

const PASSWORD: &str = "harbour-Pass-1";

/// Runs one file of tests of the page on a server of its own.
fn check(name: &str) {
    check_with(name, &[]);
}

fn check_with(name: &str, flags: &[&str]) {
    packages::need_chromium();
    let _alone = packages::alone();
    let packages = packages::installed();
    let data = tempfile::tempdir().unwrap();
    let mut command = server_command(data.path(), flags);
    command.env("COUTURE_ADMIN_PASSWORD", PASSWORD);
    let server = TestServer::start_command(command, data.path());
    let page = server.ask("GET", "/", &[], "");
    assert!(page.body.contains("id=\"root\""), "this server has no page: {}", page.body);
    let pictures = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pictures");
    let output = Command::new("node")
        .arg(packages.join("node_modules/vitest/vitest.mjs"))
        .args(["run", "--config", "tests/e2e/vitest.config.ts", name])
        .current_dir(&packages)
        .env("COUTURE_URL", &server.url)
        .env("COUTURE_DATA", data.path())
        .env("COUTURE_ADMIN_PASSWORD", PASSWORD)
        .env("COUTURE_PICTURES", &pictures)
        .env("NO_COLOR", "1")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    println!("{said}\npictures are in {}", pictures.display());
    assert!(output.status.success(), "{name} ended with {}; the server said:\n{}", output.status, server.output());
}

#[test]
fn a_dag_is_operated() {
    check("operate");
}

#[test]
fn a_dag_is_edited_with_a_review_and_code_bricks() {
    check("author");
}

#[test]
fn data_is_looked_at() {
    check_with("eda", &["--eda-enabled=true"]);
}

#[test]
fn a_role_reads_one_dag() {
    check("permit");
}

#[test]
fn a_master_dag_is_zoomed_into() {
    check("master");
}

#[test]
fn hostile_texts_are_text() {
    check("hostile");
}

#[test]
fn a_large_dag_stays_quick() {
    check("large");
}
