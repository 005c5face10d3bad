//! What kinds of files define DAGs.

use std::path::Path;

use super::parse::Format;

/// How a DAG file is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It holds one DAG as text.
    Text(Format),
    /// It is a Python program that makes DAGs: `.py`.
    Python,
    /// It holds Python programs that make DAGs: `.zip`.
    Archive,
}

impl Kind {
    /// By the file's ending; nothing where it is no DAG file.
    pub fn of(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()? {
            "py" => Some(Self::Python),
            "zip" => Some(Self::Archive),
            _ => Format::of(path).map(Self::Text),
        }
    }

    /// Why nobody can read this content, where that would not be told otherwise: a Python file that holds zero bytes is no text to Python,
    /// and speaks of nothing.
    pub(super) fn unreadable(self, content: &[u8]) -> Option<&'static str> {
        let is_wide = content.starts_with(b"\xff\xfe") || content.starts_with(b"\xfe\xff");
        match self {
            Self::Python if is_wide => {
                Some("the file is written in UTF-16 (or UTF-32), which Python does not read; save it as UTF-8")
            }
            Self::Python if content.contains(&0) => {
                Some("the file holds zero bytes, so it is no Python text; is it UTF-16? save it as UTF-8")
            }
            _ => None,
        }
    }

    /// Whether a file of this kind with this content may define DAGs: of Python files, those that speak of DAGs and of Airflow or Couture.
    pub(crate) fn may_define(self, content: &[u8]) -> bool {
        let has = |word: &[u8]| content.windows(word.len()).any(|piece| piece.eq_ignore_ascii_case(word));
        match self {
            Self::Python => has(b"dag") && (has(b"airflow") || has(b"couture")),
            Self::Text(_) | Self::Archive => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_python_cannot_read_is_told() {
        let check = |content: &[u8], expected: Option<&str>| {
            let found = Kind::Python.unreadable(content);
            assert!(
                found.is_some() == expected.is_some() && found.unwrap_or("").contains(expected.unwrap_or("")),
                "{found:?}"
            );
        };
        check(b"\xff\xfed\0a\0g\0", Some("UTF-16"));
        check(b"d\0a\0g\0", Some("zero bytes"));
        check("# ü".as_bytes(), None);
        assert_eq!(Kind::Archive.unreadable(b"PK\0"), None);
    }

    #[test]
    fn helpers_are_no_dag_files() {
        let check = |content: &str, expected: bool| {
            assert_eq!(Kind::Python.may_define(content.as_bytes()), expected, "{content}");
        };
        check("from airflow import DAG", true);
        check("from Couture.sdk import dag", true);
        check("import airflow", false);
        check("dag = 1", false);
        check("", false);
    }
}
