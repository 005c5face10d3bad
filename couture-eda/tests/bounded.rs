//! The program in bounded memory: with so much address space as it may take, it reads what is far larger.
#![cfg(unix)]

use std::io::{BufWriter, Seek, SeekFrom, Write};
use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, DictionaryArray, Int32Array, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema};
use couture_eda::Profile;
use couture_eda::cell::Kind;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::ArrowWriterOptions;

#[path = "hostile/lying.rs"]
mod lying;

/// The profile of a file by a program that may take so many MiB of addresses, its own code and stacks among them.
fn profile(path: &Path, most_mib: u64) -> Profile {
    let output = run(path, most_mib);
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{}: {message}", path.display());
    serde_json::from_slice(&output.stdout).unwrap()
}

fn run(path: &Path, most_mib: u64) -> Output {
    let script = format!("ulimit -v {} && exec \"$0\" \"$@\"", most_mib << 10);
    let mut command = Command::new("sh");
    command.args(["-c", &script, env!("CARGO_BIN_EXE_eda"), "profile", "--json", "--workers", "2"]).arg(path);
    command.env("MALLOC_ARENA_MAX", "2").output().unwrap()
}

fn count(profile: &Profile, words: &str) -> u64 {
    profile.notices.iter().filter(|notice| notice.text.contains(words)).map(|notice| notice.count).sum()
}

#[test]
fn a_line_of_a_gigabyte_is_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.csv");
    let mut file = std::fs::File::create(&path).unwrap();
    file.write_all(b"a,b\n1,2\n").unwrap();
    // A hole in the file: it takes no place on the disk.
    file.seek(SeekFrom::Current(1 << 30)).unwrap();
    file.write_all(b"\n3,4\n").unwrap();
    let found = profile(&path, 700);
    assert_eq!((found.rows, count(&found, "8 MiB")), (2, 1));
}

#[test]
fn a_column_that_is_empty_for_five_million_rows_may_be_text() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.csv");
    let mut file = BufWriter::new(std::fs::File::create(&path).unwrap());
    file.write_all(b"a,b\n").unwrap();
    for _ in 0..5_000 {
        file.write_all(&b"1,\n".repeat(1000)).unwrap();
    }
    file.write_all(b"2,at last\n").unwrap();
    file.into_inner().unwrap();
    let found = profile(&path, 700);
    let column = &found.columns[1];
    assert_eq!((found.rows, column.missing, column.kind), (5_000_001, 5_000_000, Some(Kind::Text)));
    assert_eq!(column.top[0].text, "at last");
}

#[test]
fn more_rows_and_more_values_take_no_more() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.csv");
    let mut file = BufWriter::new(std::fs::File::create(&path).unwrap());
    file.write_all(b"number,text,longer\n").unwrap();
    for at in 0..100_000_u64 {
        let mixed = at.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        writeln!(file, "{mixed},{mixed:x},{mixed:0100}").unwrap();
    }
    file.into_inner().unwrap();
    let found = profile(&path, 700);
    assert_eq!(found.rows, 100_000);
    assert!(found.columns.iter().all(|column| column.distinct.low <= 100_000.0 && column.distinct.high >= 100_000.0));
}

#[test]
fn what_parquet_says_of_itself_is_not_believed() {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes, words) in lying::files() {
        let path = folder.path().join(format!("{name}.parquet"));
        std::fs::write(&path, bytes).unwrap();
        let output = run(&path, 700);
        let told = [&output.stdout[..], &output.stderr].map(String::from_utf8_lossy).concat();
        assert!(matches!(output.status.code(), Some(0 | 1)), "{name}: {:?} {told}", output.status);
        assert!(told.contains(words), "{name}: {told}");
    }
}

#[test]
fn a_long_text_in_a_dictionary_takes_its_place_once() {
    let folder = tempfile::tempdir().unwrap();
    let texts = Arc::new(StringArray::from(vec!["x".repeat(1 << 20)]));
    let keys = Int32Array::from(vec![0; 1_000]);
    let array: ArrayRef = Arc::new(DictionaryArray::new(keys, texts));
    for (name, kind) in [("t.arrow", array.data_type().clone()), ("t.parquet", DataType::Utf8)] {
        let path = folder.path().join(name);
        let schema = Arc::new(Schema::new(vec![Field::new("a", array.data_type().clone(), false)]));
        let batch = RecordBatch::try_new(schema.clone(), vec![array.clone()]).unwrap();
        let file = std::fs::File::create(&path).unwrap();
        if kind == DataType::Utf8 {
            // Without the schema of Arrow: it is read as texts.
            let options = ArrowWriterOptions::new().with_skip_arrow_metadata(true);
            let mut writer = ArrowWriter::try_new_with_options(file, schema, options).unwrap();
            writer.write(&batch).unwrap();
            writer.close().unwrap();
        } else {
            let mut writer = arrow::ipc::writer::FileWriter::try_new(file, &schema).unwrap();
            writer.write(&batch).unwrap();
            writer.finish().unwrap();
        }
        let found = profile(&path, 700);
        assert_eq!((found.rows, found.columns[0].distinct.value), (1_000, 1.0), "{name}");
    }
}

#[test]
fn a_million_columns_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.csv");
    std::fs::write(&path, "a,".repeat(1_000_000) + "a\n1\n").unwrap();
    let message = String::from_utf8(run(&path, 1_200).stderr).unwrap();
    assert!(message.contains("failed to read 1000001 columns: at most 100000"), "{message}");
}
