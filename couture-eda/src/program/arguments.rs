use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// Look at any data set in seconds, at any size, in bounded memory.
#[derive(Debug, Parser)]
#[command(name = "eda", version, no_binary_name = true)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Profile files, folders, globs, URLs, SQL tables or queries; several are parts of one table.
    Profile(Profile),
    /// Merge saved states (.eda) into one profile.
    Merge(Merge),
    /// Tell what differs between two saved states (.eda), or two sources of one table or several.
    Compare(Compare),
}

#[derive(Debug, Args)]
pub(super) struct Profile {
    /// Files (CSV, TSV, JSON lines, Parquet, Arrow IPC, Excel; .gz and .zst), folders, globs, URLs.
    #[arg(required_unless_present = "source_env")]
    pub(super) sources: Vec<String>,
    /// An environment variable that holds a source: a URL with a password is not to be seen among the arguments.
    #[arg(long, value_name = "NAME")]
    pub(super) source_env: Option<String>,
    /// A column that is to be predicted, a comparison such as "delay > 15", or auto: adds alerts of leakage, and the
    /// report of feature importance.
    #[arg(long)]
    pub(super) target: Option<String>,
    /// A query, where the source is a database.
    #[arg(long)]
    pub(super) query: Option<String>,
    /// A table, where the source is a database; its schema stands before a point.
    #[arg(long, conflicts_with = "query")]
    pub(super) table: Option<String>,
    #[command(flatten)]
    pub(super) output: Output,
    #[command(flatten)]
    pub(super) reading: Reading,
}

#[derive(Debug, Args)]
pub(super) struct Merge {
    /// States that `eda profile` has written, in the order of the data.
    #[arg(required = true)]
    pub(super) states: Vec<PathBuf>,
    /// A folder of which no file is read, whatever link leads there; may be given several times.
    #[arg(long, value_name = "DIR", hide = true)]
    pub(super) forbid: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) output: Output,
}

#[derive(Debug, Args)]
pub(super) struct Compare {
    /// The earlier data: a state, or any source.
    pub(super) before: String,
    /// The later data.
    pub(super) after: String,
    /// Where the page goes; without it, what differs is printed.
    #[arg(long)]
    pub(super) out: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    pub(super) json: bool,
    #[command(flatten)]
    pub(super) reading: Reading,
}

#[derive(Debug, Args)]
pub(super) struct Output {
    /// The folder of the reports.
    #[arg(long, default_value = "outputs")]
    pub(super) out: PathBuf,
    /// Print JSON instead of writing files, a line for each table: the profile, or, where there is a target, an object
    /// of "profile" and "importance".
    #[arg(long)]
    pub(super) json: bool,
    /// Do not print where the reports are.
    #[arg(long)]
    pub(super) quiet: bool,
    /// The folder of the source within the output, instead of one after its name.
    #[arg(long)]
    pub(super) name: Option<String>,
    /// The folder of the time within the output, instead of the time of now.
    #[arg(long)]
    pub(super) timestamp: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct Reading {
    /// Threads; as many as there are cores, by default.
    #[arg(long)]
    pub(super) workers: Option<usize>,
    /// What stands between the fields of a text file, instead of what is detected.
    #[arg(long)]
    pub(super) delimiter: Option<char>,
    /// The encoding of a text file, instead of what is detected.
    #[arg(long)]
    pub(super) encoding: Option<String>,
    /// The first line of a text file is data.
    #[arg(long)]
    pub(super) no_header: bool,
    /// A folder of which no file is read, whatever link leads there; may be given several times.
    #[arg(long, value_name = "DIR", hide = true)]
    pub(super) forbid: Vec<PathBuf>,
}
