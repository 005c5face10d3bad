//! A typed pipeline of three steps: read a CSV of flights, compute the mean delay of each carrier, write a Parquet file.
//!
//! What flows between the steps is typed: a step that is wired to the wrong one does not compile.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use arrow::array::{ArrayRef, Float64Array, RecordBatch, StringArray, UInt64Array};
use arrow::datatypes::{DataType, Field, Schema};
use couture_core::{Dag, DagBuilder, DagError, Failure, TaskContext};
use couture_operators::{FnOperator, function};
use parquet::arrow::ArrowWriter;
use serde::{Deserialize, Serialize};

/// The departure delays of one carrier, in minutes.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Delays {
    /// Flights that left.
    pub flights: u64,
    /// The sum of their delays.
    pub minutes: f64,
}

/// One line of the result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CarrierDelay {
    /// Two letters.
    pub carrier: String,
    /// Flights that left.
    pub flights: u64,
    /// Mean delay at departure, in minutes.
    pub mean_delay: f64,
}

/// Reads a CSV with the columns `carrier` and `dep_delay`; `NA` in the latter is a flight that never left.
async fn extract(path: PathBuf, (): (), cx: &TaskContext) -> Result<BTreeMap<String, Delays>, Failure> {
    let delays = tokio::task::spawn_blocking(move || sum_delays(&path)).await??;
    cx.log(format!("{} carriers", delays.len()));
    Ok(delays)
}
function!("examples.etl.extract", extract, params);

fn sum_delays(path: &Path) -> Result<BTreeMap<String, Delays>, String> {
    let explain = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let file = || File::open(path).map_err(|error| explain(&error));
    let format = arrow_csv::reader::Format::default().with_header(true);
    let (names, _) = format.infer_schema(file()?, Some(0)).map_err(|error| explain(&error))?;
    let texts: Vec<_> = names.fields().iter().map(|field| Field::new(field.name(), DataType::Utf8, true)).collect();
    let schema = Arc::new(Schema::new(texts));
    let column = |name: &str| schema.index_of(name).map_err(|error| explain(&error));
    let projection = vec![column("carrier")?, column("dep_delay")?];
    let reader = arrow_csv::ReaderBuilder::new(schema.clone())
        .with_header(true)
        .with_projection(projection)
        .build(file()?)
        .map_err(|error| explain(&error))?;
    let mut delays: BTreeMap<String, Delays> = BTreeMap::new();
    for batch in reader {
        let batch = batch.map_err(|error| explain(&error))?;
        let text = |at: usize| batch.column(at).as_any().downcast_ref::<StringArray>().ok_or("not a column of text");
        // The projection keeps the order of the file.
        let is_swapped = batch.schema().field(0).name() == "dep_delay";
        let (carriers, minutes) = if is_swapped { (text(1)?, text(0)?) } else { (text(0)?, text(1)?) };
        for (carrier, minutes) in carriers.iter().zip(minutes) {
            if let (Some(carrier), Some(Ok(minutes))) = (carrier, minutes.map(str::parse::<f64>)) {
                let sum = delays.entry(carrier.to_owned()).or_default();
                sum.flights += 1;
                sum.minutes += minutes;
            }
        }
    }
    Ok(delays)
}

/// The mean of each carrier, longest first.
async fn transform(delays: BTreeMap<String, Delays>, _: &TaskContext) -> Result<Vec<CarrierDelay>, Failure> {
    let mean = |(carrier, Delays { flights, minutes })| CarrierDelay {
        carrier,
        flights,
        mean_delay: minutes / flights as f64,
    };
    let mut means: Vec<_> = delays.into_iter().map(mean).collect();
    means.sort_by(|a, b| b.mean_delay.total_cmp(&a.mean_delay));
    Ok(means)
}
function!("examples.etl.transform", transform);

/// Writes the result, and tells where.
async fn load(path: PathBuf, means: Vec<CarrierDelay>, _: &TaskContext) -> Result<PathBuf, Failure> {
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("carrier", Arc::new(StringArray::from_iter_values(means.iter().map(|mean| &mean.carrier)))),
        ("flights", Arc::new(UInt64Array::from_iter_values(means.iter().map(|mean| mean.flights)))),
        ("mean_delay", Arc::new(Float64Array::from_iter_values(means.iter().map(|mean| mean.mean_delay)))),
    ];
    let batch = RecordBatch::try_from_iter(columns)?;
    // Written beside and renamed, so that a reader never sees half a file, and a second try does no harm.
    let unfinished = path.with_extension("unfinished");
    let mut writer = ArrowWriter::try_new(File::create(&unfinished)?, batch.schema(), None)?;
    writer.write(&batch)?;
    writer.close()?;
    std::fs::rename(&unfinished, &path)?;
    Ok(path)
}
function!("examples.etl.load", load, params);

/// The DAG from the CSV at `source` to the Parquet file at `target`.
pub fn dag(source: &Path, target: &Path) -> Result<Dag, DagError> {
    let dag = DagBuilder::new("carrier_delays").description("Mean departure delay of each carrier");
    let delays = FnOperator::task_with(&dag, "extract", extract, source.to_owned(), ());
    delays.retries(2).retry_delay(Duration::from_millis(100));
    let means = FnOperator::task(&dag, "transform", transform, delays);
    FnOperator::task_with(&dag, "load", load, target.to_owned(), means);
    dag.build()
}
