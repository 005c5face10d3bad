//! Messages on a stream of bytes.

use std::io;

use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::mpsc;

use super::protocol::MAX_FRAME_BYTES;

/// Reads messages. What was read stays when a future is dropped.
#[derive(Debug)]
pub(super) struct FrameReader<R> {
    source: R,
    buffer: Vec<u8>,
    taken: usize,
}

const LENGTH_BYTES: usize = 4;

/// A buffer that grew beyond this is given back.
const KEPT_BYTES: usize = 256 * 1024;

impl<R: AsyncRead + Unpin> FrameReader<R> {
    pub(super) fn new(source: R) -> Self {
        Self { source, buffer: Vec::new(), taken: 0 }
    }

    /// The next message; `None` at the end of the stream. An error tells that what comes makes no sense.
    pub(super) async fn next<M: DeserializeOwned>(&mut self) -> io::Result<Option<M>> {
        loop {
            if let Some(message) = self.take()? {
                return Ok(Some(message));
            }
            self.buffer.drain(..self.taken);
            self.taken = 0;
            if self.buffer.is_empty() && self.buffer.capacity() > KEPT_BYTES {
                self.buffer = Vec::new();
            }
            self.buffer.reserve(16 * 1024);
            if self.source.read_buf(&mut self.buffer).await? == 0 {
                return if self.buffer.is_empty() { Ok(None) } else { Err(io::ErrorKind::UnexpectedEof.into()) };
            }
        }
    }

    fn take<M: DeserializeOwned>(&mut self) -> io::Result<Option<M>> {
        let rest = &self.buffer[self.taken..];
        let Some((length, rest)) = rest.split_first_chunk::<LENGTH_BYTES>() else { return Ok(None) };
        let length = u32::from_be_bytes(*length) as usize;
        if length > MAX_FRAME_BYTES {
            return Err(io::Error::new(io::ErrorKind::InvalidData, format!("a frame of {length} bytes")));
        }
        let Some(frame) = rest.get(..length) else { return Ok(None) };
        let message = serde_json::from_slice(frame)?;
        self.taken += LENGTH_BYTES + length;
        Ok(Some(message))
    }
}

/// `message` as a frame; an error tells that it is too long.
pub(super) fn frame<M: Serialize>(message: &M) -> io::Result<Vec<u8>> {
    let mut frame = vec![0; LENGTH_BYTES];
    serde_json::to_writer(&mut frame, message)?;
    let length = frame.len() - LENGTH_BYTES;
    if length > MAX_FRAME_BYTES {
        return Err(io::Error::new(io::ErrorKind::InvalidData, format!("{length} bytes are too many for one message")));
    }
    frame[..LENGTH_BYTES].copy_from_slice(&(length as u32).to_be_bytes());
    Ok(frame)
}

/// Writes frames as they come, as many as there are at a time, until no more come or nobody reads.
pub(super) async fn write_frames(mut frames: mpsc::UnboundedReceiver<Vec<u8>>, mut to: impl AsyncWrite + Unpin) {
    let mut waiting = Vec::new();
    while frames.recv_many(&mut waiting, 256).await > 0 {
        let block = waiting.concat();
        waiting.clear();
        if to.write_all(&block).await.is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn read(bytes: &[u8]) -> String {
        let mut reader = FrameReader::new(bytes);
        let mut all = String::new();
        loop {
            match reader.next::<serde_json::Value>().await {
                Ok(Some(value)) => all += &format!("{value} "),
                Ok(None) => return all + "end",
                Err(error) => return all + &error.kind().to_string(),
            }
        }
    }

    #[tokio::test]
    async fn frames_are_read_or_refused() {
        let mut two = frame(&1).unwrap();
        two.extend(frame(&[2]).unwrap());
        assert_eq!(read(&two).await, "1 [2] end");
        assert_eq!(read(&two[..8]).await, "1 unexpected end of file");
        assert_eq!(read(b"\xff\xff\xff\xff{}").await, "invalid data");
        assert_eq!(read(b"\0\0\0\x02{x").await, "invalid input parameter".replace("input parameter", "data"));
        assert_eq!(read(b"").await, "end");
        assert!(frame(&"x".repeat(MAX_FRAME_BYTES)).is_err());
    }
}
