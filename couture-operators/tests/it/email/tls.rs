//! Mail over connections that are secret, to aiosmtpd.

use std::fs;
use std::path::Path;
use std::process::Command;

use couture_core::task::Mail;
use couture_operators::email::{SmtpSettings, send_mail};

use super::small_server::SmallServer;

/// The ports of a server that wants STARTTLS and of one that is TLS from the start, for the process that trusts them.
const PORTS: &str = "COUTURE_TEST_SMTP_PORTS";

/// An authority of its own, and a certificate of it for this machine.
fn certificates(folder: &Path) {
    let call = |args: &str| {
        let done = Command::new("openssl").args(args.split(' ')).current_dir(folder).output().unwrap();
        assert!(done.status.success(), "{args}: {}", String::from_utf8_lossy(&done.stderr));
    };
    fs::write(folder.join("server.ext"), "subjectAltName=IP:127.0.0.1\nbasicConstraints=CA:FALSE\n").unwrap();
    let ec = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
    call(&format!("req -x509 {ec} -days 2 -subj /CN=TestCA -keyout ca.key -out ca.pem"));
    call(&format!("req {ec} -subj /CN=server -keyout server.key -out server.csr"));
    call(
        "x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile server.ext -out server.pem",
    );
}

async fn send(port: u16, starttls: bool, ssl: bool) -> Result<(), String> {
    let settings = SmtpSettings {
        host: "127.0.0.1".into(),
        port,
        starttls,
        ssl,
        timeout_s: 30,
        retry_limit: 1,
        ..SmtpSettings::default()
    };
    let mail = Mail {
        to: vec!["ada@example.com".into()],
        cc: Vec::new(),
        bcc: Vec::new(),
        subject: "secret".into(),
        html: "<b>late</b>".into(),
        files: Vec::new(),
    };
    send_mail(&settings, &mail).await.map_err(|error| error.to_string())
}

/// Which authorities are trusted is said to a process as a whole: what shall be trusted is tried in a process of its own.
#[tokio::test]
async fn mail_goes_over_secret_connections_and_no_others() {
    if let Ok(ports) = std::env::var(PORTS) {
        let ports: Vec<u16> = ports.split(' ').map(|port| port.parse().unwrap()).collect();
        send(ports[0], true, false).await.unwrap();
        return send(ports[1], false, true).await.unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    certificates(folder.path());
    let (certificate, key) = (folder.path().join("server.pem"), folder.path().join("server.key"));
    let mut servers = ["smtp", "smtps"].map(|kind| SmallServer::start(kind, &[&certificate, &key]));
    let trusting = tokio::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "email::tls::mail_goes_over_secret_connections_and_no_others"])
        .env(PORTS, format!("{} {}", servers[0].port, servers[1].port))
        .env("SSL_CERT_FILE", folder.path().join("ca.pem"))
        .output()
        .await
        .unwrap();
    let told = String::from_utf8_lossy(&trusting.stdout);
    assert!(trusting.status.success() && told.contains("1 passed"), "{told}");
    for server in &mut servers {
        let mail = server.next();
        assert_eq!((&mail["to"][0], &mail["is_secret"]), (&"ada@example.com".into(), &true.into()), "{mail}");
        assert!(mail["text"].as_str().unwrap().contains("<b>late</b>"), "{mail}");
    }
    let check = async |port: u16, starttls: bool, ssl: bool, expected: &str| {
        let error = send(port, starttls, ssl).await.unwrap_err();
        assert!(error.contains(expected), "{error}, not {expected}");
    };
    check(servers[0].port, true, false, "certificate").await;
    check(servers[1].port, false, true, "certificate").await;
    check(servers[0].port, false, false, "STARTTLS").await;
}
