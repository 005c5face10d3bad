//! Real stores: servers of S3, of Google's and of Azure's storage, and HDFS with a NameNode and a DataNode.

mod absent;
mod azure;
mod google;
mod hdfs;
mod s3;

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, RecordBatch};
use parquet::arrow::ArrowWriter;
use parquet::file::properties::WriterProperties;

/// A server that a script runs, and that ends with this.
struct Server {
    child: Child,
    port: u16,
}

impl Server {
    /// Runs the script with the folder, and waits until it has said its port.
    fn start(script: &str, folder: &Path) -> Self {
        let script = format!("{}/tests/stores/{script}", env!("CARGO_MANIFEST_DIR"));
        let mut command = Command::new("python3");
        command.args([&script, env!("CARGO_TARGET_TMPDIR")]).arg(folder).env_remove("PYTHONPATH");
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let port = line.trim().parse().unwrap_or_else(|_| panic!("{script} has not started: {line:?}"));
        Self { child, port }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

/// Runs `eda profile` in the environment.
fn eda(arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_eda"));
    let is_of_store = |name: &str| ["AWS_", "AZUR", "GOOGLE_", "HADOOP_"].iter().any(|start| name.starts_with(start));
    // Those of whoever runs the tests.
    let inherited = std::env::vars_os().map(|(name, _)| name);
    inherited.filter(|name| is_of_store(&name.to_string_lossy())).for_each(|name| _ = command.env_remove(name));
    command.arg("profile").args(arguments).envs(environment.iter().copied());
    command.output().unwrap()
}

/// The profiles that `eda profile --json` prints.
fn profiles(arguments: &[&str], environment: &[(&str, &str)]) -> Vec<couture_eda::Profile> {
    let output = eda(&[arguments, &["--json"]].concat(), environment);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// What `eda profile` says where it fails.
fn failure(arguments: &[&str], environment: &[(&str, &str)]) -> String {
    let output = eda(arguments, environment);
    assert_eq!(output.status.code(), Some(1), "{arguments:?}");
    String::from_utf8(output.stderr).unwrap()
}

/// Writes a CSV file of 9 MB, a small one that is named oddly, a packed one, a Parquet file of 8 MB, and a folder of small
/// ones, and what is no data.
fn write_tables(folder: &Path) {
    let long = "x".repeat(400);
    let rows: String = (0..22_000_u64).map(|at| format!("{at},{long}{}\n", at % 7)).collect();
    std::fs::create_dir_all(folder.join("parts")).unwrap();
    std::fs::write(folder.join("large.csv"), format!("number,text\n{rows}")).unwrap();
    std::fs::write(folder.join("odd ü%20name.csv"), "a\n1\n").unwrap();
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(format!("number,text\n{rows}").as_bytes()).unwrap();
    std::fs::write(folder.join("packed.csv.gz"), packed.finish().unwrap()).unwrap();
    for part in 0..3 {
        write_parquet(&folder.join(format!("parts/part-{part}.parquet")), part * 1000..(part + 1) * 1000);
    }
    // What does not shrink: no two of these differ by the same.
    write_parquet(&folder.join("large.parquet"), (0..1_000_000).map(|at: i64| at * at % 999_999_000_001));
    std::fs::write(folder.join("parts/_SUCCESS"), "").unwrap();
}

fn write_parquet(path: &Path, numbers: impl Iterator<Item = i64>) {
    let numbers: ArrayRef = Arc::new(numbers.collect::<Int64Array>());
    let batch = RecordBatch::try_from_iter([("n", numbers)]).unwrap();
    let properties =
        WriterProperties::builder().set_max_row_group_row_count(Some(100_000)).set_dictionary_enabled(false);
    let file = std::fs::File::create(path).unwrap();
    let mut writer = ArrowWriter::try_new(file, batch.schema(), Some(properties.build())).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
}

/// What any store gives: `root` is the URL of the folder of the tables.
fn check_tables(root: &str, odd: &str, environment: &[(&str, &str)]) {
    let large = &profiles(&[&format!("{root}/large.csv")], environment)[0];
    assert_eq!((large.rows, large.columns[0].numbers.as_ref().unwrap().max), (22_000, 21_999.0));
    assert_eq!(large.columns[1].distinct.value, 7.0);
    assert_eq!(large.sources, [format!("{root}/large.csv")]);
    let packed = &profiles(&[&format!("{root}/packed.csv.gz")], environment)[0];
    assert_eq!((packed.rows, packed.columns[1].distinct.value), (22_000, 7.0));
    let parquet = &profiles(&[&format!("{root}/large.parquet")], environment)[0];
    let numbers = parquet.columns[0].numbers.as_ref().unwrap();
    assert_eq!((parquet.rows, numbers.min, numbers.max), (1_000_000, 0.0, 999_998_000_001.0));
    assert!(parquet.bytes > 6 << 20, "{} bytes are read at once", parquet.bytes);
    for folder in ["parts", "parts/", "parts/part-*.parquet", "pa*/part-[0-2].parquet"] {
        let parts = profiles(&[&format!("{root}/{folder}")], environment);
        assert_eq!((parts.len(), parts[0].rows, parts[0].columns[0].distinct.value), (1, 3000, 3000.0), "{folder}");
    }
    assert_eq!(profiles(&[&format!("{root}/{odd}")], environment)[0].rows, 1);
    for absent in ["none.csv", "none/", "none*"] {
        let message = failure(&[&format!("{root}/{absent}")], environment);
        assert!(message.contains(&format!("{root}/{absent}")), "{message}");
        assert!(message.contains("there is no object of that name"), "{message}");
    }
}
