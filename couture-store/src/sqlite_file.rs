//! The file of a SQLite database as a file: copies, checks, and what takes its place.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use couture_core::store::StoreError;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions as _, Connection as _, Row as _};

use crate::error::ConnectError;
use crate::sql::{known_sqlite_schema, lock_sqlite, sqlite_fault};

/// The most complaints of a check that are told.
const MAX_COMPLAINTS: usize = 10;

async fn open(file: &Path) -> Result<SqliteConnection, ConnectError> {
    let options = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(false)
        .busy_timeout(Duration::from_secs(30))
        .disable_statement_logging();
    options.connect().await.map_err(|error| sqlite_fault(file, error).into())
}

fn failed(file: &Path) -> impl Fn(io::Error) -> ConnectError {
    move |source| ConnectError::Folder { folder: file.to_owned(), source }
}

/// Copies the database `file` as it is at one moment to the new file `target`, for its owner alone, while others use it or not. What is
/// not in use any more is left out.
pub async fn copy(file: &Path, target: &Path) -> Result<(), ConnectError> {
    let mut connection = open(file).await?;
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(target).map_err(failed(target))?;
    let text = target.to_string_lossy().into_owned();
    let copied = sqlx::query("VACUUM INTO ?").bind(text).execute(&mut connection).await;
    let _ = connection.close().await;
    if let Err(error) = copied {
        // It is not whole.
        let _ = fs::remove_file(target);
        return Err(sqlite_fault(file, error).into());
    }
    File::open(target).and_then(|file| file.sync_all()).map_err(failed(target))
}

/// Looks at every page of a database, and tells the number of its schema. The error says what is wrong: it is damaged, is not
/// Couture's, or is of a newer program.
pub async fn check(file: &Path) -> Result<i64, ConnectError> {
    let mut connection = open(file).await?;
    let checked = look(&mut connection, file).await;
    let _ = connection.close().await;
    checked
}

async fn look(connection: &mut SqliteConnection, file: &Path) -> Result<i64, ConnectError> {
    let fault = |error| ConnectError::from(sqlite_fault(file, error));
    let tables = "SELECT COUNT(*) FROM sqlite_schema WHERE type = 'table' AND name = 'couture_schema'";
    let ours: i64 = sqlx::query(tables).fetch_one(&mut *connection).await.map_err(fault)?.get(0);
    let location = format!("the database {}", file.display());
    if ours == 0 {
        return Err(ConnectError::Foreign(location));
    }
    let newest = "SELECT COALESCE(MAX(version), 0) FROM couture_schema";
    let found: i64 = sqlx::query(newest).fetch_one(&mut *connection).await.map_err(fault)?.get(0);
    let known = known_sqlite_schema();
    if found > known {
        return Err(ConnectError::Newer { location, found, known });
    }
    let rows = sqlx::query("PRAGMA integrity_check(10)").fetch_all(&mut *connection).await.map_err(fault)?;
    let complaints: Vec<String> = rows.iter().map(|row| row.get::<String, _>(0)).take(MAX_COMPLAINTS).collect();
    if complaints != ["ok"] {
        let detail = format!("{location} is damaged: {}; restore a backup", complaints.join("; "));
        return Err(StoreError::Corrupt(detail).into());
    }
    Ok(found)
}

/// Puts a copy of `source` in the place of the database `file`, at once and as a whole. The one that was there is kept beside it; the answer
/// says where. Refused while another process has the database.
pub async fn replace(file: &Path, source: &Path) -> Result<Option<PathBuf>, ConnectError> {
    let _lock = lock_sqlite(file)?;
    let fresh = beside(file, "fresh");
    let _ = fs::remove_file(&fresh);
    copy(source, &fresh).await?;
    let kept = match file.exists() {
        true => {
            // What a server that was killed left in the log beside the file belongs to the old one.
            let mut old = open(file).await?;
            let joined = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&mut old).await;
            let _ = old.close().await;
            joined.map_err(|error| sqlite_fault(file, error))?;
            let kept = (1..).map(|number| beside(file, &format!("old{number}"))).find(|kept| !kept.exists());
            let kept = kept.unwrap_or_else(|| beside(file, "old"));
            fs::hard_link(file, &kept).map_err(failed(&kept))?;
            Some(kept)
        }
        false => None,
    };
    for log in ["-wal", "-shm"] {
        let mut name = file.file_name().unwrap_or_default().to_owned();
        name.push(log);
        match fs::remove_file(file.with_file_name(name)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(file)(error)),
            _ => {}
        }
    }
    fs::rename(&fresh, file).map_err(failed(file))?;
    let folder = file.parent().unwrap_or(file);
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed(folder))?;
    Ok(kept)
}

/// Gives what is not in use any more back to the file system. Refused while another process has the database.
pub async fn compact(file: &Path) -> Result<(), ConnectError> {
    let _lock = lock_sqlite(file)?;
    let mut connection = open(file).await?;
    let done = sqlx::query("VACUUM").execute(&mut connection).await;
    let _ = connection.close().await;
    done.map(drop).map_err(|error| sqlite_fault(file, error).into())
}

/// `couture.db.fresh` of `couture.db`.
fn beside(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(".");
    name.push(ending);
    file.with_file_name(name)
}
