//! Who one is at the command line, and what administrators do there.

use std::io::Write as _;
use std::path::Path;
use std::process::{Output, Stdio};

use serde_json::Value;

use crate::harness::{TestServer, couture_command, server_command};

const PASSWORD: &str = "correct horse battery";

struct Shell<'s> {
    server: &'s TestServer,
    /// Where logins are kept.
    config: &'s Path,
}

impl Shell<'_> {
    /// The program as somebody types it who cannot read the server's data folder.
    fn type_in(&self, args: &[&str], input: &str) -> Output {
        let mut command = couture_command(args);
        command.env("COUTURE_SERVER", &self.server.url).env("XDG_CONFIG_HOME", self.config);
        command.env("COUTURE__DATA__DIR", "/nonexistent");
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // A program that reads nothing may be gone already.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        child.wait_with_output().unwrap()
    }

    fn ok(&self, args: &[&str], input: &str) -> String {
        let output = self.type_in(args, input);
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    fn refused(&self, args: &[&str], input: &str, word: &str) {
        let output = self.type_in(args, input);
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(1) && error.contains(word), "{args:?}: {error}");
    }
}

fn start(data: &Path) -> TestServer {
    let mut command = server_command(data, &[]);
    command.env("COUTURE_ADMIN_PASSWORD", PASSWORD);
    TestServer::start_command(command, data)
}

#[test]
fn users_log_in_and_administrators_make_them() {
    let (folder, config) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let server = start(folder.path());
    let shell = Shell { server: &server, config: config.path() };
    shell.refused(&["dags", "list"], "", "couture login");
    shell.refused(&["login", "-u", "superadmin", "-p", "-"], "wrong\n", "password is wrong");
    shell.refused(&["login", "-u", "superadmin", "-p", PASSWORD], "", "everybody on this machine sees");
    let said = shell.ok(&["login", "-u", "superadmin", "-p", "-", "--days", "2"], &format!("{PASSWORD}\n"));
    assert!(said.contains("as superadmin") && !said.contains("couture_pat_"), "{said}");
    assert!(shell.ok(&["dags", "list"], "").contains("hello_world"));
    // A personal token makes no others, so what follows is done with a login that is none.
    shell.ok(&["login", "-u", "superadmin", "-p", "-"], &format!("{PASSWORD}\n"));
    shell.ok(
        &["users", "create", "-u", "ann", "-r", "Viewer", "-e", "ann@example.com", "-p", "-", "--keep-password"],
        PASSWORD,
    );
    shell.refused(&["users", "create", "-u", "bob", "-r", "Nothing", "-p", "-"], PASSWORD, "there is no role");
    shell.ok(&["users", "add-role", "ann", "Op"], "");
    shell.refused(&["users", "add-role", "ann", "Op"], "", "has the role");
    shell.ok(&["users", "remove-role", "ann", "Viewer"], "");
    let users: Vec<Value> = serde_json::from_str(&shell.ok(&["users", "list", "-o", "json"], "")).unwrap();
    assert_eq!((users.len(), &users[0]["username"], &users[0]["roles"][0]), (2, &"ann".into(), &"Op".into()));
    let yaml = shell.ok(&["users", "show", "ann", "-o", "yaml"], "");
    assert!(yaml.contains("username: ann\n") && yaml.contains("roles:\n  - Op\n"), "{yaml}");
    shell.refused(&["users", "delete", "superadmin", "-y"], "", "another active user");
    shell.ok(&["users", "set-password", "ann", "-p", "-"], "staple under the bridge");
    let export = config.path().join("users.json");
    shell.ok(&["users", "export", export.to_str().unwrap()], "");
    assert!(shell.ok(&["users", "import", export.to_str().unwrap()], "").contains("0 users were made, 2 changed"));
    shell.ok(&["roles", "create", "Sales"], "");
    shell.ok(&["roles", "add-perms", "Sales", "-a", "can_read", "can_edit", "-r", "DAG:sales"], "");
    shell.ok(&["roles", "del-perms", "Sales", "-a", "can_edit", "-r", "DAG:sales"], "");
    let roles = shell.ok(&["roles", "list", "--permission"], "");
    assert!(roles.contains("can_read on DAG:sales") && !roles.contains("can_edit on DAG:sales"), "{roles}");
    shell.refused(&["roles", "delete", "Admin"], "", "built in");
    shell.ok(&["roles", "delete", "Sales"], "");
    let nobody = server.couture(&["tokens", "list"]);
    let error = String::from_utf8_lossy(&nobody.stderr);
    assert!(!nobody.status.success() && error.contains("couture login -u NAME"), "{error}");
    let token = shell.ok(&["tokens", "create", "ci", "--scope", "can_read on DAG Runs", "-o", "json"], "");
    let token: Value = serde_json::from_str(&token).unwrap();
    assert!(token["secret"].as_str().unwrap().starts_with("couture_pat_"));
    assert!(shell.ok(&["tokens", "list"], "").contains("ci"));
    shell.ok(&["tokens", "delete", &token["id"].to_string()], "");
    let audit = shell.ok(&["audit", "list", "--event", "post_role", "--limit", "5"], "");
    assert!(audit.contains("post_role") && audit.contains("superadmin") && audit.contains("Sales"), "{audit}");
    let changes = shell.ok(&["audit", "list", "--changes", "--user", "superadmin"], "");
    assert!(changes.contains("post_role") && !changes.contains("get_"), "{changes}");
    assert!(shell.ok(&["version"], "").contains("server"));
    assert!(shell.ok(&["tasks", "list", "hello_world"], "").contains("hello"));
    shell.ok(&["logout"], "");
    shell.refused(&["dags", "list"], "", "couture login");
    // An administrator set ann's password, so it is changed at the first login.
    let (given, own, new) = ("staple under the bridge", "bridge over the staple", "neither staple nor bridge");
    let login = ["login", "-u", "ann", "--password-stdin"];
    shell.refused(&login, &format!("{given}\n"), "no further line for: The password must be changed");
    shell.ok(&login, &format!("{given}\n{own}\n"));
    assert!(shell.ok(&["dags", "list"], "").contains("hello_world"));
    let kept = shell.ok(&["tokens", "create", "ci", "-o", "json"], "");
    let kept: Value = serde_json::from_str(&kept).unwrap();
    let said = shell.ok(&["password", "--password-stdin"], &format!("{own}\n{new}\n"));
    assert!(said.contains("personal ones too"), "{said}");
    assert!(!shell.ok(&["tokens", "list"], "").contains(&kept["id"].to_string()));
    shell.refused(&login, &format!("{own}\n"), "password is wrong");
    shell.ok(&login, &format!("{new}\n"));
    assert!(shell.ok(&["completion", "bash"], "").contains("couture"));
    assert_eq!(shell.ok(&["fernet", "new"], "").trim().len(), 44);
}

#[test]
fn dags_are_listed_for_who_may_see_nothing_beside_them() {
    let (folder, config) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let server = start(folder.path());
    let shell = Shell { server: &server, config: config.path() };
    server.couture_ok(&["roles", "create", "Narrow"]);
    server.couture_ok(&["roles", "add-perms", "Narrow", "-a", "can_read", "-r", "DAGs", "-r", "all_dags"]);
    shell.ok(&["login", "-u", "superadmin", "-p", "-"], &format!("{PASSWORD}\n"));
    shell.ok(&["users", "create", "-u", "cy", "-r", "Narrow", "-p", "-", "--keep-password"], PASSWORD);
    shell.ok(&["login", "-u", "cy", "-p", "-"], &format!("{PASSWORD}\n"));
    let listed = shell.type_in(&["dags", "list"], "");
    let error = String::from_utf8_lossy(&listed.stderr);
    assert!(listed.status.success() && error.is_empty(), "{error}");
    assert!(String::from_utf8_lossy(&listed.stdout).contains("hello_world"));
}

#[test]
fn a_database_is_backed_up_while_it_is_used_and_restored_when_it_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path());
    server.couture_ok(&["variables", "set", "kept", "v"]);
    server.couture_ok(&["dags", "unpause", "hello_world"]);
    for run_id in ["first", "second"] {
        server.couture_ok(&["dags", "trigger", "hello_world", "--wait", "--run-id", run_id]);
    }
    let file = folder.path().join("backup.db");
    let (backup, data) = (file.to_str().unwrap().to_owned(), folder.path().to_str().unwrap().to_owned());
    let on_data = |args: &[&str]| couture_command(&[args, &["--data", &data]].concat()).output().unwrap();
    let ok = |args: &[&str]| {
        let output = on_data(args);
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let refused = |args: &[&str], word: &str| {
        let output = on_data(args);
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(1) && error.contains(word), "{args:?}: {error}");
    };
    ok(&["db", "backup", &backup]);
    refused(&["db", "backup", &backup], "is there already");
    for args in [&["db", "restore", &backup, "-y"][..], &["db", "trim", "--days", "1", "-y"], &["db", "migrate"]] {
        refused(args, "in use");
    }
    server.couture_ok(&["variables", "set", "later", "v"]);
    server.stop();
    assert!(ok(&["db", "check"]).contains("is whole"));
    let foreign = folder.path().join("foreign.db");
    std::fs::write(&foreign, "no database").unwrap();
    refused(&["db", "restore", "nope", "-y"], "there is no backup nope");
    refused(&["db", "restore", foreign.to_str().unwrap(), "-y"], "database");
    assert!(ok(&["db", "restore", &backup, "-y"]).contains("couture.db.old1"));
    assert!(ok(&["db", "trim", "--days", "0", "-y"]).contains("forgot 1 run,"));
    ok(&["db", "migrate"]);
    let nowhere = folder.path().join("typo");
    let migrate = |more: &[&str]| {
        couture_command(&[&["db", "migrate", "--data", nowhere.to_str().unwrap()], more].concat()).output().unwrap()
    };
    let said = migrate(&[]);
    let error = String::from_utf8(said.stderr).unwrap();
    assert!(
        said.status.code() == Some(1) && error.contains("there is no database") && error.contains("--create"),
        "{error}"
    );
    assert!(!nowhere.exists());
    assert!(migrate(&["--create"]).status.success() && nowhere.join("couture.db").exists());
    let server = start(folder.path());
    assert!(server.couture_ok(&["variables", "list"]).contains("kept"));
    assert!(!server.couture_ok(&["variables", "list"]).contains("later"));
    let runs = server.couture_ok(&["runs", "list", "hello_world"]);
    assert!(runs.contains("second") && !runs.contains("first"), "{runs}");
}
