//! What the build makes of the web page where it can build it, and where it cannot.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

#[expect(dead_code, reason = "only cargo's own call needs all of it")]
#[path = "../../build/ui.rs"]
mod ui;

use ui::Wanted;

fn wanted(folder: &TempDir, npm: impl Into<PathBuf>) -> Wanted {
    Wanted {
        page: true,
        dist: None,
        sources: Path::new(env!("CARGO_MANIFEST_DIR")).join("ui"),
        npm: npm.into(),
        out: folder.path().to_owned(),
    }
}

fn program(folder: &TempDir, script: &str) -> PathBuf {
    let path = folder.path().join("npm");
    fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path
}

#[test]
fn without_a_page_it_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let check = |wanted: Wanted, why: &[&str]| {
        let table = wanted.table();
        assert!(
            table.contains("FILES: &[File] = &[]") && table.contains("WHY_ABSENT: Option<&str> = Some("),
            "{table}"
        );
        assert!(why.iter().all(|words| table.contains(words)), "{why:?}: {table}");
    };
    check(wanted(&folder, folder.path().join("none")), &["there is no npm", "install Node.js"]);
    check(Wanted { page: false, ..wanted(&folder, "npm") }, &["without the feature `ui`"]);
    let offline = program(&folder, "echo 'npm error network request failed' >&2; exit 1");
    check(wanted(&folder, offline), &["could not be built", "`npm ci`", "network request failed"]);
    let nothing = Some(folder.path().join("nothing"));
    check(Wanted { dist: nothing, ..wanted(&folder, "npm") }, &["nothing: "]);
    let empty = Some(folder.path().to_owned());
    check(Wanted { dist: empty, ..wanted(&folder, "npm") }, &["has no index.html"]);
}

#[test]
fn packages_are_installed_once_and_the_page_is_built_of_a_copy() {
    let folder = tempfile::tempdir().unwrap();
    let npm = program(
        &folder,
        r#"echo "$*" >>calls; mkdir -p node_modules dist; [ "$1" = ci ] || cp index.html dist/index.html"#,
    );
    for _ in 0..2 {
        let table = wanted(&folder, &npm).table();
        assert!(
            table.contains("path: \"/index.html\"") && table.contains("WHY_ABSENT: Option<&str> = None"),
            "{table}"
        );
    }
    let calls = fs::read_to_string(folder.path().join("ui/calls")).unwrap();
    let verbs: Vec<_> = calls.lines().map(|line| line.split(' ').next().unwrap()).collect();
    assert_eq!(verbs, ["ci", "run", "run"], "{calls}");
}

#[test]
fn a_ready_build_is_taken_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let dist = folder.path().join("dist");
    fs::create_dir_all(dist.join("assets")).unwrap();
    for name in ["index.html", "assets/a.js", "assets/a.js.br", "assets/a.js.gz"] {
        fs::write(dist.join(name), name).unwrap();
    }
    let none = folder.path().join("none");
    let table = Wanted { dist: Some(dist), ..wanted(&folder, none) }.table();
    let rows: Vec<_> = table.lines().filter(|line| line.contains("File { path:")).collect();
    assert_eq!(rows.len(), 2, "{table}");
    assert!(
        rows[0].contains("\"/assets/a.js\"") && rows[0].contains("a.js.br\"))") && rows[0].contains("a.js.gz\"))"),
        "{table}"
    );
    assert!(rows[1].contains("\"/index.html\"") && rows[1].contains("brotli: None"), "{table}");
}
