//! A child's output on its way into the log: masked, stamped, bounded.

use std::io;

use super::appender::Appender;
use super::last_line::LastLine;
use super::mask::Masker;
use super::stamp::Stamper;
use crate::full_disk::is_full_disk;

/// The output of one child. Memory stays bounded whatever the child prints.
#[derive(Debug)]
pub(crate) struct OutputLog {
    appender: Appender,
    masker: Masker,
    stamper: Stamper,
    last_line: LastLine,
    max_bytes: u64,
    length: u64,
    full: bool,
    /// What a full disk did not take yet.
    waiting: Vec<u8>,
    lost: Option<Loss>,
    /// How many secrets there are, and their bytes.
    secrets: (usize, usize),
    /// There are more than are masked.
    sealed: bool,
}

/// Output that could not be written, until the log tells of it.
#[derive(Debug)]
struct Loss {
    bytes: u64,
    error: String,
}

/// Space to work in, shared by all children of a thread.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    masked: Vec<u8>,
    stamped: Vec<u8>,
}

impl OutputLog {
    /// Blocks of about this size are written at a time.
    const BLOCK_BYTES: usize = 256 * 1024;

    /// The most secrets that are masked in one log, and their bytes.
    const MAX_SECRETS: usize = 10_000;
    const MAX_SECRET_BYTES: usize = 4 << 20;

    /// The longest line of our own.
    const MAX_NOTE_BYTES: usize = 64 * 1024;

    /// Writes into `appender` until the log has `max_bytes`; from then on, output is dropped and only notes are written.
    pub(crate) fn new(appender: Appender, secrets: &[String], max_bytes: u64) -> Self {
        Self {
            appender,
            masker: Masker::new(secrets),
            stamper: Stamper::default(),
            last_line: LastLine::default(),
            max_bytes,
            length: 0,
            full: false,
            waiting: Vec::new(),
            lost: None,
            secrets: extent(secrets),
            sealed: false,
        }
    }

    /// Masks these, too, in what comes. Where there are too many, no more output is taken.
    pub(crate) fn add_secrets(&mut self, secrets: &[String]) {
        if secrets.is_empty() || self.sealed {
            return;
        }
        let (count, bytes) = extent(secrets);
        self.secrets = (self.secrets.0 + count, self.secrets.1 + bytes);
        if self.secrets.0 > Self::MAX_SECRETS || self.secrets.1 > Self::MAX_SECRET_BYTES {
            self.sealed = true;
            self.write_note("There are more secrets than can be masked; further output is dropped");
        } else {
            self.masker.add(secrets);
        }
    }

    /// Adds a piece of output.
    pub(crate) fn push(&mut self, piece: &[u8], scratch: &mut Scratch) {
        if self.sealed {
            return;
        }
        scratch.masked.clear();
        self.masker.push(piece, &mut scratch.masked);
        self.write(scratch);
    }

    /// Adds a line of our own, secrets masked.
    pub(crate) fn note(&mut self, text: &str) {
        let mut text = self.masker.mask(text);
        if text.len() > Self::MAX_NOTE_BYTES {
            let end = (0..=Self::MAX_NOTE_BYTES).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
            text.truncate(end);
            text.push('…');
        }
        self.write_note(&text);
    }

    /// The output is over: writes what was held back, and ends the last line.
    pub(crate) fn end(&mut self, scratch: &mut Scratch) {
        scratch.masked.clear();
        self.masker.finish(&mut scratch.masked);
        self.write(scratch);
        scratch.stamped.clear();
        self.stamper.end_line(&mut scratch.stamped);
        self.append(&scratch.stamped);
    }

    /// Whether a full disk holds up the log. More output is then kept in memory, so it should not be read from the child.
    pub(crate) fn is_held_up(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Tries again what a full disk held up.
    pub(crate) fn retry(&mut self) {
        let block = std::mem::take(&mut self.waiting);
        self.append(&block);
    }

    /// Drops what a full disk holds up; the log tells of it when it can be written again.
    pub(crate) fn give_up(&mut self) {
        let block = std::mem::take(&mut self.waiting);
        if !block.is_empty() {
            self.lose(block.len(), &io::Error::from(io::ErrorKind::StorageFull));
        }
    }

    /// The last line that is not blank, masked.
    pub(crate) fn into_last_line(self) -> String {
        self.last_line.finish()
    }

    fn write(&mut self, Scratch { masked, stamped }: &mut Scratch) {
        self.last_line.push(masked);
        let at = crate::wall::now();
        let mut rest = &masked[..];
        while !rest.is_empty() && !self.full {
            stamped.clear();
            let taken = self.stamper.push(rest, at, stamped, Self::BLOCK_BYTES);
            rest = &rest[taken..];
            let room = self.max_bytes.saturating_sub(self.length);
            if stamped.len() as u64 > room {
                stamped.truncate(room as usize);
                self.stamper.cut_to(stamped);
                self.full = true;
            }
            self.append(stamped);
            if self.full {
                self.write_note(&format!("The log has {} bytes; further output is dropped", self.max_bytes));
            }
        }
    }

    fn write_note(&mut self, text: &str) {
        let mut block = Vec::with_capacity(text.len() + 64);
        self.stamper.lines(text, crate::wall::now(), &mut block);
        self.append(&block);
    }

    fn append(&mut self, block: &[u8]) {
        if block.is_empty() {
            return;
        }
        if self.is_held_up() {
            self.length += block.len() as u64;
            return self.waiting.extend_from_slice(block);
        }
        if let Some(loss) = &self.lost {
            let mut note = Vec::new();
            let text = format!("{} bytes of the log were lost here: {}", loss.bytes, loss.error);
            Stamper::default().lines(&text, crate::wall::now(), &mut note);
            if self.appender.append_line(&note).is_ok() {
                self.lost = None;
            }
        }
        match self.appender.append(block) {
            Ok(length) => self.length = length,
            Err(error) if is_full_disk(&error) => {
                self.length += block.len() as u64;
                self.waiting.extend_from_slice(block);
            }
            Err(error) => self.lose(block.len(), &error),
        }
    }

    fn lose(&mut self, bytes: usize, error: &io::Error) {
        if self.lost.is_none() {
            tracing::error!("failed to write a task's log: {error}");
        }
        let loss = self.lost.get_or_insert_with(|| Loss { bytes: 0, error: error.to_string() });
        loss.bytes += bytes as u64;
    }
}

fn extent(secrets: &[String]) -> (usize, usize) {
    (secrets.len(), secrets.iter().map(String::len).sum())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn log_of(max_bytes: u64, secrets: &[&str], pieces: &[&str]) -> (String, String) {
        let folder = tempfile::tempdir().unwrap();
        let secrets: Vec<String> = secrets.iter().map(|secret| (*secret).to_owned()).collect();
        let mut output = OutputLog::new(Appender::new(folder.path()), &secrets, max_bytes);
        let mut scratch = Scratch::default();
        output.note("Running command: hunter2");
        pieces.iter().for_each(|piece| output.push(piece.as_bytes(), &mut scratch));
        output.end(&mut scratch);
        output.note("Command exited with return code 0");
        let text = fs::read_to_string(folder.path().join("00000000000000000000.log")).unwrap();
        let lines: String = text.lines().map(|line| format!("{}\n", line.get(30..).unwrap_or(line))).collect();
        (lines, output.into_last_line())
    }

    #[test]
    fn output_becomes_a_log() {
        let (log, last) = log_of(u64::MAX, &["hunter2"], &["one\npass hun", "ter2 wor", "d"]);
        assert_eq!(log, "Running command: ***\none\npass *** word\nCommand exited with return code 0\n");
        assert_eq!(last, "pass *** word");
    }

    #[test]
    fn a_log_is_bounded_and_says_so() {
        let output = "0123456789\n".repeat(1_000);
        let (log, last) = log_of(1_000, &[], &[&output, &output, "end\n"]);
        let lines: Vec<&str> = log.lines().collect();
        assert_eq!(lines.len(), 27, "{log}");
        assert_eq!(lines[25], "The log has 1000 bytes; further output is dropped");
        assert_eq!(lines[26], "Command exited with return code 0");
        assert_eq!(last, "end");
    }

    #[test]
    fn output_with_too_many_secrets_is_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let mut output = OutputLog::new(Appender::new(folder.path()), &[], u64::MAX);
        let mut scratch = Scratch::default();
        let mut say = |output: &mut OutputLog| output.push(b"secret 7777\n", &mut scratch);
        output.add_secrets(&(0..10_000).map(|number| format!("secret {number}")).collect::<Vec<_>>());
        say(&mut output);
        output.add_secrets(&["one more".to_owned()]);
        say(&mut output);
        let text = fs::read_to_string(folder.path().join("00000000000000000000.log")).unwrap();
        let lines: Vec<&str> = text.lines().map(|line| &line[30..]).collect();
        assert_eq!(lines, ["***", "There are more secrets than can be masked; further output is dropped"]);
        assert_eq!(output.into_last_line(), "***");
    }

    #[test]
    fn what_cannot_be_written_is_counted_and_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        fs::write(&path, "not a folder").unwrap();
        let mut output = OutputLog::new(Appender::new(&path), &[], u64::MAX);
        let mut scratch = Scratch::default();
        output.push(b"lost\n", &mut scratch);
        fs::remove_file(&path).unwrap();
        output.push(b"kept\n", &mut scratch);
        let text = fs::read_to_string(path.join("00000000000000000000.log")).unwrap();
        let lines: Vec<&str> = text.lines().map(|line| &line[30..]).collect();
        assert!(lines[0].starts_with("35 bytes of the log were lost here: Not a directory"), "{text}");
        assert_eq!(lines[1..], ["kept"]);
    }
}
