//! The supervisor's end of what a warm parent listens to.

use std::io::{self, IoSlice};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, OwnedFd};

use rustix::net::{SendAncillaryBuffer, SendAncillaryMessage, SendFlags, sendmsg};
use serde::Deserialize;
use serde_json::Value;
use tokio::io::Interest;
use tokio::net::UnixStream;

use crate::frames::FrameBuffer;

/// The longest answer.
const MAX_ANSWER_BYTES: usize = 64 * 1024;

/// What a parent says.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Answer {
    /// It has loaded, and can fork.
    Ready(#[allow(dead_code, reason = "told to people who look at the conversation")] Value),
    /// It cannot do what it was started or asked for, for this reason.
    Refuse(String),
    /// The child that was asked for.
    Pid(i32),
}

/// A connection that carries descriptors.
#[derive(Debug)]
pub(super) struct Control {
    stream: UnixStream,
    answers: FrameBuffer,
}

impl Control {
    pub(super) fn new(stream: UnixStream) -> Self {
        Self { stream, answers: FrameBuffer::new(MAX_ANSWER_BYTES) }
    }

    /// Sends a frame, and with its first byte the descriptors.
    pub(super) async fn send(&self, frame: &[u8], descriptors: &[OwnedFd; 2]) -> io::Result<()> {
        let mut sent = 0;
        while sent < frame.len() {
            let send = || {
                let descriptors = [descriptors[0].as_fd(), descriptors[1].as_fd()];
                let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(2))];
                let mut control = SendAncillaryBuffer::new(&mut space);
                if sent == 0 && !control.push(SendAncillaryMessage::ScmRights(&descriptors)) {
                    unreachable!("the space is made for two");
                }
                let piece = [IoSlice::new(&frame[sent..])];
                Ok(sendmsg(&self.stream, &piece, &mut control, SendFlags::NOSIGNAL)?)
            };
            sent += self.stream.async_io(Interest::WRITABLE, send).await?;
        }
        Ok(())
    }

    /// The next answer. Dropping the future loses nothing.
    pub(super) async fn next(&mut self) -> io::Result<Answer> {
        loop {
            if let Some(frame) = self.answers.take()? {
                return Ok(serde_json::from_slice(frame)?);
            }
            self.stream.readable().await?;
            match self.stream.try_read_buf(self.answers.room()) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Err(error) if error.kind() != io::ErrorKind::WouldBlock => return Err(error),
                Ok(_) | Err(_) => {}
            }
        }
    }
}
