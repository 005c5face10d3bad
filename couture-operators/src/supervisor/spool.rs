//! How children ended, until that is settled.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use couture_core::AttemptToken;

use super::complaint::complain;
use crate::child::ChildEnd;

/// One file an end. It survives a kill of the supervisor; after a crash of the machine no child is left to tell of.
#[derive(Debug)]
pub(super) struct Spool {
    folder: PathBuf,
    tokens: HashSet<AttemptToken>,
    /// Ends that the disk did not take.
    unsaved: HashMap<AttemptToken, ChildEnd>,
}

impl Spool {
    fn folder(dir: &Path) -> PathBuf {
        dir.join("spool")
    }

    /// Whether a spool in `dir` holds anything.
    pub(super) fn is_used(dir: &Path) -> bool {
        fs::read_dir(Self::folder(dir)).is_ok_and(|mut entries| entries.next().is_some())
    }

    /// The spool in `dir`, with what earlier supervisors left in it.
    pub(super) fn open(dir: &Path) -> io::Result<Self> {
        let folder = Self::folder(dir);
        fs::create_dir_all(&folder)?;
        let mut tokens = HashSet::new();
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            let token = path.file_name().and_then(|name| name.to_str()?.strip_suffix(".json")?.parse().ok());
            match token {
                Some(token) => _ = tokens.insert(token),
                // Half written when its supervisor was killed.
                None => fs::remove_file(path)?,
            }
        }
        Ok(Self { folder, tokens, unsaved: HashMap::new() })
    }

    fn path(&self, token: AttemptToken) -> PathBuf {
        self.folder.join(format!("{token}.json"))
    }

    pub(super) fn keep(&mut self, token: AttemptToken, end: &ChildEnd) {
        let write = || {
            let part = self.folder.join(format!("{token}.part"));
            fs::write(&part, serde_json::to_vec(end)?)?;
            fs::rename(part, self.path(token))
        };
        match write() {
            Ok(()) => _ = self.tokens.insert(token),
            Err(error) => {
                complain(format_args!("failed to keep the end of {token}, which stays in memory: {error}"));
                self.unsaved.insert(token, end.clone());
            }
        }
    }

    pub(super) fn find(&self, token: AttemptToken) -> Option<ChildEnd> {
        if let Some(end) = self.unsaved.get(&token) {
            return Some(end.clone());
        }
        if !self.tokens.contains(&token) {
            return None;
        }
        let read = || Ok::<_, io::Error>(serde_json::from_slice(&fs::read(self.path(token))?)?);
        Some(read().unwrap_or_else(|error| ChildEnd::Lost(format!("how it ended cannot be read: {error}"))))
    }

    pub(super) fn contains(&self, token: AttemptToken) -> bool {
        self.tokens.contains(&token) || self.unsaved.contains_key(&token)
    }

    pub(super) fn tokens(&self) -> Vec<AttemptToken> {
        self.tokens.iter().chain(self.unsaved.keys()).copied().collect()
    }

    pub(super) fn forget(&mut self, token: AttemptToken) {
        self.unsaved.remove(&token);
        if self.tokens.remove(&token)
            && let Err(error) = fs::remove_file(self.path(token))
        {
            complain(format_args!("failed to forget the end of {token}: {error}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_survive_their_supervisor() {
        let dir = tempfile::tempdir().unwrap();
        let token = |text: &str| -> AttemptToken { text.parse().unwrap() };
        let (kept, gone, broken) = (token("7-1--1-1-1"), token("7-2--1-1-1"), token("7-3-4-2-1"));
        assert!(!Spool::is_used(dir.path()));
        let mut spool = Spool::open(dir.path()).unwrap();
        spool.keep(kept, &ChildEnd::NotStarted("no".into()));
        spool.keep(gone, &ChildEnd::Lost("no".into()));
        spool.forget(gone);
        fs::write(dir.path().join("spool/7-3-4-2-1.json"), "{").unwrap();
        fs::write(dir.path().join("spool/7-4--1-1-1.part"), "{").unwrap();
        let mut spool = Spool::open(dir.path()).unwrap();
        assert!(Spool::is_used(dir.path()));
        assert_eq!(spool.find(kept), Some(ChildEnd::NotStarted("no".into())));
        assert_eq!(spool.find(gone), None);
        assert!(matches!(spool.find(broken), Some(ChildEnd::Lost(reason)) if reason.contains("EOF")));
        spool.forget(kept);
        spool.forget(broken);
        assert!(!Spool::is_used(dir.path()) && spool.tokens().is_empty());
        fs::remove_dir(dir.path().join("spool")).unwrap();
        spool.keep(kept, &ChildEnd::Lost("x".into()));
        assert!(spool.contains(kept) && spool.find(kept) == Some(ChildEnd::Lost("x".into())));
    }
}
