//! Objects of stores, by their URLs.

use std::io;
use std::sync::Arc;

use futures_util::TryStreamExt;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use tokio::runtime::Runtime;

use super::RandomAccess;
use super::places::without_password;
use crate::error::EdaError;

/// Bytes that are asked for at once.
const REQUEST_BYTES: u64 = 4 << 20;

/// An object, read by ranges. A range that was asked for is kept until another one is.
struct Object {
    store: Box<dyn ObjectStore>,
    path: Path,
    size: u64,
    runtime: Runtime,
}

/// Opens the object at a URL.
pub(super) fn open(url: &str) -> Result<Arc<dyn RandomAccess>, EdaError> {
    let (store, path, runtime) = connect(url)?;
    let failed = |error: object_store::Error| failed(url, &error);
    let size = runtime.block_on(store.head(&path)).map_err(failed)?.size;
    Ok(Arc::new(Buffered::new(Object { store, path, size, runtime })))
}

/// The objects under a URL that ends with a slash, but for empty ones and those whose names begin with a point or an
/// underscore, or the one that it names.
pub(super) fn list(url: &str) -> Result<Vec<String>, EdaError> {
    if !url.ends_with('/') {
        return Ok(vec![url.to_owned()]);
    }
    let (store, path, runtime) = connect(url)?;
    let objects: Vec<_> =
        runtime.block_on(store.list(Some(&path)).try_collect()).map_err(|error| failed(url, &error))?;
    let below = |object: &object_store::ObjectMeta| {
        let tail: Vec<_> = object.location.prefix_match(&path)?.map(|part| part.as_ref().to_owned()).collect();
        let is_hidden = tail.iter().any(|part| part.starts_with(['.', '_']));
        (object.size > 0 && !is_hidden).then(|| format!("{url}{}", tail.join("/")))
    };
    let mut urls: Vec<String> = objects.iter().filter_map(below).collect();
    urls.sort();
    Ok(urls)
}

fn connect(url: &str) -> Result<(Box<dyn ObjectStore>, Path, Runtime), EdaError> {
    let name = without_password(url);
    let unusable = |reason: String| EdaError::Source { name: name.clone(), reason };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = runtime.map_err(|error| unusable(error.to_string()))?;
    let parsed = url::Url::parse(url).map_err(|error| unusable(error.to_string()))?;
    // Keys and addresses come from the environment, as the stores' own programs take them.
    let settings = std::env::vars().map(|(name, value)| (name.to_lowercase(), value));
    let (store, path) = object_store::parse_url_opts(&parsed, settings).map_err(|error| unusable(error.to_string()))?;
    Ok((store, path, runtime))
}

fn failed(url: &str, error: &object_store::Error) -> EdaError {
    EdaError::Read { path: without_password(url), source: io::Error::other(error.to_string()) }
}

/// Asks for large ranges, of which small ones are served.
struct Buffered {
    object: Object,
    kept: std::sync::Mutex<std::collections::VecDeque<(u64, bytes::Bytes)>>,
}

/// Ranges that are kept: one for each worker that reads in order, and a few.
const MOST_KEPT: usize = 8;

impl Buffered {
    fn new(object: Object) -> Self {
        Self { object, kept: std::sync::Mutex::default() }
    }

    fn range(&self, offset: u64) -> io::Result<(u64, bytes::Bytes)> {
        let start = offset / REQUEST_BYTES * REQUEST_BYTES;
        let mut kept = self.kept.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(range) = kept.iter().find(|(at, _)| *at == start) {
            return Ok(range.clone());
        }
        drop(kept);
        let end = (start + REQUEST_BYTES).min(self.object.size);
        let asked = self.object.store.get_range(&self.object.path, start..end);
        let bytes = self.object.runtime.block_on(asked).map_err(|error| io::Error::other(error.to_string()))?;
        kept = self.kept.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        kept.push_back((start, bytes.clone()));
        if kept.len() > MOST_KEPT {
            kept.pop_front();
        }
        Ok((start, bytes))
    }
}

impl RandomAccess for Buffered {
    fn size(&self) -> u64 {
        self.object.size
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        if offset >= self.object.size || buffer.is_empty() {
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
    std::fs::write(folder.path().join("a.csv"), "x\n1\n").unwrap();
    std::fs::write(folder.path().join("b c.csv"), "x\n2\n").unwrap();
    let url = format!("file://{}/", folder.path().display());
    let urls = list(&url).unwrap();
    assert_eq!(urls.len(), 2);
    let object = open(&urls[0]).unwrap();
    let mut buffer = [0; 10];
    assert_eq!((object.size(), object.read_at(2, &mut buffer).unwrap()), (4, 2));
    assert_eq!(&buffer[..2], b"1\n");
    assert!(open(&format!("{url}absent.csv")).is_err());
    assert!(open("nothing://x/y").is_err());
}
