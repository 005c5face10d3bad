//! What a server does, or refuses to do, when it starts.

use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Output};

use crate::harness::{TestServer, server_command};

/// A start that must fail with exit code 1; what it said.
fn refused(data: &std::path::Path, flags: &[&str]) -> String {
    let Output { status, stderr, .. } = server_command(data, flags).output().unwrap();
    let error = String::from_utf8(stderr).unwrap();
    assert_eq!(status.code(), Some(1), "{error}");
    error
}

fn check(error: &str, words: &[&str]) {
    for word in words {
        assert!(error.contains(word), "{error:?} lacks {word:?}");
    }
}

#[test]
fn the_data_folder_is_made_and_tells_of_the_server() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("new/data");
    let server = TestServer::start(&data);
    assert_eq!(std::fs::metadata(&data).unwrap().permissions().mode() & 0o777, 0o700);
    let told: serde_json::Value = serde_json::from_slice(&std::fs::read(data.join("server.json")).unwrap()).unwrap();
    assert_eq!((told["url"].as_str(), told["pid"].as_u64()), (Some(&*server.url), Some(server.pid().into())));
    assert_eq!(server.get("/api/v2/monitor/health")["metadatabase"]["status"], "healthy");
    let dags = server.get("/api/v2/dags");
    assert!(dags["total_entries"].as_u64() >= Some(4), "{dags}");
    for dag in dags["dags"].as_array().unwrap() {
        assert_eq!((&dag["is_paused"], &dag["is_stale"]), (&true.into(), &false.into()), "{dag}");
    }
    assert_eq!(server.get("/api/v2/importErrors")["total_entries"], 0);
    server.stop();
    assert!(!data.join("server.json").exists());
}

#[test]
fn others_reach_it_only_in_secret_and_after_the_first_password_was_changed() {
    let folder = tempfile::tempdir().unwrap();
    for host in ["0.0.0.0", "::"] {
        check(&refused(folder.path(), &["--host", host]), &[host, "clear text", "server.tls_cert", "--behind-proxy"]);
    }
    let proxied = ["--host", "0.0.0.0", "--behind-proxy"];
    check(&refused(folder.path(), &proxied), &["first start", "COUTURE_ADMIN_PASSWORD"]);
    // That start must not have made a first user whose password nobody saw.
    let mut command = server_command(folder.path(), &proxied);
    command.env("COUTURE_ADMIN_PASSWORD", "correct horse battery");
    let server = TestServer::start_command(command, folder.path());
    let port = server.url.rsplit_once(':').unwrap().1;
    assert!(std::net::TcpStream::connect(format!("127.0.0.1:{port}")).is_ok());
}

#[test]
fn the_first_password_is_shown_once_and_must_be_changed() {
    let folder = tempfile::tempdir().unwrap();
    let server = TestServer::start(folder.path());
    let output = server.output();
    let after = output.split_once("superadmin with the password ").unwrap().1;
    let password = after.split_once(' ').unwrap().0.to_owned();
    let login = |server: &TestServer| {
        let body = serde_json::json!({"username": "superadmin", "password": password});
        server.send("POST", "/auth/token", &body)
    };
    let answer = login(&server);
    assert_eq!(answer.status, 201, "{}", answer.body);
    let bearer = format!("Bearer {}", answer.json()["access_token"].as_str().unwrap());
    let dags = server.ask("GET", "/api/v2/dags", &[("authorization", &bearer)], "");
    assert_eq!((dags.status, dags.detail().contains("change your password")), (403, true));
    server.stop();
    let server = TestServer::start(folder.path());
    assert!(!server.output().contains("the password"), "{}", server.output());
    assert_eq!(login(&server).status, 201);
}

#[test]
fn a_certificate_makes_it_talk_https() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let (cert, key) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"])
        .args(["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"])
        .arg("-keyout")
        .arg(&key)
        .arg("-out")
        .arg(&cert)
        .output()
        .unwrap();
    assert!(made.status.success(), "{made:?}");
    let (cert, key) = (cert.to_str().unwrap(), key.to_str().unwrap());
    check(&refused(&data, &["--tls-cert", cert]), &["server.tls_key", "not set"]);
    check(&refused(&data, &["--tls-cert", key, "--tls-key", key]), &["holds none"]);
    let server = TestServer::start_with(&data, &["--tls-cert", cert, "--tls-key", key]);
    assert!(server.url.starts_with("https://"), "{}", server.url);
    let script = "import ssl, sys, urllib.request as u; c = ssl.create_default_context(cafile=sys.argv[2]); \
                  print(u.urlopen(sys.argv[1] + '/api/v2/monitor/health', context=c).status)";
    let asked = Command::new("python3").args(["-c", script, &server.url, cert]).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&asked.stdout).trim(), "200", "{asked:?}");
}

#[test]
fn a_port_in_use_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    check(&refused(folder.path(), &["--port", &port]), &[&port, "in use", "--port", "server.port"]);
}

#[test]
fn a_second_server_on_one_data_folder_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let server = TestServer::start(folder.path());
    check(&refused(folder.path(), &[]), &["in use by another server", &server.url, "--data"]);
    assert_eq!(server.get("/api/v2/monitor/health")["scheduler"]["status"], "healthy");
}

#[test]
fn a_damaged_database_is_an_error_that_names_the_file() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("couture.db"), "this is no database ".repeat(1_000)).unwrap();
    check(&refused(folder.path(), &[]), &["database", "couture.db"]);
}

#[test]
fn wrong_settings_are_errors_that_name_their_place() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("couture.toml");
    std::fs::write(&file, "[server]\nprot = 1\n").unwrap();
    check(&refused(folder.path(), &[]), &["couture.toml, line 2", "server.prot"]);
    std::fs::write(&file, "[scheduler]\nlease_ms = 1000\n").unwrap();
    check(&refused(folder.path(), &[]), &["scheduler.lease_ms", "operators.kill_grace_s"]);
    std::fs::remove_file(&file).unwrap();
    check(&refused(folder.path(), &["--database-url", "oracle://u:hunter2@x/y"]), &["database.url", "sqlite://"]);
    let output = server_command(folder.path(), &["--nonsense"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn help_documents_every_setting() {
    let output = server_command(std::path::Path::new("unused"), &["--help"]).output().unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    check(&help, &["[server]", "port = 8080", "--port", "COUTURE__SERVER__PORT", "Port to listen on"]);
}

#[test]
fn the_scheduler_runs_without_a_port() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_scheduler"));
    let mut child = command.arg("--data").arg(folder.path()).stdout(std::process::Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    let mut out = std::io::BufReader::new(child.stdout.take().unwrap());
    std::io::BufRead::read_line(&mut out, &mut line).unwrap();
    assert!(line.contains("scheduler works on"), "{line}");
    let pid = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
}
