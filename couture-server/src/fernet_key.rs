//! The Fernet keys of a server: from its environment, or from its data folder.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use couture_store::FernetKeys;

use crate::durable_file::replace_private;
use crate::error::StartError;

/// Where keys are looked for first: separated by commas, the first encrypts; empty for clear text, as in Airflow.
const VARIABLE: &str = "COUTURE_FERNET_KEY";
/// Where they are else, in the data folder; made with a new key where it is missing.
const FILE: &str = "fernet.key";
/// No file of keys is bigger.
const MAX_BYTES: u64 = 64 << 10;

/// The keys, and where they are from.
#[derive(Debug)]
pub(crate) struct FernetKey {
    keys: FernetKeys,
    /// The file, unless the environment has them.
    file: Option<PathBuf>,
}

impl FernetKey {
    /// The keys of the environment, or of the file in `data`, which is made where it is missing, for its owner alone.
    pub(crate) fn find(data: &Path) -> Result<Self, StartError> {
        match std::env::var_os(VARIABLE) {
            Some(text) => {
                let keys = parsed(VARIABLE, &text.to_string_lossy())?;
                Ok(Self { keys, file: None })
            }
            None => Self::of_file(data.join(FILE)),
        }
    }

    fn of_file(file: PathBuf) -> Result<Self, StartError> {
        let failed = |source| StartError::Data { folder: file.clone(), source };
        let text = match read(&file) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                replace_private(&file, format!("{}\n", FernetKeys::generate()).as_bytes()).map_err(failed)?;
                read(&file).map_err(failed)?
            }
            other => other.map_err(failed)?,
        };
        // A line for each key is as good as a comma.
        let keys = parsed(&file.display().to_string(), &text.split_whitespace().collect::<Vec<_>>().join(","))?;
        let mode = fs::metadata(&file).map_err(failed)?.permissions().mode();
        if mode & 0o077 != 0 {
            tracing::warn!(file = %file.display(), "others can read the Fernet key; run: chmod 600 {}", file.display());
        }
        Ok(Self { keys, file: Some(file) })
    }

    pub(crate) fn keys(&self) -> &FernetKeys {
        &self.keys
    }

    /// Refuses keys from the file that are not those of the database: two servers that share it would not read each other's values.
    /// Whoever names a key in the environment means it.
    pub(crate) fn check(&self, has_the_key: bool) -> Result<(), StartError> {
        match &self.file {
            _ if has_the_key => Ok(()),
            Some(file) => Err(StartError::ForeignKey { file: file.clone() }),
            None => {
                tracing::warn!(
                    "the keys in {VARIABLE} do not decrypt what is in the database; add the key that it was encrypted with, or set \
                     its variables and connections again"
                );
                Ok(())
            }
        }
    }
}

fn parsed(place: &str, text: &str) -> Result<FernetKeys, StartError> {
    FernetKeys::parse(text).map_err(|error| StartError::Unfit(format!("{place}: {error}")))
}

fn read(file: &Path) -> io::Result<String> {
    let mut text = String::new();
    let length = File::open(file)?.take(MAX_BYTES + 1).read_to_string(&mut text)?;
    if length as u64 > MAX_BYTES {
        return Err(io::Error::other(format!("it is bigger than {MAX_BYTES} bytes")));
    }
    if text.trim().is_empty() {
        return Err(io::Error::other("it holds no key; delete it if there was none, or bring the key back"));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_once_and_is_private() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(FILE);
        FernetKey::of_file(file.clone()).unwrap();
        let made = fs::read_to_string(&file).unwrap();
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        let again = FernetKey::of_file(file.clone()).unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), made);
        assert!(!again.keys().is_empty() && again.check(true).is_ok());
        let error = again.check(false).unwrap_err().to_string();
        assert!(error.contains("fernet.key") && !error.contains(made.trim()), "{error}");
    }

    #[test]
    fn files_without_keys_are_refused() {
        let check = |content: &str, words: &str| {
            let folder = tempfile::tempdir().unwrap();
            let file = folder.path().join(FILE);
            fs::write(&file, content).unwrap();
            let error = FernetKey::of_file(file).unwrap_err().to_string();
            assert!(error.contains(words) && !error.contains("hunter2"), "{error}");
        };
        check("", "holds no key");
        check("hunter2", "Fernet key number 1");
        check(&format!("{}\nhunter2\n", FernetKeys::generate()), "Fernet key number 2");
        check(&"x".repeat(100_000), "bigger than");
    }
}
