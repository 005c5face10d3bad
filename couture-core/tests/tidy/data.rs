//! The data of the examples is what its page says, and the scripts can be run.

use std::path::Path;

use sha2::{Digest, Sha256};

use crate::report::Report;
use crate::tree::Tree;

const DATA: &str = "examples/data/flights.csv";
const DATA_PAGE: &str = "examples/data/README.md";
const SCRIPTS: [&str; 2] = ["scripts/test", ".ci/run"];

pub(crate) fn check(tree: &Tree, report: &mut Report) {
    let text = |path: &str| tree.files.iter().find(|file| file.path == path).map_or("", |file| file.text.as_str());
    check_sum(text(DATA), text(DATA_PAGE), report);
    for script in SCRIPTS {
        if !is_executable(&tree.root.join(script)) {
            report.add("data", script, 0, "is not there, or cannot be run: git update-index --chmod=+x");
        }
    }
}

fn check_sum(data: &str, page: &str, report: &mut Report) {
    let sum: String = Sha256::digest(data).iter().map(|byte| format!("{byte:02x}")).collect();
    if !page.contains(&sum) {
        report.add("data", DATA_PAGE, 0, format!("{DATA} has the checksum {sum}, which this page does not state"));
    }
}

#[cfg(unix)]
fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata().is_ok_and(|metadata| metadata.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(path: &Path) -> bool {
    path.exists()
}

#[test]
fn a_changed_file_is_found() {
    let mut report = Report::default();
    check_sum("a", "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb", &mut report);
    report.assert_empty();
    check_sum("b", "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb", &mut report);
    assert_eq!(report.violations.len(), 1);
    assert!(!is_executable(&Tree::root().join("Cargo.toml")));
}
