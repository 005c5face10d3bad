use std::path::PathBuf;

/// Why a source cannot be profiled.
#[derive(Debug, thiserror::Error)]
pub enum EdaError {
    /// The file is not there, or may not be read.
    #[error("read {path}: {source}")]
    Read {
        /// The file or URL.
        path: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// The content is not what its name or its first bytes say.
    #[error("read {path}: it is damaged, or not {format}: {reason}")]
    Damaged {
        /// The file or URL.
        path: String,
        /// The format that was expected.
        format: &'static str,
        /// What the reader of the format says.
        reason: String,
    },
    /// More than is ever taken into memory at once.
    #[error("read {path}: {what}, and at most {limit} is read; {advice}")]
    TooLarge {
        /// The file or URL.
        path: String,
        /// What there is too much of.
        what: String,
        /// The bound.
        limit: String,
        /// What to do instead.
        advice: &'static str,
    },
    /// More columns than are looked at.
    #[error("read {columns} columns: at most {most} are looked at; choose those that matter")]
    TooManyColumns {
        /// How many there are.
        columns: usize,
        /// The bound.
        most: usize,
    },
    /// A name that means nothing here.
    #[error("read {name}: {reason}")]
    Source {
        /// What was asked for; never holds a password.
        name: String,
        /// Why it is no source, and what is one.
        reason: String,
    },
    /// A report or state could not be written.
    #[error("write {}: {source}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A saved state that does not fit.
    #[error(transparent)]
    State(#[from] StateError),
    /// The target of a feature importance is not usable.
    #[error("use {column} as the target: {reason}")]
    Target {
        /// The column that was named.
        column: String,
        /// Why not, and what to do.
        reason: String,
    },
}

/// Why a saved state cannot be read, or not be merged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StateError {
    /// Not bytes that a state consists of, or of another version.
    #[error("read the state: {0}; profile the data again")]
    Format(String),
    /// A sketch in the state is damaged.
    #[error("read a sketch of the state: {0}; profile the data again")]
    Sketch(String),
    /// The two states are of tables with other columns.
    #[error("merge the states: their columns differ: {0}; merge only profiles of the same table")]
    Columns(String),
}
