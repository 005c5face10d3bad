//! Template files, and nothing else.

use std::io::Read;
use std::path::{Component, Path, PathBuf};

use minijinja::{Error, ErrorKind};

/// The biggest template file.
const MAX_FILE_BYTES: u64 = 4 << 20;

/// Folders in which template files are looked up, the first one first.
#[derive(Clone, Debug, Default)]
pub(super) struct Files {
    pub(super) folders: Vec<PathBuf>,
}

impl Files {
    /// The file called `name` below one of the folders; `None` where none has it. A name that leads out of them is refused, also by
    /// way of a symbolic link.
    pub(super) fn load(&self, name: &str) -> Result<Option<String>, Error> {
        let is_inside =
            Path::new(name).components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
        if !is_inside || name.contains('\0') {
            return Err(refused(format!("the template file {name:?} leads out of the folders of templates")));
        }
        for folder in &self.folders {
            let Ok(path) = folder.join(name).canonicalize() else { continue };
            let Ok(folder) = folder.canonicalize() else { continue };
            if !path.starts_with(&folder) {
                return Err(refused(format!(
                    "the template file {name:?} is a link that leads out of {}",
                    folder.display()
                )));
            }
            if path.is_file() {
                return read(&path).map(Some);
            }
        }
        Ok(None)
    }
}

fn read(path: &Path) -> Result<String, Error> {
    let unreadable = |reason: String| refused(format!("the template file {} cannot be read: {reason}", path.display()));
    let file = std::fs::File::open(path).map_err(|error| unreadable(error.to_string()))?;
    let mut text = String::new();
    file.take(MAX_FILE_BYTES + 1).read_to_string(&mut text).map_err(|error| unreadable(error.to_string()))?;
    if text.len() as u64 > MAX_FILE_BYTES {
        return Err(unreadable(format!("it has more than {MAX_FILE_BYTES} bytes")));
    }
    super::shape::check(&text)?;
    Ok(text)
}

fn refused(message: String) -> Error {
    Error::new(ErrorKind::InvalidOperation, message)
}
