//! Files that hang, crash and grow: each is an error, and all else goes on.

use crate::harness::{TestServer, eventually};
use crate::{defined, put};

#[test]
fn sick_files_are_errors_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let cases = [
        ("sick_hanging.py", "2"),
        ("sick_leaving.py", "7"),
        ("sick_growing.py", "MemoryError"),
        ("sick_crashing.py", "SIGSEGV"),
        ("sick_partly.py", "ycle"),
    ];
    put(folder.path(), &cases.map(|(name, _)| name));
    put(folder.path(), &["failing.py"]);
    let flags = ["--python-parse-timeout-s=2", "--python-parse-memory-mib=256"];
    let server = TestServer::start_with(folder.path(), &flags);
    defined(&server, "failing");
    defined(&server, "partly_right");
    for (name, text) in cases {
        eventually(name, || {
            let errors = server.get("/api/v2/importErrors?warnings=true")["import_errors"].as_array().unwrap().clone();
            let error = errors.into_iter().find(|error| error["filename"] == name)?;
            assert!(error["stack_trace"].as_str().unwrap().contains(text), "{error}");
            Some(())
        });
    }
}
