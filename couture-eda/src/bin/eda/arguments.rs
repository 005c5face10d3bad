use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// Look at any data set in seconds, at any size, in bounded memory.
#[derive(Debug, Parser)]
#[command(name = "eda", version)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Profile files, folders, globs, URLs, SQL tables or queries; several are parts of one table.
    Profile(Profile),
    /// Merge saved states (.eda) into one profile.
    Merge(Merge),
    /// Tell what differs between two saved states (.eda), or two sources.
    Compare(Compare),
}

#[derive(Debug, Args)]
pub(crate) struct Profile {
    /// Files (CSV, TSV, JSON lines, Parquet, Arrow IPC, Excel; .gz and .zst), folders, globs, URLs.
    #[arg(required = true)]
    pub(crate) sources: Vec<String>,
    /// A column that is to be predicted, a comparison such as "delay > 15", or auto: adds alerts of leakage, and the
    /// report of feature importance.
    #[arg(long)]
    pub(crate) target: Option<String>,
    /// A query, where the source is a database.
    #[arg(long)]
    pub(crate) query: Option<String>,
    #[command(flatten)]
    pub(crate) output: Output,
    #[command(flatten)]
    pub(crate) reading: Reading,
}

#[derive(Debug, Args)]
pub(crate) struct Merge {
    /// States that `eda profile` has written, in the order of the data.
    #[arg(required = true)]
    pub(crate) states: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) output: Output,
}

#[derive(Debug, Args)]
pub(crate) struct Compare {
    /// The earlier data: a state, or any source.
    pub(crate) before: String,
    /// The later data.
    pub(crate) after: String,
    /// Where the page goes; without it, what differs is printed.
    #[arg(long)]
    pub(crate) out: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) reading: Reading,
}

#[derive(Debug, Args)]
pub(crate) struct Output {
    /// The folder of the reports.
    #[arg(long, default_value = "outputs")]
    pub(crate) out: PathBuf,
    /// Print the profile as JSON instead of writing files.
    #[arg(long)]
    pub(crate) json: bool,
    /// The folder of the time within the output, instead of the time of now.
    #[arg(long)]
    pub(crate) timestamp: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Reading {
    /// Threads; as many as there are cores, by default.
    #[arg(long)]
    pub(crate) workers: Option<usize>,
    /// What stands between the fields of a text file, instead of what is detected.
    #[arg(long)]
    pub(crate) delimiter: Option<char>,
    /// The encoding of a text file, instead of what is detected.
    #[arg(long)]
    pub(crate) encoding: Option<String>,
    /// The first line of a text file is data.
    #[arg(long)]
    pub(crate) no_header: bool,
}
