//! Programs that others wrote drive a real server: Airflow's own client and command line, and schemathesis, which tries whatever the
//! description of the API permits, and what it does not.

#[path = "../harness/mod.rs"]
mod harness;
mod programs;

use std::path::Path;
use std::process::{Command, Output};

use harness::{TestServer, server_command};
use programs::program;

const PASSWORD: &str = "correct horse battery";
const WALKED: &str = include_str!("walked.py");

fn start(data: &Path) -> TestServer {
    std::fs::create_dir_all(data.join("dags")).unwrap();
    std::fs::write(data.join("dags/walked.py"), WALKED).unwrap();
    let mut command = server_command(data, &["--load-examples=false"]);
    command.env("COUTURE_ADMIN_PASSWORD", PASSWORD);
    TestServer::start_command(command, data)
}

fn ok(command: &mut Command) -> String {
    let Output { status, stdout, stderr } = command.output().unwrap();
    let (out, error) = (String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
    assert!(status.success(), "{command:?}: {status}\n{out}\n{error}");
    out.into_owned()
}

#[test]
fn airflows_client_walks() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path());
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients/walk.py");
    let said = ok(Command::new(program("python")).arg(script).args([&server.url, "superadmin", PASSWORD]));
    assert_eq!(said.trim(), "walked");
}

#[test]
fn airflows_command_line_logs_in() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(&folder.path().join("data"));
    let airflowctl = |args: &[&str]| {
        let mut command = Command::new(program("airflowctl"));
        // Its home is ours, and its keyring a file there.
        command.args(args).env("HOME", folder.path()).env("AIRFLOW_HOME", folder.path().join("airflow"));
        ok(command.env("PYTHON_KEYRING_BACKEND", "keyrings.alt.file.PlaintextKeyring"))
    };
    airflowctl(&["auth", "login", "--api-url", &server.url, "--username", "superadmin", "--password", PASSWORD]);
    let listed = airflowctl(&["dags", "list"]);
    assert!(listed.contains("\"dag_id\": \"walked\""), "{listed}");
}

/// How many examples of each operation are tried; `scripts/schemathesis` tries ten times as many.
const EXAMPLES: &str = "20";

#[test]
fn the_api_is_as_it_describes_itself() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path());
    // A token that nothing that is tried can revoke. What needs a user answers 401 to it, and says so.
    let document = folder.path().join("openapi.json");
    std::fs::write(&document, server.get("/openapi.json").to_string()).unwrap();
    let settings = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients/schemathesis.toml");
    let examples = std::env::var("COUTURE_EXAMPLES").unwrap_or_else(|_| EXAMPLES.to_owned());
    let mut command = Command::new(program("schemathesis"));
    command.arg("--config-file").arg(settings).arg("run").arg(document);
    command.args(["--url", &server.url, "--max-examples", &examples, "--seed", "1"]);
    // Streams do not end, and other tests read them; logins are bounded in number.
    command.args(["--exclude-path-regex", "^/auth/(token|login|logout)|^/api/v2/events$|/stream$|/wait$"]);
    let said = ok(command.env("COUTURE_TOKEN", server.token()).current_dir(folder.path()));
    println!("{}", said.lines().rev().take(30).collect::<Vec<_>>().into_iter().rev().collect::<Vec<_>>().join("\n"));
    assert!(server.get("/api/v2/monitor/health")["metadatabase"]["status"] == "healthy");
}
