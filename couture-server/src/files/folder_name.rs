//! Which names files may have in the DAG folder.

use std::fs;
use std::io;
use std::path::Path;

use couture_store::TreePath;

use super::error::FilesError;

/// The one hidden file that people write.
const IGNORE_FILE: &str = ".airflowignore";

/// Checks the parts of a name that are to be written below the DAG folder or a tree of code.
pub(super) fn check_parts(path: &TreePath) -> Result<(), FilesError> {
    let parts = path.as_str().split('/');
    let last = path.as_str().rsplit('/').next().unwrap_or_default();
    for part in parts {
        if part.starts_with('.') && !(part == IGNORE_FILE && last == IGNORE_FILE) {
            return Err(FilesError::unfit(path, "names that begin with a dot are hidden; give it another one"));
        }
        if part == "__pycache__" {
            return Err(FilesError::unfit(path, "Python keeps the folder __pycache__ for itself"));
        }
        if part.trim() != part {
            return Err(FilesError::unfit(path, "a part of it begins or ends with a space"));
        }
    }
    Ok(())
}

/// Checks that a name leads below `root` through folders that are no links, to a plain file or to nothing, and that nothing there has the same
/// name but for upper and lower case. Blocks its thread.
pub(super) fn check_place(root: &Path, path: &TreePath) -> Result<(), FilesError> {
    let mut place = root.to_owned();
    let mut parts = path.as_str().split('/').peekable();
    while let Some(part) = parts.next() {
        let is_last = parts.peek().is_none();
        let next = place.join(part);
        let facts = match fs::symlink_metadata(&next) {
            Ok(facts) => facts,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return same_but_for_case(&place, part, path),
            Err(error) => return Err(error.into()),
        };
        let wrong = if facts.is_symlink() {
            Some("a link is there; the server writes through none")
        } else if is_last && facts.is_dir() {
            Some("a folder of that name is there")
        } else if !is_last && !facts.is_dir() {
            Some("a file is there where a folder must be")
        } else if is_last && !facts.is_file() {
            Some("what is there is no plain file")
        } else {
            None
        };
        if let Some(reason) = wrong {
            return Err(FilesError::unfit(path, format!("{reason} ({})", relative(root, &next))));
        }
        place = next;
    }
    Ok(())
}

fn relative(root: &Path, place: &Path) -> String {
    place.strip_prefix(root).unwrap_or(place).display().to_string()
}

/// Two such names are one file on other systems, and for people.
fn same_but_for_case(folder: &Path, name: &str, path: &TreePath) -> Result<(), FilesError> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    for entry in entries {
        let other = entry?.file_name();
        let Some(other) = other.to_str() else { continue };
        if differs_in_case(other, name) {
            return Err(FilesError::unfit(
                path,
                format!("{other:?} is there, which differs in upper and lower case only"),
            ));
        }
    }
    Ok(())
}

/// Whether two names are the same but for upper and lower case.
pub(super) fn differs_in_case(one: &str, other: &str) -> bool {
    one != other && one.to_lowercase() == other.to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> TreePath {
        TreePath::new(text).unwrap()
    }

    #[test]
    fn hidden_names_are_refused() {
        for good in ["a.py", "a/b.py", ".airflowignore", "a/.airflowignore", "a..py", "ä b.py"] {
            assert!(check_parts(&path(good)).is_ok(), "{good}");
        }
        for bad in [".a.py", ".git/config", "a/.b/c.py", ".airflowignore/a.py", "__pycache__/a.pyc", " a.py", "a /b.py"]
        {
            assert!(check_parts(&path(bad)).is_err(), "{bad}");
        }
    }

    #[test]
    fn only_plain_places_are_written() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("dags");
        fs::create_dir_all(root.join("sub")).unwrap();
        fs::write(root.join("a.py"), "").unwrap();
        fs::write(folder.path().join("outside.py"), "").unwrap();
        std::os::unix::fs::symlink(folder.path(), root.join("link")).unwrap();
        std::os::unix::fs::symlink(folder.path().join("outside.py"), root.join("linked.py")).unwrap();
        rustix::fs::mkfifoat(rustix::fs::CWD, root.join("pipe.py"), rustix::fs::Mode::RWXU).unwrap();
        let check = |name: &str, expected: Option<&str>| match (check_place(&root, &path(name)), expected) {
            (Ok(()), None) => {}
            (Err(error), Some(words)) => assert!(error.to_string().contains(words), "{error}"),
            (result, _) => panic!("{name}: {result:?}"),
        };
        check("a.py", None);
        check("new.py", None);
        check("sub/new.py", None);
        check("new/er/x.py", None);
        check("A.py", Some("upper and lower case"));
        check("Sub/new.py", Some("upper and lower case"));
        check("sub", Some("a folder of that name"));
        check("a.py/b.py", Some("a file is there where a folder must be"));
        check("link/x.py", Some("a link is there"));
        check("linked.py", Some("a link is there"));
        check("pipe.py", Some("no plain file"));
    }
}
