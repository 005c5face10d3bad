//! `couture dags files|upload|download|history` and `couture artifacts …`

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::Subcommand;
use serde_json::json;

use super::args::Output;
use super::asking::confirmed;
use super::client::{Client, path, query};
use super::dags::all;
use super::form::{Form, name_of};
use super::print::{complain, print, print_json};
use super::table::{Table, cell, printable, time};
use super::verdict::{CliError, Verdict};

/// Which files.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kept {
    Dags,
    Artifacts,
}

impl Kept {
    fn list(self) -> &'static str {
        match self {
            Self::Dags => "dagFiles",
            Self::Artifacts => "codeArtifacts",
        }
    }

    fn download(self) -> &'static str {
        match self {
            Self::Dags => "dagFileDownload",
            Self::Artifacts => "codeArtifactDownload",
        }
    }

    fn versions(self) -> &'static str {
        match self {
            Self::Dags => "dagFileVersions",
            Self::Artifacts => "codeArtifactVersions",
        }
    }
}

#[derive(Debug, Subcommand)]
pub(super) enum Artifacts {
    /// List code artifacts.
    List {
        /// A part of their name.
        #[arg(long, short)]
        search: Option<String>,
    },
    /// Put files to the code artifacts, all or none.
    Upload(Upload),
    /// Write a code artifact to a file here.
    Download(Download),
    /// Tell what became of a code artifact.
    History {
        /// Its path.
        path: String,
    },
    /// Delete a code artifact; its history stays.
    Delete {
        /// Its path.
        path: String,
        /// Do not ask.
        #[arg(long, short)]
        yes: bool,
    },
}

#[derive(Debug, clap::Args)]
pub(super) struct Upload {
    /// The files.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// The folder there that they are put into.
    #[arg(long, short)]
    folder: Option<String>,
    /// Replace files that are there.
    #[arg(long)]
    overwrite: bool,
    /// Why; for the history.
    #[arg(long, short)]
    message: Option<String>,
}

#[derive(Debug, clap::Args)]
pub(super) struct Download {
    /// Its path there.
    path: String,
    /// Where to write it; - for standard output; a file of its name here where absent.
    file: Option<PathBuf>,
    /// One of its versions, as its history names them.
    #[arg(long)]
    version: Option<String>,
}

pub(super) async fn run(client: Client, output: Output, command: Artifacts) -> Result<Verdict, CliError> {
    let kept = Kept::Artifacts;
    match command {
        Artifacts::List { search } => list(&client, output, kept, search).await,
        Artifacts::Upload(files) => upload(&client, output, kept, files).await,
        Artifacts::Download(file) => download(&client, kept, file).await,
        Artifacts::History { path } => history(&client, output, kept, &path).await,
        Artifacts::Delete { path: name, yes } => {
            if !yes && !confirmed(&format!("Delete the code artifact {}?", printable(&name)))? {
                return Ok(Verdict::Done);
            }
            client.delete(&path(&[kept.list(), &name])).await?;
            print(&format!("deleted {}\n", printable(&name)));
            Ok(Verdict::Done)
        }
    }
}

pub(super) async fn list(
    client: &Client,
    output: Output,
    kept: Kept,
    search: Option<String>,
) -> Result<Verdict, CliError> {
    let mut address = path(&[kept.list()]);
    if let Some(search) = search {
        address.push_str(&format!("?{}", query("q", &search)));
    }
    let files = all(client, &address, "files").await?;
    if output == Output::Json {
        print_json(&json!(files));
        return Ok(Verdict::Done);
    }
    let mut table = Table::new(&["path", "size", "modified_at", "author", "version", "dags"]);
    for file in &files {
        table.row([
            cell(&file["path"]),
            cell(&file["size"]),
            time(&file["modified_at"]),
            cell(&file["author"]),
            cell(&file["version"]),
            cell(&file["dag_ids"]),
        ]);
        if let Some(error) = file["import_error"].as_str() {
            table.note(error);
        }
    }
    print(&table.text());
    Ok(Verdict::Done)
}

pub(super) async fn upload(client: &Client, output: Output, kept: Kept, upload: Upload) -> Result<Verdict, CliError> {
    let files = upload.files.into_iter().map(|file| (name_of(&file), file)).collect();
    let form = Form::new("files", files).map_err(|error| CliError::message(error.to_string()))?;
    let mut address = format!("{}?overwrite={}", path(&[kept.list()]), upload.overwrite);
    for (name, value) in [("folder", upload.folder), ("message", upload.message)] {
        if let Some(value) = value {
            address.push_str(&format!("&{}", query(name, &value)));
        }
    }
    let answer = client.upload(&address, form).await?;
    if output == Output::Json {
        print_json(&answer);
        return Ok(Verdict::Done);
    }
    print(&format!("uploaded {}\n", printable(&cell(&answer["files"]))));
    if answer["dags"].as_array().is_some_and(|dags| !dags.is_empty()) {
        print(&format!("with the DAGs {}\n", printable(&cell(&answer["dags"]))));
    }
    for warning in answer["warnings"].as_array().into_iter().flatten() {
        complain(&printable(&cell(warning)));
    }
    Ok(Verdict::Done)
}

pub(super) async fn download(client: &Client, kept: Kept, download: Download) -> Result<Verdict, CliError> {
    let mut address = path(&[kept.download(), &download.path]);
    if let Some(version) = download.version {
        address.push_str(&format!("?{}", query("version", &version)));
    }
    let file = download.file.unwrap_or_else(|| name_of(Path::new(&download.path)).into());
    save(client, &address, &file).await
}

/// Writes an answer to a file, as a whole or not at all.
pub(super) async fn save(client: &Client, address: &str, file: &Path) -> Result<Verdict, CliError> {
    if file == Path::new("-") {
        client.download(address, &mut std::io::stdout()).await?;
        return Ok(Verdict::Done);
    }
    let failed = |error: std::io::Error| CliError::message(format!("{} cannot be written: {error}", file.display()));
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut fresh = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    let length = client.download(address, &mut fresh).await?;
    fresh.flush().map_err(failed)?;
    // A temporary file is for its owner alone; this one is as any other that the user makes.
    let like = File::options().create(true).truncate(false).write(true).open(file).map_err(failed)?;
    let permissions = like.metadata().map_err(failed)?.permissions();
    fresh.as_file().set_permissions(permissions).map_err(failed)?;
    fresh.persist(file).map_err(|error| failed(error.error))?;
    print(&format!("wrote {length} bytes to {}\n", file.display()));
    Ok(Verdict::Done)
}

pub(super) async fn history(client: &Client, output: Output, kept: Kept, name: &str) -> Result<Verdict, CliError> {
    let answer = client.get(&path(&[kept.versions(), name])).await?;
    if output == Output::Json {
        print_json(&answer["versions"]);
        return Ok(Verdict::Done);
    }
    let mut table = Table::new(&["version", "at", "author", "size", "message"]);
    for version in answer["versions"].as_array().into_iter().flatten() {
        let name = if version["version"].is_null() { "deleted".to_owned() } else { cell(&version["version"]) };
        table.row([
            name,
            time(&version["at"]),
            cell(&version["author"]),
            cell(&version["size"]),
            cell(&version["message"]),
        ]);
    }
    print(&table.text());
    Ok(Verdict::Done)
}
