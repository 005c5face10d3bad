//! The end of what a warm parent printed.

use std::convert::Infallible;
use std::io;

use tokio::net::unix::pipe::Receiver;

/// So much of it is kept.
const MAX_BYTES: usize = 4 * 1024;

/// Reads a parent's output, and keeps the end of it.
#[derive(Debug)]
pub(super) struct Tail {
    pipe: Option<Receiver>,
    kept: Vec<u8>,
}

impl Tail {
    pub(super) fn new(pipe: Receiver) -> Self {
        Self { pipe: Some(pipe), kept: Vec::new() }
    }

    /// Reads until nothing more can come, for ever then. Dropping the future loses nothing.
    pub(super) async fn pump(&mut self) -> Infallible {
        while let Some(pipe) = &self.pipe {
            let mut block = [0; MAX_BYTES];
            let read = match pipe.readable().await {
                Ok(()) => pipe.try_read(&mut block),
                Err(error) => Err(error),
            };
            match read {
                Ok(length) if length > 0 => self.push(&block[..length]),
                Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted) => {}
                Ok(_) | Err(_) => self.pipe = None,
            }
        }
        std::future::pending().await
    }

    fn push(&mut self, block: &[u8]) {
        self.kept.extend_from_slice(block);
        let surplus = self.kept.len().saturating_sub(MAX_BYTES);
        self.kept.drain(..surplus);
    }

    /// What was kept, in one line.
    pub(super) fn into_line(self) -> String {
        String::from_utf8_lossy(&self.kept).trim().replace('\n', " | ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_is_kept() {
        let mut tail = Tail { pipe: None, kept: Vec::new() };
        tail.push(&[b'x'; MAX_BYTES]);
        tail.push(b"\none\ntwo\n");
        let line = tail.into_line();
        assert!(line.starts_with("xxx") && line.ends_with("xxx | one | two"), "{line}");
        assert!(line.len() < MAX_BYTES + 10);
    }
}
