//! `/api/dags/`, `/api/configs/` and `/api/dependencies/`, as the curl lines of the handbook use them.

use base64::Engine as _;
use serde_json::json;

use crate::harness::{TestServer, eventually, server_command, write_dag_file};
use crate::wire::{archive, ask, form, form_type, get, post, unarchived};

fn names(bytes: &[u8]) -> Vec<String> {
    unarchived(bytes).into_iter().map(|(name, _)| name).collect()
}

const DAG: &str = "from airflow import DAG\nimport texts\ndag = DAG('moved', description=texts.TEXT, schedule=None)\n";

#[test]
fn what_one_server_exports_another_one_imports() {
    let (old, new) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    write_dag_file(old.path(), "moved.py", DAG);
    write_dag_file(old.path(), "texts.py", "TEXT = 'hello'\n");
    write_dag_file(old.path(), "query.sql", "select 1\n");
    std::fs::write(old.path().join("dags/.secret"), "s").unwrap();
    let mut command = server_command(old.path(), &[]);
    command.env("COUTURE_ADMIN_PASSWORD", "correct horse battery staple");
    let from = TestServer::start_command(command, old.path());
    let basic = base64::engine::general_purpose::STANDARD.encode("superadmin:correct horse battery staple");
    let exported = ask(&from, "GET", "/api/dags/", &[("authorization", &format!("Basic {basic}"))], b"", 0);
    assert_eq!(exported.status, 200, "{}", exported.text());
    assert!(exported.headers.contains("content-type: application/gzip"), "{}", exported.headers);
    assert_eq!(names(&exported.body), ["dags/moved.py", "dags/query.sql", "dags/texts.py"]);
    for wrong in ["Basic c3VwZXJhZG1pbjp4", "Bearer x", ""] {
        assert_eq!(ask(&from, "GET", "/api/dags/", &[("authorization", wrong)], b"", 0).status, 401, "{wrong}");
        let body = form("sources", &[("dags.tar.gz", &exported.body)]);
        let headers = [("authorization", wrong), ("content-type", &*form_type())];
        assert!([401, 415].contains(&ask(&from, "POST", "/api/dags/", &headers, &body, body.len()).status), "{wrong}");
    }
    write_dag_file(new.path(), "texts.py", "TEXT = 'mine'\n");
    write_dag_file(new.path(), "stays.yaml", "dag_id: stays\ntasks: []\n");
    let to = TestServer::start(new.path());
    let imported = post(&to, "/api/dags/?message=moving", &form("sources", &[("dags.tar.gz", &exported.body)]));
    assert_eq!(imported.status, 200, "{}", imported.text());
    assert_eq!(imported.json()["dags"], json!(["moved"]), "{}", imported.text());
    assert_eq!(imported.json()["total_entries"], 3);
    eventually("the DAG", || (to.ask("GET", "/api/v2/dags/moved", &[], "").status == 200).then_some(()));
    assert_eq!(
        names(&get(&to, "/api/dags/").body),
        ["dags/moved.py", "dags/query.sql", "dags/stays.yaml", "dags/texts.py"]
    );
    let past = to.get("/api/v2/dagFileVersions/texts.py")["versions"].clone();
    assert_eq!((&past[0]["message"], &past[1]["author"]), (&json!("moving"), &json!("disk")), "{past}");
    let old_text =
        get(&to, &format!("/api/v2/dagFileDownload/texts.py?version={}", past[1]["version"].as_str().unwrap()));
    assert_eq!(old_text.text(), "TEXT = 'mine'\n");

    // A broken file among good ones: nothing is taken.
    let bad =
        archive(&[("dags/a.yaml", b"dag_id: a\ntasks: []\n"), ("dags/b.py", b"from airflow import DAG\n1 / 0\n")]);
    let refused = post(&to, "/api/dags/", &form("sources", &[("x", &bad)]));
    assert_eq!(refused.status, 422);
    assert!(refused.detail().contains("ZeroDivisionError") && refused.detail().contains("b.py"), "{}", refused.text());
    assert_eq!(get(&to, "/api/v2/dagFiles/a.yaml").status, 404);
    // Unless that is wished. From then on it is what is there, and an export can be imported again.
    let kept = post(&to, "/api/dags/?broken=keep", &form("sources", &[("x", &bad)]));
    assert_eq!((kept.status, &kept.json()["dags"]), (200, &json!(["a"])), "{}", kept.text());
    let warning = kept.json()["warnings"][0].as_str().unwrap().to_owned();
    assert!(warning.starts_with("b.py is broken") && warning.contains("ZeroDivisionError"), "{warning}");
    let exported = get(&to, "/api/dags/").body;
    let again = post(&to, "/api/dags/", &form("sources", &[("x", &exported)]));
    assert!(again.status == 200 && again.text().contains("b.py is broken"), "{}", again.text());
    let other = archive(&[("dags/b.py", b"from airflow import DAG\n2 / 0\n")]);
    assert_eq!(post(&to, "/api/dags/", &form("sources", &[("x", &other)])).status, 422);
}

#[test]
fn configurations_and_dependencies_round_trip() {
    let folder = tempfile::tempdir().unwrap();
    let server = TestServer::start(folder.path());
    assert_eq!(names(&get(&server, "/api/configs/").body), Vec::<String>::new());
    let configs: [(&str, &[u8]); 4] = [
        ("configs/dev/core-site.xml", b"<configuration/>"),
        ("configs/dev/krb5.conf", b"[libdefaults]"),
        ("configs/prod/hive.keytab", b"key"),
        ("configs/prod/spark.conf", b"a b"),
    ];
    let imported = post(&server, "/api/configs/", &form("sources", &[("configs.tar.gz", &archive(&configs))]));
    assert_eq!((imported.status, &imported.json()["total_entries"]), (200, &json!(4)), "{}", imported.text());
    let left: Vec<(String, Vec<u8>)> = configs
        .iter()
        .filter(|(name, _)| !name.ends_with(".keytab"))
        .map(|(name, content)| ((*name).to_owned(), content.to_vec()))
        .collect();
    let exported = get(&server, "/api/configs/").body;
    assert_eq!(unarchived(&exported), left, "a keytab never leaves");
    assert_eq!(post(&server, "/api/configs/", &form("sources", &[("again", &exported)])).status, 200);
    assert_eq!(get(&server, "/api/configs/").body, exported, "the same files make the same archive");
    let jar = vec![7_u8; 3 << 20];
    let libraries: [(&str, &[u8]); 2] = [("dependencies/jars/a.jar", &jar), ("dependencies/py-files/b.zip", b"PK")];
    assert_eq!(post(&server, "/api/dependencies/", &form("sources", &[("d", &archive(&libraries))])).status, 200);
    let exported = unarchived(&get(&server, "/api/dependencies/").body);
    assert_eq!(exported.len(), 2);
    assert_eq!(exported[0], ("dependencies/jars/a.jar".to_owned(), jar));
    let check = |path: &str, files: &[(&str, &[u8])], words: &str| {
        let reply = post(&server, path, &form("sources", &[("x", &archive(files))]));
        assert_eq!(reply.status, 422, "{}", reply.text());
        assert!(reply.detail().contains(words), "{}", reply.detail());
    };
    check("/api/configs/", &[("configs/alone.xml", b"")], "is in no group");
    check("/api/dependencies/", &[("dependencies/other/x", b"")], "in neither of the folders");
    check("/api/dependencies/", &[], "holds no files");
}
