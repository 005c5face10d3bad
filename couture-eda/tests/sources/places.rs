use std::path::Path;

use couture_eda::cell::Kind;
use couture_eda::source::{Options, profile};
use couture_eda::{Profile, Profiler};
use sqlx::{Connection, Executor};

fn read(names: &[String]) -> Vec<Profile> {
    let options = Options { workers: 2, ..Options::default() };
    profile(names, None, &options).unwrap().iter().map(|state| state.finish(None)).collect()
}

fn write(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn files_of_the_same_columns_are_one_table() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let one = write(path, "in/a.csv", "x,y\n1,a\n2,b\n");
    write(path, "in/deep/b.tsv", "x\ty\n3\tc\n");
    write(path, "in/_SUCCESS", "");
    write(path, "in/.hidden", "z\n1\n");
    let other = write(path, "other.csv", "z\n1\n");
    let inside = format!("{}/in", path.display());
    let url = format!("file://{inside}/");
    for (names, rows) in [
        (vec![inside.clone()], vec![3]),
        (vec![url], vec![3]),
        (vec![format!("{inside}/*.csv")], vec![2]),
        (vec![format!("{inside}/**/*.?sv")], vec![3]),
        (vec![one.clone(), other, one], vec![2, 1, 2]),
    ] {
        let found: Vec<u64> = read(&names).iter().map(|profile| profile.rows).collect();
        assert_eq!(found, rows, "{names:?}");
    }
    for absent in [format!("{inside}/*.none"), format!("{inside}/none.csv"), "nothing://x".to_owned()] {
        assert!(profile(std::slice::from_ref(&absent), None, &Options::default()).is_err(), "{absent}");
    }
}

#[test]
fn a_table_of_sqlite_is_read_as_it_is_stored() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/t.db", folder.path().display());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut connection = sqlx::SqliteConnection::connect(&format!("{url}?mode=rwc")).await.unwrap();
        connection.execute("CREATE TABLE \"a b\" (i INTEGER, r REAL, t TEXT, n TEXT)").await.unwrap();
        let rows = "INSERT INTO \"a b\" SELECT value, value / 4.0, 'text ' || value, NULL FROM generate_series(1, 5000)";
        let recursive = "WITH RECURSIVE generate_series(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM generate_series WHERE value < 5000)";
        let sql = format!("{recursive} {}", rows.replace("generate_series(1, 5000)", "generate_series"));
        connection.execute(sqlx::AssertSqlSafe(sql)).await.unwrap();
        connection.close().await.unwrap();
    });
    let found = &read(&[format!("{url}#a b")])[0];
    assert_eq!(found.rows, 5000);
    let kinds: Vec<_> = found.columns.iter().map(|column| column.kind).collect();
    assert_eq!(kinds, [Some(Kind::Integer), Some(Kind::Decimal), Some(Kind::Text), None]);
    assert_eq!(found.columns[0].numbers.as_ref().map(|numbers| numbers.mean), Some(2500.5));
    let options = Options::default();
    let of = |query: &str| profile(std::slice::from_ref(&url), Some(query), &options);
    assert_eq!(of("SELECT i FROM \"a b\" WHERE i <= 10").unwrap()[0].table.rows, 10);
    let error = of("SELECT x FROM nowhere").unwrap_err().to_string();
    assert!(error.contains("nowhere"), "{error}");
    assert!(profile(std::slice::from_ref(&url), None, &options).unwrap_err().to_string().contains("name a table"));
}

/// Reads a table of so many rows while it is dropped, with a journal of that kind: the error of the drop, the rows, and whether
/// the reader had not come to its end when the drop had.
fn read_while_dropped(rows: u64, journal: &str) -> (Option<String>, u64, bool) {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/t.db", folder.path().display());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut connection = sqlx::SqliteConnection::connect(&format!("{url}?mode=rwc")).await.unwrap();
        let numbers =
            format!("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows}) SELECT i FROM n");
        let sql = format!("PRAGMA journal_mode = {journal}; PRAGMA busy_timeout = 0; CREATE TABLE t AS {numbers}");
        connection.execute(sqlx::AssertSqlSafe(sql)).await.unwrap();
        let options = std::sync::Arc::new(Options { table: Some("t".to_owned()), ..Options::default() });
        let reading = std::sync::Arc::clone(&options);
        let reader = std::thread::spawn(move || profile(&[url], None, &reading));
        while options.progress.get().0 == 0 {
            assert!(!reader.is_finished(), "nothing was read");
            std::thread::yield_now();
        }
        let dropped = connection.execute("DROP TABLE t").await.err().map(|error| error.to_string());
        let was_reading = !reader.is_finished();
        connection.close().await.unwrap();
        let state = reader.join().unwrap().unwrap().remove(0);
        assert_eq!(state.finish(None).notices.len(), 0);
        (dropped, state.table.rows, was_reading)
    })
}

#[test]
fn a_table_of_sqlite_that_is_to_go_is_read_to_its_end() {
    for (journal, words) in [("delete", Some("database is locked")), ("wal", None)] {
        // As many rows as it takes for the drop to be in time.
        let tries = [300_000, 3_000_000, 30_000_000].map(|rows| (rows, journal));
        let (rows, found) = tries
            .into_iter()
            .map(|(rows, journal)| (rows, read_while_dropped(rows, journal)))
            .find(|(_, (_, _, was_reading))| *was_reading)
            .expect("a drop is faster than thirty million rows");
        let (error, read, _) = found;
        assert_eq!(read, rows, "{journal}");
        match words {
            Some(words) => assert!(error.is_some_and(|error| error.contains(words)), "{journal}"),
            None => assert_eq!(error, None, "{journal}"),
        }
    }
}

#[test]
fn a_stream_of_batches_is_profiled() {
    let texts = arrow::array::StringArray::from(vec![Some("a"), None, Some("b")]);
    let batch = arrow::array::RecordBatch::try_from_iter([("x", std::sync::Arc::new(texts) as _)]).unwrap();
    let mut profiler = Profiler::new(&batch.schema());
    (0..10).for_each(|_| profiler.update(&batch).unwrap());
    let profile = profiler.finish();
    assert_eq!((profile.rows, profile.columns[0].missing), (30, 10));
    assert_eq!(couture_eda::profile(&batch.schema(), [Ok(batch)]).unwrap().rows, 3);
}

#[test]
fn a_table_has_a_small_page() {
    for (columns, rows) in [(3, 5000), (40, 500), (1000, 60)] {
        let header: Vec<String> = (0..columns).map(|at| format!("column {at}")).collect();
        let cell = |row: u64, at: u64| match at % 3 {
            0 => ((row * 7919 + at * 104_729) % 100_003).to_string(),
            1 => format!("a long text with <signs> & {}", "ü".repeat(((row * 31 + at) % 200) as usize)),
            _ => format!("2020-01-{:02} 10:{:02}", row % 28 + 1, at % 60),
        };
        let line = |row: u64| (0..columns).map(|at| cell(row, at)).collect::<Vec<_>>().join(",") + "\n";
        let text = format!("{}\n{}", header.join(","), (0..rows).map(line).collect::<String>());
        let states = couture_eda::source::profile_bytes(text.into_bytes(), "t.csv", &Options::default());
        let profile = states.unwrap()[0].finish(None);
        assert_eq!((profile.rows, profile.columns.len() as u64), (rows, columns));
        let page = couture_eda::report::html(&profile).len() as u64;
        let most = (100_000 + 40_000 * columns).min(15 << 20);
        assert!(page < most, "{columns} columns: {page} bytes, not {most}");
    }
}
