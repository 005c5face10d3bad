use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array, RecordBatch, StringArray};
use arrow::error::ArrowError;
use parquet::arrow::ArrowWriter;

use crate::profile::{ColumnProfile, Profile};

/// The statistics as a Parquet file: a row for each column.
///
/// # Errors
/// Those of the writer.
pub fn statistics(profile: &Profile) -> Result<Vec<u8>, parquet::errors::ParquetError> {
    parquet_file(table(profile))
}

/// A table as a Parquet file.
pub(crate) fn parquet_file(batch: Result<RecordBatch, ArrowError>) -> Result<Vec<u8>, parquet::errors::ParquetError> {
    let batch = batch.map_err(|error| parquet::errors::ParquetError::ArrowError(error.to_string()))?;
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), None)?;
    writer.write(&batch)?;
    writer.close()?;
    Ok(bytes)
}

fn table(profile: &Profile) -> Result<RecordBatch, ArrowError> {
    let columns = &profile.columns;
    let texts = |text: &dyn Fn(&ColumnProfile) -> String| -> ArrayRef {
        Arc::new(StringArray::from_iter_values(columns.iter().map(text)))
    };
    let numbers = |number: &dyn Fn(&ColumnProfile) -> Option<f64>| -> ArrayRef {
        Arc::new(columns.iter().map(number).collect::<Float64Array>())
    };
    let quantile = |column: &ColumnProfile, wanted: f64| {
        let quantiles = &column.numbers.as_ref()?.quantiles;
        quantiles.iter().find(|(rank, _)| *rank == wanted).map(|(_, estimate)| estimate.value)
    };
    RecordBatch::try_from_iter([
        ("column", texts(&|column| column.name.clone())),
        ("storage", texts(&|column| column.storage.clone())),
        ("kind", texts(&|column| column.kind.map_or("", crate::cell::Kind::name).to_owned())),
        ("meaning", texts(&|column| column.semantic.name().to_owned())),
        ("rows", numbers(&|_| Some(profile.rows as f64))),
        ("missing", numbers(&|column| Some(column.missing as f64))),
        ("absent", numbers(&|column| Some(column.absent() as f64))),
        ("distinct", numbers(&|column| Some(column.distinct.value))),
        ("distinct_low", numbers(&|column| Some(column.distinct.low))),
        ("distinct_high", numbers(&|column| Some(column.distinct.high))),
        ("min", numbers(&|column| column.numbers.as_ref().map(|numbers| numbers.min))),
        ("max", numbers(&|column| column.numbers.as_ref().map(|numbers| numbers.max))),
        ("mean", numbers(&|column| column.numbers.as_ref().map(|numbers| numbers.mean))),
        ("sd", numbers(&|column| column.numbers.as_ref().and_then(|numbers| numbers.deviation))),
        ("skewness", numbers(&|column| column.numbers.as_ref().and_then(|numbers| numbers.skewness))),
        ("kurtosis", numbers(&|column| column.numbers.as_ref().and_then(|numbers| numbers.kurtosis))),
        ("zeros", numbers(&|column| column.numbers.as_ref().map(|numbers| numbers.zeros as f64))),
        ("negatives", numbers(&|column| column.numbers.as_ref().map(|numbers| numbers.negatives as f64))),
        ("q05", numbers(&|column| quantile(column, 0.05))),
        ("q25", numbers(&|column| quantile(column, 0.25))),
        ("q50", numbers(&|column| quantile(column, 0.5))),
        ("q75", numbers(&|column| quantile(column, 0.75))),
        ("q95", numbers(&|column| quantile(column, 0.95))),
        ("rank_error", numbers(&|column| column.numbers.as_ref().map(|numbers| numbers.rank_error))),
    ])
}
