//! What is said of files.

use couture_core::Timestamp;
use couture_store::{PastFile, TreePath};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::refusal::Refusal;
use crate::api::error::ApiError;
use crate::api::page_of::PageOf;
use crate::auth::{ActionKind, Permit, ResourceKind};
use crate::files::{Base, FilesError};

/// Which files are wanted.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// A part of the name, in upper or lower case.
    pub(super) q: Option<String>,
}

impl Wanted {
    pub(super) fn covers(&self, path: &TreePath) -> bool {
        self.q.as_ref().is_none_or(|wanted| path.as_str().to_lowercase().contains(&wanted.to_lowercase()))
    }
}

/// Which version is wanted.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct WantedVersion {
    /// As the history names it; what is there now where absent.
    #[param(example = "2c26b46b68ffc68f")]
    pub(super) version: Option<String>,
}

/// A file and its text.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct FileBody {
    #[schema(example = "reports/etl.py")]
    pub(super) path: String,
    /// None where it is no UTF-8 text, or more than an editor shows.
    #[schema(example = "from airflow import DAG\n")]
    pub(super) content: Option<String>,
    /// To save with.
    #[schema(example = "2c26b46b68ffc68f")]
    pub(super) version: String,
    /// Whether it can be saved here.
    pub(super) editable: bool,
    /// Why it cannot be.
    pub(super) reason: Option<String>,
    pub(super) size: u64,
}

/// What a file is to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SaveFile {
    #[schema(example = "from airflow import DAG\n")]
    pub(super) content: String,
    /// The version that was edited; null for a file that is new.
    #[serde(default)]
    pub(super) base_version: Option<String>,
    /// Why; for the history.
    #[serde(default)]
    pub(super) message: Option<String>,
}

/// The longest message.
const MAX_MESSAGE_CHARS: usize = 1_000;

impl SaveFile {
    pub(super) fn base(&self) -> Base {
        self.base_version.clone().map_or(Base::None, Base::Version)
    }
}

/// A message of bearable length.
pub(super) fn message(text: Option<String>) -> Result<Option<String>, ApiError> {
    match text.filter(|text| !text.trim().is_empty()) {
        Some(text) if text.chars().count() > MAX_MESSAGE_CHARS => {
            Err(ApiError::invalid("a message has at most 1000 characters"))
        }
        other => Ok(other),
    }
}

/// A text to compare with what is there.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CompareFile {
    pub(super) content: String,
}

/// What has changed.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct FileDiff {
    /// As `diff -u` writes it; empty where nothing has changed.
    #[schema(example = "--- a/etl.py\n+++ b/etl.py\n@@ -1 +1 @@\n-a\n+b\n")]
    pub(super) diff: String,
    /// What it was compared with; null where there is no such file.
    pub(super) base_version: Option<String>,
}

/// The versions of a file, the newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct FileVersionList {
    versions: Vec<FileVersionBody>,
    total_entries: usize,
}

/// What became of a file.
#[derive(Debug, Serialize, ToSchema)]
struct FileVersionBody {
    /// Null where the file was deleted. Equal contents have equal versions.
    #[schema(example = "2c26b46b68ffc68f")]
    version: Option<String>,
    /// Grows with each change of any file.
    number: u64,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// `disk` where it was edited by hand.
    #[schema(example = "ann")]
    author: String,
    message: Option<String>,
    size: Option<u64>,
}

impl FileVersionList {
    pub(super) fn new(path: &TreePath, past: Vec<PastFile>) -> Result<Self, Refusal> {
        if past.is_empty() {
            return Err(FilesError::Missing(path.clone()).into());
        }
        let body = |past: PastFile| FileVersionBody {
            version: past.file.as_ref().map(|file| short(&file.sha256)),
            number: past.version,
            at: past.author.at,
            author: past.author.name,
            message: past.author.message,
            size: past.file.map(|file| file.bytes),
        };
        Ok(Self { total_entries: past.len(), versions: past.into_iter().map(body).collect() })
    }
}

/// The version of a content, by its hash.
pub(super) fn short(sha256: &str) -> String {
    sha256.chars().take(16).collect()
}

/// The path in an address.
pub(super) fn tree_path(text: &str) -> Result<TreePath, Refusal> {
    TreePath::new(text).map_err(|error| FilesError::from(error).into())
}

/// Who makes a change.
pub(super) fn sender<A: ActionKind, R: ResourceKind>(permit: &Permit<A, R>) -> String {
    permit.principal().username().unwrap_or("anonymous").to_owned()
}

/// Orders a list by one of the fields of `key`, and takes a page of it.
pub(super) fn page<T>(
    page: &PageOf,
    mut all: Vec<T>,
    path: impl Fn(&T) -> String,
    size: impl Fn(&T) -> u64,
    at: impl Fn(&T) -> Option<Timestamp>,
) -> Result<(Vec<T>, usize), ApiError> {
    match page.order(&["path", "size", "modified_at"])? {
        None => {}
        Some((field, is_descending)) => {
            match field {
                "path" => all.sort_by_key(&path),
                "size" => all.sort_by_key(&size),
                _ => all.sort_by_key(&at),
            }
            if is_descending {
                all.reverse();
            }
        }
    }
    let total = all.len();
    Ok((all.into_iter().skip(page.offset()).take(page.limit()?).collect(), total))
}

/// The longest text that an editor is given.
pub(super) const MAX_TEXT_BYTES: usize = 4 << 20;
/// The longest body with a text: each byte may be written as six.
pub(super) const MAX_SAVE_BYTES: usize = 6 * MAX_TEXT_BYTES + (64 << 10);

/// The text of a content, where an editor can show it.
pub(super) fn shown(content: Vec<u8>) -> Option<String> {
    String::from_utf8(content).ok().filter(|text| text.len() <= MAX_TEXT_BYTES && !text.contains('\0'))
}
