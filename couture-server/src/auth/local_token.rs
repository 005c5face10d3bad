//! The token of whoever may read the data folder.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::secret::{DrawnSecret, is_same};
use crate::durable_file::replace_private;
use crate::error::StartError;

/// A token that a server leaves in its data folder, for its owner alone, while it runs: whoever can read that has the database and all
/// keys anyway, and may as well ask the server. It permits everything but what needs a user.
#[derive(Debug)]
pub struct LocalToken {
    secret: DrawnSecret,
    file: PathBuf,
}

const FILE: &str = "local.token";

impl LocalToken {
    pub(super) const PREFIX: &'static str = "couture_local_";

    /// Draws a new one, and leaves it in `data`.
    pub fn leave(data: &Path) -> Result<Self, StartError> {
        let (secret, file) = (DrawnSecret::draw(Self::PREFIX), data.join(FILE));
        replace_private(&file, secret.reveal().as_bytes())
            .map_err(|source| StartError::Data { folder: file.clone(), source })?;
        Ok(Self { secret, file })
    }

    /// The token of the server that runs on `data`, or ran there last, where this program may read it.
    pub fn find(data: &Path) -> Option<String> {
        let mut text = String::new();
        File::open(data.join(FILE)).ok()?.take(1_024).read_to_string(&mut text).ok()?;
        text.starts_with(Self::PREFIX).then_some(text)
    }

    pub(super) fn is(&self, sent: &str) -> bool {
        is_same(self.secret.reveal(), sent)
    }
}

impl Drop for LocalToken {
    fn drop(&mut self) {
        // The next server draws another one in any case.
        let _ = fs::remove_file(&self.file);
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn it_is_private_new_at_each_start_and_goes_with_the_server() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(LocalToken::find(folder.path()), None);
        let first = LocalToken::leave(folder.path()).unwrap();
        let found = LocalToken::find(folder.path()).unwrap();
        assert!(first.is(&found) && !first.is("couture_local_") && !first.is(""));
        assert_eq!(fs::metadata(folder.path().join(FILE)).unwrap().permissions().mode() & 0o777, 0o600);
        drop(first);
        assert_eq!(LocalToken::find(folder.path()), None);
        assert!(!LocalToken::leave(folder.path()).unwrap().is(&found));
    }
}
