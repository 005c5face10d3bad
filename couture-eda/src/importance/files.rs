use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array, RecordBatch, StringArray};
use arrow::error::ArrowError;

use super::{Feature, Importance, html};
use crate::error::EdaError;
use crate::report::{parquet_file, write_file};

/// Writes an importance as a page to `path`, and beside it as JSON, and its features as a Parquet file.
///
/// # Errors
/// [`EdaError::Write`] where a file cannot be written.
pub fn write(importance: &Importance, path: &Path) -> Result<(), EdaError> {
    let failed = |error| EdaError::Write { path: path.to_owned(), source: std::io::Error::other(error) };
    let json = serde_json::to_vec(importance).expect("an importance can be written");
    let features = parquet_file(features(importance)).map_err(failed)?;
    write_file(path, html(importance).as_bytes())?;
    write_file(&path.with_extension("json"), &json)?;
    write_file(&path.with_extension("parquet"), &features)
}

/// A row for each feature, the most important first.
fn features(importance: &Importance) -> Result<RecordBatch, ArrowError> {
    let features = &importance.features;
    let names: ArrayRef = Arc::new(StringArray::from_iter_values(features.iter().map(|feature| &feature.name)));
    let numbers = |number: fn(&Feature) -> f64| -> ArrayRef {
        Arc::new(Float64Array::from_iter_values(features.iter().map(number)))
    };
    RecordBatch::try_from_iter([
        ("feature", names),
        ("shapley", numbers(|feature| feature.shapley)),
        ("gain", numbers(|feature| feature.gain)),
        ("permutation", numbers(|feature| feature.permutation)),
        ("information", numbers(|feature| feature.information)),
        ("alone", numbers(|feature| feature.alone)),
    ])
}
