//! The program itself.

use std::path::Path;
use std::process::{Command, Output};

fn eda(arguments: &[&str], folder: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_eda")).args(arguments).current_dir(folder).output().unwrap()
}

fn text(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn profiles_are_written_merged_and_compared() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let rows = |from: u64| {
        let rows = (from..from + 500).map(|at| format!("{at},{}\n", if at % 3 == 0 { "a" } else { "b" }));
        format!("n,t\n{}", rows.collect::<String>())
    };
    std::fs::write(path.join("one.csv"), rows(0)).unwrap();
    std::fs::write(path.join("two.csv"), rows(500).replace(",b", ",c")).unwrap();
    let page = text(&eda(&["profile", "one.csv", "--out", "out", "--timestamp", "now", "--target", "t"], path));
    let pages: Vec<&str> = page.lines().collect();
    assert_eq!(pages[0], "out/one.csv/preliminary/now/data_info.html");
    assert_eq!(pages[1], "out/one.csv/data_importance/now/table_and_feature_importance.html");
    assert!(pages.iter().all(|page| path.join(page).is_file()));
    let first = path.join("out/one.csv/preliminary/now");
    assert!(["json", "parquet", "eda"].iter().all(|end| first.join(format!("data_info.{end}")).is_file()));
    text(&eda(&["profile", "two.csv", "--out", "out", "--timestamp", "now"], path));
    let states = ["one", "two"].map(|name| format!("out/{name}.csv/preliminary/now/data_info.eda"));
    let merged = text(&eda(&["merge", &states[0], &states[1], "--json"], path));
    let merged: couture_eda::Profile = serde_json::from_str(&merged).unwrap();
    assert_eq!((merged.rows, merged.columns[1].distinct.value), (1000, 3.0));
    let compared = text(&eda(&["compare", &states[0], "two.csv"], path));
    assert!(compared.contains("new values: c") && compared.contains("lost values: b"), "{compared}");
    assert!(compared.contains("KS 1.0000"), "{compared}");
}

#[test]
fn sources_of_several_tables_are_compared() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    for (side, price) in [("old", 1), ("new", 3)] {
        std::fs::create_dir_all(path.join(side)).unwrap();
        let rows = |times: u64| (0..300_u64).map(|at| format!("{at},{}\n", at % 50 * times)).collect::<String>();
        std::fs::write(path.join(side).join("same.csv"), format!("id,size\n{}", rows(1))).unwrap();
        std::fs::write(path.join(side).join("shop.csv"), format!("id,price\n{}", rows(price))).unwrap();
    }
    std::fs::write(path.join("new/more.csv"), "x\n1\n").unwrap();
    let told = text(&eda(&["compare", "old", "new"], path));
    let place = |words: &str| told.find(words).unwrap_or_else(|| panic!("{words}: {told}"));
    assert!(place("Of the 2 tables that both have, 1 changed; 1 new.") < place("new tables: more.csv"));
    assert!(place("price (changed much): PSI") < place("no difference in: id\n"));
    assert!(
        place("shop.csv\n") < place("same.csv\nNo difference was found: as many rows, and the same in all 2 columns.")
    );
    let json: couture_eda::compare::Comparison =
        serde_json::from_str(&text(&eda(&["compare", "old", "new", "--json"], path))).unwrap();
    assert_eq!((json.tables[0].name.as_str(), json.new_tables), ("shop.csv", vec!["more.csv".to_owned()]));
    let same = text(&eda(&["compare", "old", "old"], path));
    assert_eq!(same.lines().next(), Some("No difference was found in any of the 2 tables."));
    assert_eq!(text(&eda(&["compare", "old", "new", "--out", "a/b.html"], path)), "a/b.html\n");
}

#[test]
fn what_fails_is_told_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.csv"), "a\n1\n").unwrap();
    std::fs::write(folder.path().join("a.png"), b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR").unwrap();
    for (arguments, words) in [
        (vec!["profile", "absent.csv"], "failed to read absent.csv"),
        (vec!["profile", "a.csv", "--target", "b"], "no such column"),
        (vec!["profile", "a.csv", "--json", "--target", "b > 1"], "no such column"),
        (vec!["profile", "a.png"], "failed to read a.png: it is a PNG image, and no table; what is read is CSV"),
        (vec!["merge", "a.csv"], "profile the data again"),
        (vec!["merge", "a.csv"], "failed to read a.csv: it holds no state"),
        (vec!["merge", "a.csv", "--forbid", "."], "failed to read a.csv: it lies in a folder that is not read"),
        (vec!["profile", "a.csv", "--forbid", "b", "--forbid", "."], "failed to read a.csv: it lies in a folder"),
        (vec!["compare", "a.csv", "a.csv", "--forbid", "."], "failed to read a.csv: it lies in a folder"),
        (vec!["profile", "a.csv", "--encoding", "none"], "no encoding"),
        (vec!["profile", "postgres://me:s3cret@127.0.0.1:1/db#t"], "postgres://me@127.0.0.1:1/db"),
    ] {
        let output = eda(&arguments, folder.path());
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && message.contains(words), "{arguments:?}: {message}");
        assert!(!message.contains("s3cret"));
    }
}

#[test]
fn json_holds_what_was_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let rows: String =
        (0..500).map(|at| format!("{at},{},{}\n", at % 7, if at % 3 == 0 { "a" } else { "b" })).collect();
    std::fs::write(path.join("t.csv"), format!("n,m,t\n{rows}")).unwrap();
    let plain = text(&eda(&["profile", "t.csv", "--json"], path));
    let plain: couture_eda::Profile = serde_json::from_str(&plain).unwrap();
    let both = text(&eda(&["profile", "t.csv", "--json", "--target", "t"], path));
    let both: serde_json::Value = serde_json::from_str(&both).unwrap();
    let profile: couture_eda::Profile = serde_json::from_value(both["profile"].clone()).unwrap();
    assert_eq!((profile.rows, plain.rows), (500, 500));
    let importance: couture_eda::importance::Importance = serde_json::from_value(both["importance"].clone()).unwrap();
    assert_eq!(importance.target, "t");
    assert!(!path.join("outputs").exists());
}

#[test]
fn nobody_has_to_read_what_is_printed() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.csv"), "a\n1\n").unwrap();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut command = Command::new(env!("CARGO_BIN_EXE_eda"));
    command.args(["profile", "a.csv", "--json"]).current_dir(folder.path()).stdout(writer);
    command.stderr(std::process::Stdio::piped());
    let output = command.spawn().unwrap().wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_source_and_its_secrets_come_by_the_environment() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    std::fs::write(path.join("a.csv"), "a\n1\n").unwrap();
    let run = |source: Option<&str>, arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_eda"));
        command
            .args(["profile", "--source-env", "EDA_SOURCE"])
            .args(arguments)
            .current_dir(path)
            .env_remove("EDA_SOURCE");
        source.map(|source| command.env("EDA_SOURCE", source));
        command.output().unwrap()
    };
    let page = text(&run(Some("a.csv"), &["--name", "my upload", "--timestamp", "t", "--out", "o"]));
    let place = couture_eda::output_path("my upload", couture_eda::OutputKind::Preliminary, "t");
    assert_eq!(page, format!("o/{place}\n"));
    for (source, arguments, words) in [
        (None, &[][..], "the environment variable EDA_SOURCE: it is not set"),
        (Some(""), &[], "it is empty"),
        (Some("mysql://me:s3cret@127.0.0.1:1/db"), &["--table", "t"], "mysql://me@127.0.0.1:1/db"),
        (Some("postgres://me:s3c/r3t?s3cret@127.0.0.1:1/db"), &["--query", "select 1"], "postgres://me@127.0.0.1:1/db"),
        (Some("postgres://me:x#s3cret@127.0.0.1:1/db#t"), &[], "postgres://me@127.0.0.1:1/db"),
    ] {
        let output = run(source, arguments);
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && message.contains(words), "{source:?}: {message}");
        assert!(!message.contains("s3c"), "{message}");
    }
    assert_eq!(run(Some("a.csv"), &["--query", "x", "--table", "y"]).status.code(), Some(2));
}
