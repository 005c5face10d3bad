//! What somebody wants a file to be.

use couture_store::{Content, TreePath};
use sha2::{Digest as _, Sha256};

/// What the sender knows of the file before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Base {
    /// Whatever is there is replaced.
    Any,
    /// There was none.
    None,
    /// It had this version.
    Version(String),
}

/// What somebody wants a file to be.
#[derive(Clone, Debug)]
pub struct Proposal {
    /// The file.
    pub path: TreePath,
    /// Its content from then on; nothing to remove it.
    pub content: Option<Content>,
    /// What was there before.
    pub base: Base,
}

impl Base {
    /// Whether a file of this version, if there is one, is what the sender knows.
    pub(super) fn fits(&self, version: Option<&str>) -> bool {
        match self {
            Self::Any => true,
            Self::None => version.is_none(),
            Self::Version(known) => version == Some(known),
        }
    }
}

/// The version of a content: equal contents have equal versions.
pub(crate) fn version_of(content: &[u8]) -> String {
    version_of_hash(&hex(&Sha256::digest(content)))
}

/// The version of a content with this SHA-256, in hexadecimal.
pub(super) fn version_of_hash(sha256: &str) -> String {
    sha256.chars().take(16).collect()
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The content as text, where it is UTF-8.
pub(super) fn text_of(content: Vec<u8>) -> Option<String> {
    String::from_utf8(content).ok()
}

/// The bytes of a content. Blocks its thread.
pub(super) fn bytes_of(content: &Content, max_bytes: u64) -> std::io::Result<Vec<u8>> {
    match content {
        Content::Bytes(bytes) => Ok(bytes.clone()),
        Content::File(path) => crate::dags::read_bounded(path, max_bytes),
    }
}
