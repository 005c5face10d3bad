//! What the names of sources lead to.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::object::{self, Object};
use super::{LocalFile, RandomAccess, guard};
use crate::error::EdaError;

/// Files that one name may lead to.
pub(super) const MOST_FILES: usize = 100_000;
/// The schemes of databases.
const DATABASES: [&str; 5] = ["sqlite:", "postgres:", "postgresql:", "mysql:", "mariadb:"];

/// Something to read.
pub(super) enum Place {
    /// A file of this machine.
    File(PathBuf),
    /// An object of a store.
    Object(Object),
    /// A database, by its URL.
    Database(String),
}

impl Place {
    /// The name as it may be shown: without a password.
    pub(super) fn name(&self) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
            Self::Object(object) => object.url(),
            Self::Database(url) => without_password(url),
        }
    }

    /// Opens a file or an object, which a database is not. A file lies in none of the folders `forbidden`.
    pub(super) fn open(&self, forbidden: &[PathBuf]) -> Result<Arc<dyn RandomAccess>, EdaError> {
        let local = |path: &Path| match LocalFile::open_outside(path, forbidden) {
            Ok(file) => Ok(Arc::new(file) as Arc<dyn RandomAccess>),
            Err(source) => Err(EdaError::Read { path: self.name(), source }),
        };
        match self {
            Self::File(path) => local(path),
            Self::Object(object) => match object.file() {
                Some(path) => local(&path),
                None => Ok(object.open()),
            },
            Self::Database(_) => {
                Err(EdaError::Source { name: self.name(), reason: "a database is no file".to_owned() })
            }
        }
    }
}

/// What `name` leads to, in the order of the names: a file, the files of a folder, those that a pattern fits, an object,
/// or a database. No file of the folders `forbidden` is among those that a folder or a pattern leads to.
///
/// # Errors
/// [`EdaError::Source`] where it leads to nothing, [`EdaError::Read`] where it leads to what may not be read.
pub(super) fn find(name: &str, forbidden: &[PathBuf]) -> Result<Vec<Place>, EdaError> {
    if is_database(name) {
        return Ok(vec![Place::Database(name.to_owned())]);
    }
    if name.contains("://") {
        return object::find(name).map(|objects| objects.into_iter().map(Place::Object).collect());
    }
    let path = Path::new(name);
    let nothing = |reason: &str| EdaError::Source { name: name.to_owned(), reason: reason.to_owned() };
    let failed = |source| EdaError::Read { path: name.to_owned(), source };
    let mut files = if path.is_dir() {
        let mut files = Vec::new();
        walk(path, &mut files, forbidden).map_err(failed)?;
        files
    } else if !path.exists() && name.contains(['*', '?', '[']) {
        let paths = glob::glob(name).map_err(|error| nothing(&error.to_string()))?;
        let files: Vec<_> = paths.filter_map(Result::ok).filter(|path| path.is_file()).take(MOST_FILES + 1).collect();
        // Here, lest the names of such files are told.
        files.iter().try_for_each(|file| guard::check_place(file, forbidden)).map_err(failed)?;
        files
    } else {
        return Ok(vec![Place::File(path.to_owned())]);
    };
    if files.is_empty() {
        return Err(nothing("there is no file of that name"));
    }
    if files.len() > MOST_FILES {
        return Err(nothing("it leads to more than 100,000 files; name fewer"));
    }
    files.sort();
    Ok(files.into_iter().map(Place::File).collect())
}

/// The files of a folder and the folders in it, but for those whose names begin with a point or an underscore.
fn walk(folder: &Path, files: &mut Vec<PathBuf>, forbidden: &[PathBuf]) -> std::io::Result<()> {
    guard::check_place(folder, forbidden)?;
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        if name.to_string_lossy().starts_with(['.', '_']) || files.len() > MOST_FILES {
            continue;
        }
        // Links to folders are not followed: they may lead back.
        let kind = entry.file_type()?;
        if kind.is_dir() {
            walk(&entry.path(), files, forbidden)?;
        } else if entry.path().is_file() {
            files.push(entry.path());
        }
    }
    Ok(())
}

fn is_database(name: &str) -> bool {
    DATABASES.iter().any(|scheme| name.starts_with(scheme))
}

/// A URL without its password, nor what stands behind a question mark.
pub(super) fn without_password(url: &str) -> String {
    if let Some((scheme, rest)) = url.split_once("://").filter(|_| is_database(url)) {
        // Whatever stands before the last @ may be a password that is not written as it should.
        let Some((user, host)) = rest.rsplit_once('@') else { return before_question(url) };
        let user = user.split([':', '/', '?', '#']).next().unwrap_or_default();
        return format!("{scheme}://{user}@{}", before_question(host));
    }
    let url = &before_question(url);
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    match authority.rsplit_once('@') {
        Some((user, host)) => format!("{scheme}://{}@{host}{path}", user.split(':').next().unwrap_or_default()),
        None => url.to_owned(),
    }
}

fn before_question(url: &str) -> String {
    url.split('?').next().unwrap_or(url).to_owned()
}

#[test]
fn passwords_are_not_shown() {
    let check = |url: &str, expected: &str| assert_eq!(without_password(url), expected);
    check("postgres://me:secret@host:5432/db", "postgres://me@host:5432/db");
    check("postgres://me:se@cret@host/db?password=x", "postgres://me@host/db");
    check("mysql://me:s/e?c#r@host/db?password=x", "mysql://me@host/db");
    check("postgres://host/db?password=x", "postgres://host/db");
    check("s3://bucket/a@b", "s3://bucket/a@b");
    check("sqlite:a.db", "sqlite:a.db");
}
