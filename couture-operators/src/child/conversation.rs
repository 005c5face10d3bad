//! A child's conversation: frames in both directions over its socket.

use std::collections::VecDeque;
use std::future::pending;
use std::io;
use std::rc::Rc;

use rustix::buffer::spare_capacity;
use serde_json::Value;
use tokio::net::UnixStream;

use super::asks::Asks;
use crate::frames::{FrameBuffer, MAX_DEPTH, MAX_FRAME_BYTES, depth, frame};

/// The most that a child may say at its end.
const MAX_LAST_BYTES: usize = 12 << 20;

/// A child that has so much to read is not listened to.
const MUCH_UNREAD_BYTES: usize = 16 << 20;

/// One that reads nothing until it is so much is given up.
const MAX_UNREAD_BYTES: usize = 256 << 20;

/// So much at most is read after a child's end, when someone else may have its socket.
const MAX_LATE_BYTES: usize = 32 << 20;

/// The supervisor's end of a conversation.
#[derive(Debug)]
pub(super) struct Conversation {
    /// Absent when it is over.
    stream: Option<UnixStream>,
    asks: Rc<Asks>,
    incoming: FrameBuffer,
    outgoing: VecDeque<Vec<u8>>,
    /// Of the first of these.
    written: usize,
    unread: usize,
    said: Option<Value>,
    unheard: Option<String>,
}

impl Conversation {
    /// Over `stream`, where there is one; `greeting` is its first frame.
    pub(super) fn new(stream: Option<UnixStream>, asks: Rc<Asks>, greeting: Option<Vec<u8>>) -> Self {
        let mut conversation = Self {
            stream,
            asks,
            incoming: FrameBuffer::new(MAX_FRAME_BYTES),
            outgoing: VecDeque::new(),
            written: 0,
            unread: 0,
            said: None,
            unheard: None,
        };
        if let Some(greeting) = greeting {
            conversation.queue(greeting);
        }
        conversation
    }

    /// Says `frame` to the child, unless it answers nothing. An error is what the log should tell.
    pub(super) fn say(&mut self, message: &Value) -> Result<(), String> {
        if self.stream.is_none() || !self.asks.is_wanted(message) {
            return Ok(());
        }
        // Who speaks made sure that it fits.
        if let Ok(frame) = frame(message, MAX_FRAME_BYTES) {
            self.queue(frame);
        }
        if self.unread > MAX_UNREAD_BYTES { Err(self.fail("it does not read what it is told".into())) } else { Ok(()) }
    }

    fn queue(&mut self, frame: Vec<u8>) {
        self.unread += frame.len();
        self.outgoing.push_back(frame);
    }

    /// Waits until something can be read or written, and does it. An error is what the log should tell. Dropping the future loses
    /// nothing.
    pub(super) async fn step(&mut self) -> Result<(), String> {
        if self.listens() {
            self.take()?;
        }
        let listens = self.listens();
        let Some(stream) = &self.stream else { return pending().await };
        tokio::select! {
            _ = stream.writable(), if !self.outgoing.is_empty() => {
                self.write();
                Ok(())
            }
            _ = stream.readable(), if listens => {
                let read = stream.try_read_buf(self.incoming.room());
                self.came(read);
                Ok(())
            }
            () = self.asks.changed() => Ok(()),
        }
    }

    /// Whether the child may say more.
    fn listens(&self) -> bool {
        self.unread < MUCH_UNREAD_BYTES && self.asks.has_room()
    }

    fn write(&mut self) {
        let (Some(stream), Some(first)) = (&self.stream, self.outgoing.front()) else { return };
        match stream.try_write(&first[self.written..]) {
            Ok(length) => {
                self.written += length;
                self.unread -= length;
                if self.written == first.len() {
                    self.written = 0;
                    self.outgoing.pop_front();
                }
            }
            Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted) => {}
            Err(_) => {
                // It is gone, or going; what it said before is still read.
                self.outgoing.clear();
                (self.written, self.unread) = (0, 0);
            }
        }
    }

    /// The child may have said something; tells how many bytes.
    fn came(&mut self, read: io::Result<usize>) -> usize {
        match read {
            Ok(length) if length > 0 => length,
            Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted) => 0,
            Ok(_) | Err(_) => {
                self.stream = None;
                0
            }
        }
    }

    /// Hands on the whole frames that came, as long as there is room for them.
    fn take(&mut self) -> Result<(), String> {
        while self.said.is_none() && self.asks.has_room() {
            match self.next() {
                Ok(Some((frame, bytes))) => self.asks.add(frame, bytes),
                Ok(None) => break,
                Err(reason) => return Err(self.fail(reason)),
            }
        }
        Ok(())
    }

    /// The next frame but the last, which is kept, and its length.
    fn next(&mut self) -> Result<Option<(Value, usize)>, String> {
        let Some(frame) = self.incoming.take().map_err(|error| error.to_string())? else { return Ok(None) };
        let bytes = frame.len();
        if depth(frame) > MAX_DEPTH {
            return Err(format!("a frame is nested deeper than {MAX_DEPTH}"));
        }
        let Value::Object(mut frame) =
            serde_json::from_slice(frame).map_err(|error| format!("a frame is not JSON: {error}"))?
        else {
            return Err("a frame is no JSON object".into());
        };
        let Some(end) = frame.remove("end") else { return Ok(Some((Value::Object(frame), bytes))) };
        if bytes > MAX_LAST_BYTES {
            return Err(format!("its last frame has {bytes} bytes, where {MAX_LAST_BYTES} are the most"));
        }
        self.said = Some(end);
        self.stream = None;
        Ok(None)
    }

    /// The child is over: takes what it said and nobody has read. An error is what the log should tell.
    pub(super) fn drain(&mut self) -> Result<(), String> {
        let mut total = 0;
        loop {
            // Questions that come so late need no answer.
            while self.said.is_none() && self.unheard.is_none() {
                match self.next() {
                    Ok(Some(_)) => {}
                    Ok(None) => break,
                    Err(reason) => return Err(self.fail(reason)),
                }
            }
            let Some(stream) = self.stream.as_ref().filter(|_| total < MAX_LATE_BYTES) else { break };
            // The runtime may not have heard of it yet.
            let read = rustix::io::read(stream, spare_capacity(self.incoming.room()));
            match self.came(read.map_err(io::Error::from)) {
                0 => break,
                length => total += length,
            }
        }
        self.stream = None;
        if self.said.is_none() && self.unheard.is_none() && !self.incoming.is_empty() {
            return Err(self.fail("its last frame is not complete".into()));
        }
        Ok(())
    }

    /// Ends the conversation early; answers with what the log should tell.
    fn fail(&mut self, reason: String) -> String {
        self.stream = None;
        self.incoming = FrameBuffer::new(MAX_FRAME_BYTES);
        self.outgoing.clear();
        let note = format!("The command is not listened to any more: {reason}");
        self.unheard = Some(reason);
        note
    }

    /// What was said at the end, or why nothing was.
    pub(super) fn into_last(self) -> (Option<Value>, Option<String>) {
        (self.said, self.unheard)
    }
}
