//! The pipeline of `examples::etl`: `cargo run -p examples --bin etl -- flights.csv delays.parquet`

use std::error::Error;
use std::path::Path;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(source), Some(target)) = (arguments.next(), arguments.next()) else {
        return Err("say what to read and what to write: etl flights.csv delays.parquet".into());
    };
    let folder = tempfile::tempdir()?;
    let dag = examples::etl::dag(Path::new(&source), Path::new(&target))?;
    examples::runner::run(dag, folder.path()).await?;
    println!("{target} is written");
    Ok(())
}
