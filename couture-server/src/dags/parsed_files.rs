//! What Python files were parsed to, kept over restarts.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use couture_operators::python::parser::{Inputs, Parsed};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::files::ContentHash;
use super::scan::read_bounded;

/// What one file was parsed to.
#[derive(Debug, Serialize, Deserialize)]
pub struct ParsedFile {
    /// What parsed it; see [`PythonParser::identity`](couture_operators::python::parser::PythonParser::identity).
    pub(super) identity: String,
    /// The files that it was made of.
    pub(super) hashes: BTreeMap<PathBuf, Option<ContentHash>>,
    pub(super) inputs: Inputs,
    pub(super) parsed: Parsed,
}

/// A folder with a file for each file that was parsed. It may be deleted at any time.
#[derive(Debug)]
pub struct ParsedFiles {
    folder: PathBuf,
}

/// What one file is parsed to has at most so many bytes.
const MAX_BYTES: u64 = 64 << 20;

impl ParsedFiles {
    /// In this folder, which exists.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    fn path(&self, file: &Path) -> PathBuf {
        let hash = Sha256::digest(file.as_os_str().as_encoded_bytes());
        let name: String = hash[..16].iter().map(|byte| format!("{byte:02x}")).collect();
        self.folder.join(format!("{name}.json"))
    }

    /// What a file was parsed to. What cannot be read is not there.
    pub(super) fn find(&self, file: &Path) -> Option<ParsedFile> {
        serde_json::from_slice(&read_bounded(&self.path(file), MAX_BYTES).ok()?).ok()
    }

    /// Keeps it. Blocks its thread.
    pub(super) fn keep(&self, file: &Path, parsed: &ParsedFile) -> io::Result<()> {
        let path = self.path(file);
        // One job parses a file at a time, mostly; of two the last counts, whole.
        let fresh = path.with_extension(format!("fresh-{:?}", std::thread::current().id()));
        fs::write(&fresh, serde_json::to_vec(parsed)?)?;
        fs::rename(&fresh, &path)
    }

    /// Forgets all files but these. Blocks its thread.
    pub fn forget_others<'f>(&self, files: impl Iterator<Item = &'f Path>) -> io::Result<()> {
        let kept: BTreeSet<PathBuf> = files.map(|file| self.path(file)).collect();
        for entry in fs::read_dir(&self.folder)? {
            let path = entry?.path();
            if !kept.contains(&path) {
                fs::remove_file(path)?;
            }
        }
        Ok(())
    }
}
