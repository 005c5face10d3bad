//! `couture export` and `couture import`

use std::path::PathBuf;

use clap::ValueEnum;

use super::args::Output;
use super::client::Client;
use super::form::{Form, name_of};
use super::kept_files::save;
use super::print::{complain, print, print_json};
use super::table::{cell, printable};
use super::verdict::{CliError, Verdict};

/// Which files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Archived {
    /// The DAG folder.
    Dags,
    /// Configurations of clusters, without keytabs.
    Configs,
    /// Libraries for jobs.
    Dependencies,
}

impl Archived {
    fn address(self) -> &'static str {
        match self {
            Self::Dags => "/api/dags/",
            Self::Configs => "/api/configs/",
            Self::Dependencies => "/api/dependencies/",
        }
    }
}

#[derive(Debug, clap::Args)]
pub(super) struct Exported {
    /// What to write.
    what: Archived,
    /// The tar.gz; - for standard output.
    file: PathBuf,
}

#[derive(Debug, clap::Args)]
pub(super) struct Imported {
    /// What it holds.
    what: Archived,
    /// The tar.gz.
    file: PathBuf,
    /// Take DAG files that cannot be parsed, too. Without it, they are only taken where they are there already just so.
    #[arg(long)]
    keep_broken: bool,
}

pub(super) async fn export(client: &Client, exported: Exported) -> Result<Verdict, CliError> {
    save(client, exported.what.address(), &exported.file).await
}

pub(super) async fn import(client: &Client, output: Output, imported: Imported) -> Result<Verdict, CliError> {
    let form = Form::new("sources", vec![(name_of(&imported.file), imported.file)]);
    let form = form.map_err(|error| CliError::message(error.to_string()))?;
    if imported.keep_broken && imported.what != Archived::Dags {
        return Err(CliError::message("--keep-broken is for DAG files; leave it out"));
    }
    let query = if imported.keep_broken { "?broken=keep" } else { "" };
    let answer = client.upload(&format!("{}{query}", imported.what.address()), form).await?;
    if output == Output::Json {
        print_json(&answer);
        return Ok(Verdict::Done);
    }
    match answer["total_entries"].as_u64().unwrap_or(0) {
        1 => print("1 file was imported\n"),
        total => print(&format!("{total} files were imported\n")),
    }
    for warning in answer["warnings"].as_array().into_iter().flatten() {
        complain(&printable(&cell(warning)));
    }
    Ok(Verdict::Done)
}
