use std::path::Path;

use couture_eda::source::{Options, profile, read_state_outside};
use sqlx::{Connection, Executor};

/// A database with one table `t`, of one row.
pub(crate) fn database(path: &Path) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let url = format!("sqlite://{}?mode=rwc", path.display());
        let mut connection = sqlx::SqliteConnection::connect(&url).await.unwrap();
        connection.execute("CREATE TABLE t (a INTEGER)").await.unwrap();
        connection.execute("INSERT INTO t VALUES (1)").await.unwrap();
        connection.close().await.unwrap();
    });
}

#[test]
fn files_of_forbidden_folders_are_read_by_no_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    for name in ["data", "secret"] {
        std::fs::create_dir(path.join(name)).unwrap();
        std::fs::write(path.join(name).join("a.csv"), "a\n1\n").unwrap();
        database(&path.join(name).join("a.db"));
    }
    #[cfg(unix)]
    std::os::unix::fs::symlink(path.join("secret"), path.join("data/link")).unwrap();
    let forbidden = vec![path.join("none"), path.join("secret")];
    let options = Options { workers: 2, forbidden: forbidden.clone(), ..Options::default() };
    let root = path.display();
    for (name, is_read) in [
        (format!("{root}/data/a.csv"), true),
        (format!("{root}/data/*.csv"), true),
        (format!("file://{root}/data/a.csv"), true),
        (format!("sqlite://{root}/data/a.db#t"), true),
        (format!("{root}/secret/a.csv"), false),
        (format!("{root}/data/../secret/a.csv"), false),
        (format!("{root}/data/link/a.csv"), false),
        (format!("{root}/data/link"), false),
        (format!("{root}/secret"), false),
        (format!("{root}/*/a.csv"), false),
        (format!("file://{root}/secret/a.csv"), false),
        (format!("FILE://{root}/secret/a.csv"), false),
        (format!(" file://{root}/data/link/a.csv"), false),
        (format!("sqlite://{root}/secret/a.db#t"), false),
        (format!("sqlite:{root}/data/../%73ecret/a.db#t"), false),
        ("/proc/self/environ".to_owned(), false),
    ] {
        let answer = profile(std::slice::from_ref(&name), None, &options);
        assert_eq!(answer.is_ok(), is_read, "{name}: {:?}", answer.err());
    }
    let error = read_state_outside(&path.join("secret/a.csv"), &forbidden).unwrap_err().to_string();
    assert!(error.contains("not read here"), "{error}");
}

#[test]
fn a_query_of_sqlite_opens_and_writes_no_other_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    database(&path.join("a.db"));
    database(&path.join("b.db"));
    let url = format!("sqlite://{}/a.db", path.display());
    let (other, written) = (path.join("b.db"), path.join("c.db"));
    let (other, copy) = (other.display(), written.display());
    for (query, words) in [
        (format!("ATTACH DATABASE '{other}' AS o; SELECT * FROM o.t"), "several statements"),
        (format!("SELECT 1; ATTACH DATABASE '{other}' AS o; SELECT * FROM o.t"), "several statements"),
        (format!("SELECT $a('); ATTACH DATABASE '{other}' AS o; SELECT * FROM o.t"), "parameter"),
        (format!("VACUUM INTO '{copy}'"), "only reads"),
        (format!("ATTACH DATABASE '{copy}' AS o"), "only reads"),
        ("WITH x AS (SELECT 1) DELETE FROM t".to_owned(), "readonly"),
    ] {
        let error = profile(std::slice::from_ref(&url), Some(&query), &Options::default()).unwrap_err().to_string();
        assert!(error.contains(words), "{query}: {error}");
    }
    assert!(!written.exists());
    let answer = profile(&[url], Some("/* ; */ SELECT ';' AS \"a;b\" FROM t; -- that is all"), &Options::default());
    assert_eq!(answer.unwrap()[0].table.rows, 1);
}
