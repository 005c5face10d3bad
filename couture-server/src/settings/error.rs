//! What can be wrong with the settings.

use std::fmt;
use std::path::PathBuf;

/// Where a setting was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// In a file.
    File {
        /// Which file.
        file: PathBuf,
        /// The line, from 1.
        line: usize,
    },
    /// By an environment variable.
    Environment(String),
    /// By a flag, named without its dashes.
    Flag(String),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { file, line } => write!(f, "{}, line {line}", file.display()),
            Self::Environment(name) => write!(f, "environment variable {name}"),
            Self::Flag(flag) => write!(f, "flag --{flag}"),
        }
    }
}

/// Why the settings cannot be used. No message holds the value that was given, since it may be a secret.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SettingsError {
    /// The file cannot be read.
    #[error("{}: {source}", .file.display())]
    Read {
        /// Which file.
        file: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// The file is not TOML.
    #[error("{origin}, column {column}: {message}")]
    Syntax {
        /// Where.
        origin: Origin,
        /// The column, from 1.
        column: usize,
        /// What is wrong.
        message: String,
    },
    /// There is no such section or key.
    #[error("{origin}: there is no setting {name:?}{}", suggestion(.known))]
    Unknown {
        /// Where it was given.
        origin: Origin,
        /// What was given.
        name: String,
        /// What there is instead.
        known: Vec<String>,
    },
    /// The value is not one.
    #[error("{origin}: {key} must be {wanted}")]
    Value {
        /// Where it was given.
        origin: Origin,
        /// `section.key`.
        key: String,
        /// What is allowed.
        wanted: String,
    },
    /// The key cannot be set there.
    #[error(
        "{origin}: {key} cannot be set in a file that lies in the data folder itself; use --data, COUTURE__DATA__DIR, or another file with --config"
    )]
    DataDir {
        /// Where it was given.
        origin: Origin,
        /// `data.dir`.
        key: String,
    },
}

fn suggestion(known: &[String]) -> String {
    if known.is_empty() { String::new() } else { format!("; there are {}", known.join(", ")) }
}
