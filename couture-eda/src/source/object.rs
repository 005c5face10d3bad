//! Objects of stores, by their URLs.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::TryStreamExt;
use object_store::path::Path;
use object_store::{ObjectMeta, ObjectStoreExt};

use super::RandomAccess;
use super::places::{MOST_FILES, without_password};
use super::store::{Failure, Store};
use crate::error::EdaError;

/// Bytes that are asked for at once.
const REQUEST_BYTES: u64 = 4 << 20;

/// An object of a store.
pub(super) struct Object {
    store: Arc<Store>,
    path: Path,
    size: u64,
}

impl Object {
    /// Its URL, as it may be shown.
    pub(super) fn url(&self) -> String {
        self.store.url(&self.path)
    }

    /// The file that it is, where its store is this machine.
    pub(super) fn file(&self) -> Option<std::path::PathBuf> {
        self.store.file(&self.path)
    }

    /// Opens it.
    pub(super) fn open(&self) -> Arc<dyn RandomAccess> {
        // A range for each worker that reads in order, and a few.
        let workers = std::thread::available_parallelism().map_or(1, usize::from);
        let (store, path) = (Arc::clone(&self.store), self.path.clone());
        Arc::new(Buffered { store, path, size: self.size, most_kept: workers + 4, kept: Mutex::default() })
    }
}

/// The objects that a URL names, in the order of their names: one, those that fit a pattern of `*` and `[…]`, or those in
/// a folder, but for empty ones and those whose names begin with a point or an underscore.
///
/// # Errors
/// [`EdaError::Source`] where there is none, and [`EdaError::Read`] where the store does not answer.
pub(super) fn find(url: &str) -> Result<Vec<Object>, EdaError> {
    let name = || without_password(url);
    let (store, path) = Store::connect(url)?;
    let failed = |failure: Failure| EdaError::Read { path: name(), source: io::Error::other(failure.reason()) };
    let object = |meta: ObjectMeta| Object { store: Arc::clone(&store), path: meta.location, size: meta.size };
    let has_pattern = path.as_ref().contains(['*', '[']);
    let mut absent = None;
    if !has_pattern && !url.ends_with('/') {
        match store.ask(|store| store.head(&path)) {
            Ok(meta) => return Ok(vec![object(meta)]),
            Err(Failure::Absent) => absent = Some(failed(Failure::Absent)),
            Err(failure) => return Err(failed(failure)),
        }
    }
    let pattern = has_pattern.then(|| glob::Pattern::new(path.as_ref())).transpose();
    let pattern = pattern.map_err(|error| EdaError::Source { name: name(), reason: error.to_string() })?;
    let folder: Path = path.parts().take_while(|part| !part.as_ref().contains(['*', '['])).collect();
    let fits = |meta: &ObjectMeta| match &pattern {
        Some(pattern) => pattern.matches_with(meta.location.as_ref(), PATTERNS),
        None => meta.size > 0 && !is_hidden(&meta.location, &folder),
    };
    let mut found = store.ask(|store| list(store, &folder, &fits)).map_err(failed)?;
    let nothing = |reason: &str| EdaError::Source { name: name(), reason: reason.to_owned() };
    if found.is_empty() {
        return Err(absent.unwrap_or_else(|| nothing("there is no object of that name")));
    }
    if found.len() > MOST_FILES {
        return Err(nothing("it leads to more than 100,000 objects; name fewer"));
    }
    found.sort_by(|a, b| a.location.cmp(&b.location));
    Ok(found.into_iter().map(object).collect())
}

const PATTERNS: glob::MatchOptions =
    glob::MatchOptions { case_sensitive: true, require_literal_separator: true, require_literal_leading_dot: true };

async fn list(
    store: &dyn object_store::ObjectStore,
    folder: &Path,
    fits: &dyn Fn(&ObjectMeta) -> bool,
) -> object_store::Result<Vec<ObjectMeta>> {
    let mut objects = store.list(Some(folder));
    let mut found = Vec::new();
    while let Some(meta) = objects.try_next().await? {
        if fits(&meta) {
            found.push(meta);
        }
        if found.len() > MOST_FILES {
            break;
        }
    }
    Ok(found)
}

fn is_hidden(path: &Path, folder: &Path) -> bool {
    path.prefix_match(folder).into_iter().flatten().any(|part| part.as_ref().starts_with(['.', '_']))
}

/// Asks for large ranges, of which small ones are served.
struct Buffered {
    store: Arc<Store>,
    path: Path,
    size: u64,
    most_kept: usize,
    kept: Mutex<VecDeque<(u64, bytes::Bytes)>>,
}

impl Buffered {
    fn range(&self, offset: u64) -> io::Result<(u64, bytes::Bytes)> {
        let start = offset / REQUEST_BYTES * REQUEST_BYTES;
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(range) = kept.iter().find(|(at, _)| *at == start) {
            return Ok(range.clone());
        }
        drop(kept);
        let end = (start + REQUEST_BYTES).min(self.size);
        let bytes = self.store.ask(|store| store.get_range(&self.path, start..end));
        let bytes = bytes.map_err(|failure| io::Error::other(failure.reason()))?;
        if bytes.len() as u64 != end - start {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the object is shorter than its store says"));
        }
        kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.push_back((start, bytes.clone()));
        if kept.len() > self.most_kept {
            kept.pop_front();
        }
        Ok((start, bytes))
    }
}

impl RandomAccess for Buffered {
    fn size(&self) -> u64 {
        self.size
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        if offset >= self.size || buffer.is_empty() {
            return Ok(0);
        }
        let (start, bytes) = self.range(offset)?;
        let rest = bytes.get((offset - start) as usize..).unwrap_or_default();
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        Ok(count)
    }
}

#[test]
fn objects_of_a_folder_are_listed_and_read() {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [("a.csv", "x\n1\n"), ("b c.csv", "x\n2\n"), ("_d.csv", "x"), ("e.csv", ""), ("f/g.csv", "x")] {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let url = format!("file://{}", folder.path().display());
    let names = |tail: &str| -> Vec<String> {
        let found = find(&format!("{url}{tail}")).unwrap();
        found.iter().map(|object| object.url().strip_prefix(&url).unwrap().to_owned()).collect()
    };
    assert_eq!(names("/"), ["/a.csv", "/b c.csv", "/f/g.csv"]);
    assert_eq!(names(""), names("/"));
    assert_eq!(names("/*.csv"), ["/_d.csv", "/a.csv", "/b c.csv", "/e.csv"]);
    assert_eq!(names("/**/g*"), ["/f/g.csv"]);
    assert_eq!(names("/b%20c.csv"), ["/b c.csv"]);
    let object = find(&format!("{url}/a.csv")).unwrap()[0].open();
    let mut buffer = [0; 10];
    assert_eq!((object.size(), object.read_at(2, &mut buffer).unwrap()), (4, 2));
    assert_eq!(&buffer[..2], b"1\n");
    for (name, words) in [("absent.csv", "no object of that name"), ("*.tsv", "no object of that name")] {
        let error = find(&format!("{url}/{name}")).err().unwrap().to_string();
        assert!(error.contains(words), "{error}");
    }
    assert!(find("nothing://x/y").is_err());
}
