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
