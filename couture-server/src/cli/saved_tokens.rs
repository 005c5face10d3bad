//! Tokens of servers at which somebody logged in: `~/.config/couture/tokens.json`, for its owner alone.

use std::collections::BTreeMap;
use std::fs::{self, DirBuilder, File};
use std::io::{self, Read as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use super::verdict::CliError;
use crate::durable_file::replace_private;

/// No file of tokens is bigger.
const MAX_BYTES: u64 = 1 << 20;

/// Tokens by the address of their server.
#[derive(Debug, Default)]
pub(super) struct SavedTokens {
    file: PathBuf,
    tokens: BTreeMap<String, String>,
}

impl SavedTokens {
    /// Those of this user. Where there is no home, or no such file, there are none.
    pub(super) fn of_user() -> Result<Self, CliError> {
        let folder = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let config = folder("XDG_CONFIG_HOME").or_else(|| folder("HOME").map(|home| home.join(".config")));
        match config {
            Some(config) => Self::of_file(config.join("couture/tokens.json")),
            None => Ok(Self::default()),
        }
    }

    fn of_file(file: PathBuf) -> Result<Self, CliError> {
        let failed = |reason: String| CliError::message(format!("failed to read {}: {reason}", file.display()));
        let mut text = String::new();
        match File::open(&file).and_then(|open| open.take(MAX_BYTES).read_to_string(&mut text)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self { file, tokens: BTreeMap::new() }),
            other => other.map_err(|error| failed(error.to_string()))?,
        };
        // The reader's message may quote a token.
        let tokens =
            serde_json::from_str(&text).map_err(|_| failed("it is no JSON object of tokens; delete it".into()))?;
        Ok(Self { file, tokens })
    }

    /// The token for this server.
    pub(super) fn get(&self, server: &str) -> Option<&str> {
        self.tokens.get(server).map(String::as_str)
    }

    /// Keeps a token for this server, or forgets the one that is kept.
    pub(super) fn set(&mut self, server: &str, token: Option<String>) -> Result<(), CliError> {
        match token {
            Some(token) => self.tokens.insert(server.to_owned(), token),
            None => self.tokens.remove(server),
        };
        self.write().map_err(|error| CliError::message(format!("failed to write {}: {error}", self.file.display())))
    }

    fn write(&self) -> io::Result<()> {
        let folder = self.file.parent().filter(|folder| folder.is_absolute());
        let folder: &Path = folder.ok_or_else(|| io::Error::other("HOME is not set, so there is no place for it"))?;
        fs::create_dir_all(folder.parent().unwrap_or(folder))?;
        match DirBuilder::new().mode(0o700).create(folder) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            other => other?,
        }
        replace_private(&self.file, &serde_json::to_vec_pretty(&self.tokens)?)
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn tokens_are_private_and_of_their_server() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("couture/tokens.json");
        let mut tokens = SavedTokens::of_file(file.clone()).unwrap();
        tokens.set("http://a", Some("hunter2".into())).unwrap();
        tokens.set("http://b", Some("b".into())).unwrap();
        tokens.set("http://b", None).unwrap();
        let again = SavedTokens::of_file(file.clone()).unwrap();
        assert_eq!((again.get("http://a"), again.get("http://b")), (Some("hunter2"), None));
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::metadata(file.parent().unwrap()).unwrap().permissions().mode() & 0o777, 0o700);
        fs::write(&file, "hunter2").unwrap();
        let error = SavedTokens::of_file(file).unwrap_err().to_string();
        assert!(!error.contains("hunter2"), "{error}");
    }
}
