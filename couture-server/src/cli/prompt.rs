//! Secrets that are asked for on the terminal.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Write as _};

use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};

use super::entries::text_or_input;
use super::verdict::CliError;

/// The biggest answer.
const MAX_BYTES: u64 = 4_096;

/// Where secrets come from.
#[derive(Debug)]
pub(super) enum Secrets {
    /// A terminal, which asks for them.
    Terminal,
    /// The lines of standard input, one after the other.
    Lines(std::vec::IntoIter<String>),
}

impl Secrets {
    /// From standard input, where that is wanted, or else the terminal.
    pub(super) fn from(standard_input: bool) -> Result<Self, CliError> {
        if !standard_input {
            return Ok(Self::Terminal);
        }
        let lines: Vec<String> = text_or_input("-".into())?.lines().map(String::from).collect();
        Ok(Self::Lines(lines.into_iter()))
    }

    /// The next one.
    pub(super) fn next(&mut self, question: &str) -> Result<String, CliError> {
        match self {
            Self::Terminal => secret(None, question),
            Self::Lines(lines) => Self::line(lines, question),
        }
    }

    /// The next one, which is new: a terminal asks for it twice.
    pub(super) fn next_new(&mut self, question: &str) -> Result<String, CliError> {
        match self {
            Self::Terminal => new_secret(None, question),
            Self::Lines(lines) => Self::line(lines, question),
        }
    }

    fn line(lines: &mut std::vec::IntoIter<String>, question: &str) -> Result<String, CliError> {
        let missing = || CliError::message(format!("standard input has no further line for: {question}"));
        lines.next().ok_or_else(missing)
    }
}

/// Asks for a secret on the terminal, which does not show what is typed. `-` in its place is standard input.
pub(super) fn secret(given: Option<String>, question: &str) -> Result<String, CliError> {
    if let Some(given) = given {
        return text_or_input(given);
    }
    let no_terminal = |_| {
        CliError::message(
            "there is no terminal to ask for the password at; say --password-stdin to read it from standard input, and the new one from the next line where it must be changed",
        )
    };
    let mut terminal = File::options().read(true).write(true).open("/dev/tty").map_err(no_terminal)?;
    let failed = |error: &dyn std::fmt::Display| CliError::message(format!("failed to read the password: {error}"));
    let before = tcgetattr(&terminal).map_err(|error| failed(&error))?;
    let mut silent = before.clone();
    silent.local_modes.remove(LocalModes::ECHO);
    write!(terminal, "{question}: ").map_err(|error| failed(&error))?;
    tcsetattr(&terminal, OptionalActions::Flush, &silent).map_err(|error| failed(&error))?;
    let mut line = String::new();
    let read = BufReader::new(std::io::Read::take(&terminal, MAX_BYTES)).read_line(&mut line);
    // Whatever was read, the terminal shows again what is typed.
    let restored = tcsetattr(&terminal, OptionalActions::Flush, &before);
    let _ = writeln!(terminal);
    read.map_err(|error| failed(&error))?;
    restored.map_err(|error| failed(&error))?;
    Ok(line.trim_end_matches(['\n', '\r']).to_owned())
}

/// Asks for a new secret, twice.
pub(super) fn new_secret(given: Option<String>, question: &str) -> Result<String, CliError> {
    if given.is_some() {
        return secret(given, question);
    }
    let (first, again) = (secret(None, question)?, secret(None, &format!("{question}, once more"))?);
    if first == again { Ok(first) } else { Err(CliError::message("the two differ; nothing was changed")) }
}
