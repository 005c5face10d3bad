//! `couture db …`: the database of a data folder, mostly without a server.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Subcommand;
use couture_core::{Clock as _, SystemClock};
use couture_store::sqlite_file;

use super::asking::confirmed;
use super::print::{complain, print};
use super::progress::Progress;
use super::table::counted;
use super::verdict::{CliError, Verdict};
use crate::data_folder::DataFolder;
use crate::settings::{Given, Settings, load};

#[derive(Debug, Subcommand)]
pub(super) enum Db {
    /// Copy the database to a new file, while a server runs or not.
    Backup {
        /// The file.
        file: PathBuf,
        #[command(flatten)]
        place: Place,
    },
    /// Put a backup in the place of the database. The database that was there is kept beside it. No server may run.
    Restore {
        /// The file.
        file: PathBuf,
        /// Do not ask.
        #[arg(long, short)]
        yes: bool,
        #[command(flatten)]
        place: Place,
    },
    /// Bring the schema up to date. No server may run.
    Migrate {
        /// Make the data folder and the database where they are missing.
        #[arg(long)]
        create: bool,
        #[command(flatten)]
        place: Place,
    },
    /// Forget finished runs, rows of the audit log and sessions that are old. The newest run of each DAG stays. No server may run.
    Trim {
        /// Older than so many days.
        #[arg(long, value_name = "N")]
        days: u32,
        /// Do not ask.
        #[arg(long, short)]
        yes: bool,
        #[command(flatten)]
        place: Place,
    },
    /// Look whether the database is whole.
    Check {
        #[command(flatten)]
        place: Place,
    },
}

/// Which database.
#[derive(Debug, clap::Args)]
pub(super) struct Place {
    /// The data folder [default: the environment variable COUTURE__DATA__DIR, or data].
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

pub(super) async fn run(command: Db) -> Result<Verdict, CliError> {
    match command {
        Db::Backup { file, place } => backup(&place, &file).await,
        Db::Restore { file, yes, place } => restore(&place, &file, yes).await,
        Db::Migrate { create, place } => migrate(&place, create).await,
        Db::Trim { days, yes, place } => trim(&place, days, yes).await,
        Db::Check { place } => check(&place).await,
    }
}

fn settings(place: &Place) -> Result<Settings, CliError> {
    let mut environment: Vec<(String, String)> = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect();
    if let Some(data) = &place.data {
        environment.retain(|(name, _)| name != "COUTURE__DATA__DIR");
        environment.push(("COUTURE__DATA__DIR".into(), data.display().to_string()));
    }
    Ok(load(&Given { environment, ..Given::default() }).map_err(crate::StartError::from)?)
}

/// The file of the SQLite database, or what to do for a database of another kind.
fn sqlite(settings: &Settings, tool: [&str; 2]) -> Result<PathBuf, CliError> {
    let url = settings.database.url.as_str();
    match url.split_once("://") {
        None if url.is_empty() => Ok(settings.data.dir.join("couture.db")),
        Some(("sqlite", path)) => Ok(PathBuf::from(path)),
        Some(("postgres" | "postgresql", _)) => {
            Err(CliError::message(format!("this is a PostgreSQL database: use {}", tool[0])))
        }
        Some(("mysql" | "mariadb", _)) => {
            Err(CliError::message(format!("this is a MySQL or MariaDB database: use {}", tool[1])))
        }
        _ => Err(CliError::message("the setting database.url names no database that can be kept")),
    }
}

fn there(file: &Path) -> Result<(), CliError> {
    match file.is_file() {
        true => Ok(()),
        false => {
            Err(CliError::message(format!("there is no database {}; name the data folder with --data", file.display())))
        }
    }
}

fn of_store(error: couture_store::ConnectError) -> CliError {
    CliError::message(error.to_string())
}

async fn backup(place: &Place, target: &Path) -> Result<Verdict, CliError> {
    let file = sqlite(&settings(place)?, ["pg_dump --format=custom", "mariadb-dump --single-transaction"])?;
    there(&file)?;
    if target.exists() {
        return Err(CliError::message(format!("{} is there already; nothing was written", target.display())));
    }
    let size = |file: &Path| std::fs::metadata(file).map_or(0, |facts| facts.len() >> 20);
    let progress = Progress::start("MiB", size(&file));
    let copy = sqlite_file::copy(&file, target);
    tokio::pin!(copy);
    let clock = SystemClock::new();
    loop {
        tokio::select! {
            done = &mut copy => {
                done.map_err(of_store)?;
                break;
            }
            () = clock.sleep(Duration::from_millis(200)) => progress.at(size(target)),
        }
    }
    drop(progress);
    print(&format!("wrote {}\n", target.display()));
    complain(
        "not in it: the folder objects (logs, big XComs), the DAG files, and fernet.key, without which variables and connections cannot be read",
    );
    Ok(Verdict::Done)
}

async fn restore(place: &Place, source: &Path, yes: bool) -> Result<Verdict, CliError> {
    let settings = settings(place)?;
    let file = sqlite(&settings, ["pg_restore --clean", "mariadb < FILE"])?;
    if !source.is_file() {
        return Err(CliError::message(format!("there is no backup {}; nothing was done", source.display())));
    }
    // Nobody else has the folder from here on.
    let data = DataFolder::open(&settings.data.dir)?;
    sqlite_file::check(source).await.map_err(of_store)?;
    if !yes && file.exists() && !confirmed(&format!("Put {} in the place of {}?", source.display(), file.display()))? {
        return Ok(Verdict::Failed);
    }
    let kept = sqlite_file::replace(&file, source).await.map_err(of_store)?;
    drop(data);
    if let Some(kept) = kept {
        print(&format!("the database that was there is {} now\n", kept.display()));
    }
    print(&format!("restored {} from {}\n", file.display(), source.display()));
    Ok(Verdict::Done)
}

async fn migrate(place: &Place, create: bool) -> Result<Verdict, CliError> {
    let settings = settings(place)?;
    let url = settings.database.url.as_str();
    if !create && (url.is_empty() || url.starts_with("sqlite://")) {
        let file = sqlite(&settings, ["", ""])?;
        if !file.is_file() {
            let file = file.display();
            return Err(CliError::message(format!(
                "there is no database {file}; name the data folder with --data, or say --create to make one"
            )));
        }
    }
    let data = DataFolder::open(&settings.data.dir)?;
    let url = match settings.database.url.as_str() {
        "" => format!("sqlite://{}", data.path().join("couture.db").display()),
        url => url.to_owned(),
    };
    let store = couture_store::connect(&url).await.map_err(of_store)?;
    store.close().await;
    print("the database is up to date\n");
    Ok(Verdict::Done)
}

async fn trim(place: &Place, days: u32, yes: bool) -> Result<Verdict, CliError> {
    let settings = settings(place)?;
    let tool = "the server's own retention (auth.audit_retention_days), and DELETE of runs";
    let file = sqlite(&settings, [tool, tool])?;
    there(&file)?;
    let _data = DataFolder::open(&settings.data.dir)?;
    if !yes && !confirmed(&format!("Forget what finished more than {days} days ago?"))? {
        return Ok(Verdict::Failed);
    }
    let store = couture_store::connect(&format!("sqlite://{}", file.display())).await.map_err(of_store)?;
    let before = SystemClock::new().now().wall - Duration::from_secs(u64::from(days) * 24 * 3_600);
    let runs = store.trim_runs(before).await?;
    let accounts = store.accounts();
    let failed = |error: couture_store::AccountError| CliError::message(error.to_string());
    let mut rows = 0;
    loop {
        match couture_store::Audit::trim(&accounts, before, 10_000).await.map_err(failed)? {
            0 => break,
            gone => rows += gone,
        }
    }
    let sessions = couture_store::Sessions::purge(&accounts, before).await.map_err(failed)?;
    store.close().await;
    sqlite_file::compact(&file).await.map_err(of_store)?;
    let [runs, rows, sessions] =
        [(runs, "run"), (rows, "row"), (sessions, "session")].map(|(count, one)| counted(count as u64, one));
    print(&format!("forgot {runs}, {rows} of the audit log and {sessions}\n"));
    Ok(Verdict::Done)
}

async fn check(place: &Place) -> Result<Verdict, CliError> {
    let settings = settings(place)?;
    let file = sqlite(&settings, ["pg_amcheck", "mariadb-check"])?;
    there(&file)?;
    let version = sqlite_file::check(&file).await.map_err(of_store)?;
    print(&format!("{} is whole (schema {version})\n", file.display()));
    Ok(Verdict::Done)
}
