//! DAG files of tests.

use std::path::Path;

/// Puts a file into the DAG folder of a data folder, at once and as a whole.
pub fn write_dag_file(data: &Path, name: &str, content: &str) {
    let folder = data.join("dags");
    std::fs::create_dir_all(&folder).unwrap();
    let fresh = folder.join(format!(".{name}.fresh"));
    std::fs::write(&fresh, content).unwrap();
    std::fs::rename(fresh, folder.join(name)).unwrap();
}
