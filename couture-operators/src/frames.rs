//! Messages on a stream of bytes: each a frame, its length in four bytes before it, big end first, then JSON.

use std::io;

use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::mpsc;

/// The longest frame of a child's conversation.
pub(crate) const MAX_FRAME_BYTES: usize = 16 << 20;

/// What is nested deeper cannot be wrapped and still be read.
pub(crate) const MAX_DEPTH: usize = 100;

const LENGTH_BYTES: usize = 4;

/// A buffer that grew beyond this is given back.
const KEPT_BYTES: usize = 256 * 1024;

/// Bytes that came, until they are a frame.
#[derive(Debug)]
pub(crate) struct FrameBuffer {
    bytes: Vec<u8>,
    taken: usize,
    longest: usize,
}

impl FrameBuffer {
    /// Frames longer than `longest` are refused.
    pub(crate) fn new(longest: usize) -> Self {
        Self { bytes: Vec::new(), taken: 0, longest }
    }

    /// Where the next bytes are to be appended.
    pub(crate) fn room(&mut self) -> &mut Vec<u8> {
        self.bytes.drain(..self.taken);
        self.taken = 0;
        if self.bytes.is_empty() && self.bytes.capacity() > KEPT_BYTES {
            self.bytes = Vec::new();
        }
        self.bytes.reserve(16 * 1024);
        &mut self.bytes
    }

    /// Whether all that came was taken.
    pub(crate) fn is_empty(&self) -> bool {
        self.bytes.len() == self.taken
    }

    /// The JSON of the next frame, if it is complete. An error tells that it is too long.
    pub(crate) fn take(&mut self) -> io::Result<Option<&[u8]>> {
        let rest = &self.bytes[self.taken..];
        let Some((length, rest)) = rest.split_first_chunk::<LENGTH_BYTES>() else { return Ok(None) };
        let length = u32::from_be_bytes(*length) as usize;
        if length > self.longest {
            let reason = format!("a frame of {length} bytes, where {} are the most", self.longest);
            return Err(io::Error::new(io::ErrorKind::InvalidData, reason));
        }
        let Some(frame) = rest.get(..length) else { return Ok(None) };
        self.taken += LENGTH_BYTES + length;
        Ok(Some(frame))
    }
}

/// Reads messages. What was read stays when a future is dropped.
#[derive(Debug)]
pub(crate) struct FrameReader<R> {
    source: R,
    buffer: FrameBuffer,
}

impl<R: AsyncRead + Unpin> FrameReader<R> {
    /// Frames longer than `longest` are refused.
    pub(crate) fn new(source: R, longest: usize) -> Self {
        Self { source, buffer: FrameBuffer::new(longest) }
    }

    /// The next message; `None` at the end of the stream. An error tells that what comes makes no sense.
    pub(crate) async fn next<M: DeserializeOwned>(&mut self) -> io::Result<Option<M>> {
        loop {
            if let Some(frame) = self.buffer.take()? {
                return Ok(Some(serde_json::from_slice(frame)?));
            }
            if self.source.read_buf(self.buffer.room()).await? == 0 {
                return if self.buffer.is_empty() { Ok(None) } else { Err(io::ErrorKind::UnexpectedEof.into()) };
            }
        }
    }
}

/// `message` as a frame; an error tells that it is longer than `longest`.
pub(crate) fn frame<M: Serialize>(message: &M, longest: usize) -> io::Result<Vec<u8>> {
    let mut frame = vec![0; LENGTH_BYTES];
    serde_json::to_writer(&mut frame, message)?;
    let length = frame.len() - LENGTH_BYTES;
    if length > longest {
        let reason = format!("{length} bytes are too many for one message, {longest} are the most");
        return Err(io::Error::new(io::ErrorKind::InvalidData, reason));
    }
    frame[..LENGTH_BYTES].copy_from_slice(&(length as u32).to_be_bytes());
    Ok(frame)
}

/// How deep the lists and objects of this JSON are nested.
pub(crate) fn depth(json: &[u8]) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    let (mut quoted, mut escaped) = (false, false);
    for byte in json {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'[' | b'{' if !quoted => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// Writes frames as they come, as many as there are at a time, until no more come or nobody reads.
pub(crate) async fn write_frames(mut frames: mpsc::UnboundedReceiver<Vec<u8>>, mut to: impl AsyncWrite + Unpin) {
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
        let mut reader = FrameReader::new(bytes, 1_000);
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
        let mut two = frame(&1, 10).unwrap();
        two.extend(frame(&[2], 3).unwrap());
        assert_eq!(read(&two).await, "1 [2] end");
        assert_eq!(read(&two[..8]).await, "1 unexpected end of file");
        assert_eq!(read(b"\xff\xff\xff\xff{}").await, "invalid data");
        assert_eq!(read(b"\0\0\x03\xe9{}").await, "invalid data");
        assert_eq!(read(b"\0\0\0\x02{x").await, "invalid data");
        assert_eq!(read(b"").await, "end");
        assert!(frame(&"x".repeat(9), 10).is_err());
    }

    #[test]
    fn depth_counts_no_brackets_in_texts() {
        let check = |json: &str, expected: usize| assert_eq!(depth(json.as_bytes()), expected, "{json}");
        check("1", 0);
        check("[]", 1);
        check(r#"{"a":[1,[2]],"b":{}}"#, 3);
        check(r#"["[[[","\"[[",{"{":"\\"}]"#, 2);
    }
}
