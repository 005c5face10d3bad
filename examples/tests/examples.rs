//! Every example runs, and its output is right.

use std::fs::File;
use std::path::Path;
use std::process::{Command, Output};

use arrow::array::{Float64Array, StringArray, UInt64Array};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

fn run(program: &str, arguments: &[&str]) -> Output {
    Command::new(program).args(arguments).output().unwrap()
}

#[test]
fn embed_prints_the_sum() {
    let output = run(env!("CARGO_BIN_EXE_embed"), &[]);
    assert_eq!(String::from_utf8_lossy(&output.stdout), "success: Some(Json(\"6\"))\n", "{output:?}");
}

#[test]
fn embed_is_short() {
    let source = include_str!("../src/bin/embed.rs");
    let code = source.lines().filter(|line| !line.trim().is_empty() && !line.starts_with("//!"));
    assert!(code.count() < 40);
}

/// The figures were computed from the same file by a script in Python.
#[test]
fn etl_writes_the_mean_delay_of_each_carrier() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("delays.parquet");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/flights.csv");
    let output = run(env!("CARGO_BIN_EXE_etl"), &[source.to_str().unwrap(), target.to_str().unwrap()]);
    assert!(output.status.success(), "{output:?}");
    let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(&target).unwrap()).unwrap().build().unwrap();
    let batches: Vec<_> = reader.map(Result::unwrap).collect();
    let [batch] = &batches[..] else { panic!("{} batches", batches.len()) };
    let carriers = batch.column(0).as_any().downcast_ref::<StringArray>().unwrap();
    let flights = batch.column(1).as_any().downcast_ref::<UInt64Array>().unwrap();
    let delays = batch.column(2).as_any().downcast_ref::<Float64Array>().unwrap();
    let found: Vec<String> = (0..batch.num_rows())
        .map(|at| format!("{} {} {:.4}", carriers.value(at), flights.value(at), delays.value(at)))
        .collect();
    let expected = include_str!("carrier_delays.txt");
    assert_eq!(found.join("\n"), expected.trim_end());
}

#[test]
fn etl_says_what_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("out.parquet");
    let output = run(env!("CARGO_BIN_EXE_etl"), &["/nowhere/flights.csv", target.to_str().unwrap()]);
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && error.contains("/nowhere/flights.csv: No such file"), "{error}");
    assert!(!target.exists());
}
