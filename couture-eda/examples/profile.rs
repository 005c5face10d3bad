//! Profiles a stream of Arrow batches, here that of a Parquet file: `cargo run --example profile FILE`.

use arrow::record_batch::RecordBatchReader;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("name a Parquet file")?;
    let stream = ParquetRecordBatchReaderBuilder::try_new(std::fs::File::open(path)?)?.build()?;
    let profile = couture_eda::profile(&stream.schema(), stream)?;
    std::fs::write("profile.html", couture_eda::report::html(&profile))?;
    Ok(())
}
