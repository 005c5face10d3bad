//! The client's side of a connection.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use couture_core::AttemptToken;
use tokio::net::UnixStream;
use tokio::net::unix::OwnedReadHalf;
use tokio::sync::{mpsc, oneshot};

use super::protocol::{Ask, Hello, MAX_FRAME_BYTES, Tell};
use crate::child::{ChildEnd, Said, is_ask};
use crate::frames::{FrameReader, frame, write_frames};

/// So long a supervisor may take to answer the first message.
const WELCOME_PATIENCE: Duration = Duration::from_secs(10);

/// A connection to a supervisor. It is closed when the last handle is dropped.
#[derive(Clone, Debug)]
pub(super) struct Connection {
    asks: mpsc::UnboundedSender<Vec<u8>>,
    waiting: Arc<Waiting>,
}

/// Those who wait for answers.
#[derive(Debug, Default)]
struct Waiting(Mutex<Open>);

#[derive(Debug, Default)]
struct Open {
    closed: bool,
    ends: HashMap<AttemptToken, Vec<oneshot::Sender<Option<ChildEnd>>>>,
    hearing: HashMap<AttemptToken, mpsc::UnboundedSender<Said>>,
    known: HashMap<u64, oneshot::Sender<Vec<AttemptToken>>>,
    last_id: u64,
}

/// Why there is no connection.
#[derive(Debug)]
pub(super) enum NoWelcome {
    /// The supervisor is ending; another one may be started.
    Ending,
    /// The supervisor does not answer.
    Silent,
}

/// The connection is closed.
#[derive(Debug)]
pub(super) struct Closed;

impl Connection {
    /// Says hello on `stream`.
    pub(super) async fn open(stream: UnixStream, hello: Hello) -> Result<Self, NoWelcome> {
        let (reader, writer) = stream.into_split();
        let (asks, frames) = mpsc::unbounded_channel();
        let hello = frame(&Ask::Hello(hello), MAX_FRAME_BYTES).map_err(|_| NoWelcome::Silent)?;
        let _ = asks.send(hello);
        tokio::spawn(write_frames(frames, writer));
        let mut tells = FrameReader::new(reader, MAX_FRAME_BYTES);
        match tokio::time::timeout(WELCOME_PATIENCE, tells.next::<Tell>()).await {
            Ok(Ok(Some(Tell::Welcome { .. }))) => {}
            Ok(_) => return Err(NoWelcome::Ending),
            Err(_) => return Err(NoWelcome::Silent),
        }
        let waiting = Arc::new(Waiting::default());
        tokio::spawn(read(tells, CloseOnDrop(waiting.clone()), asks.downgrade()));
        Ok(Self { asks, waiting })
    }

    /// Whether it is of no use any more.
    pub(super) fn is_closed(&self) -> bool {
        self.waiting.lock().closed
    }

    /// Sends a message; an error tells that it is too long. One that a closed connection swallows is noticed by who
    /// waits for its answer.
    pub(super) fn ask(&self, ask: &Ask) -> io::Result<()> {
        let _ = self.asks.send(frame(ask, MAX_FRAME_BYTES)?);
        Ok(())
    }

    /// What will answer for the end of an attempt's child: `None` where there is no such child, an error where the
    /// connection closes.
    pub(super) fn end_of(&self, token: AttemptToken) -> Result<oneshot::Receiver<Option<ChildEnd>>, Closed> {
        let mut open = self.waiting.lock();
        if open.closed {
            return Err(Closed);
        }
        let (sender, end) = oneshot::channel();
        let waiting = open.ends.entry(token).or_default();
        // Those who gave up.
        waiting.retain(|other| !other.is_closed());
        waiting.push(sender);
        Ok(end)
    }

    /// What the attempt's child says from now on, in place of who heard it before.
    pub(super) fn hear(&self, token: AttemptToken) -> mpsc::UnboundedReceiver<Said> {
        let (sender, frames) = mpsc::unbounded_channel();
        self.waiting.lock().hearing.insert(token, sender);
        frames
    }

    /// The frame with this number was heard. What was asked is not over by that.
    pub(super) fn heard(&self, token: AttemptToken, number: u64) {
        // Short enough for a frame.
        let _ = self.ask(&Ask::Heard { token, number });
    }

    /// Which of these the supervisor knows.
    pub(super) async fn known(&self, tokens: &[AttemptToken]) -> Result<Vec<AttemptToken>, Closed> {
        let (sender, known) = oneshot::channel();
        let id = {
            let mut open = self.waiting.lock();
            if open.closed {
                return Err(Closed);
            }
            open.last_id += 1;
            let id = open.last_id;
            open.known.insert(id, sender);
            id
        };
        self.ask(&Ask::Known { id, tokens: tokens.to_vec() }).map_err(|_| Closed)?;
        known.await.map_err(|_| Closed)
    }
}

impl Waiting {
    fn lock(&self) -> MutexGuard<'_, Open> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Tells all who wait when nobody reads any more, be it that the runtime ended.
struct CloseOnDrop(Arc<Waiting>);

impl Drop for CloseOnDrop {
    fn drop(&mut self) {
        *self.0.lock() = Open { closed: true, ..Open::default() };
    }
}

async fn read(mut tells: FrameReader<OwnedReadHalf>, waiting: CloseOnDrop, asks: mpsc::WeakUnboundedSender<Vec<u8>>) {
    loop {
        match tells.next::<Tell>().await {
            Ok(Some(Tell::Ended { token, end })) => answer(&waiting, token, Some(end)),
            Ok(Some(Tell::Said { token, said })) => {
                if let Some(number) = pass_on(&waiting, token, said)
                    && let Some(asks) = asks.upgrade()
                    && let Ok(frame) = frame(&Ask::Heard { token, number }, MAX_FRAME_BYTES)
                {
                    let _ = asks.send(frame);
                }
            }
            Ok(Some(Tell::Gone { token })) => answer(&waiting, token, None),
            Ok(Some(Tell::Known { id, tokens })) => {
                if let Some(known) = waiting.0.lock().known.remove(&id) {
                    let _ = known.send(tokens);
                }
            }
            Ok(Some(Tell::Welcome { .. } | Tell::Refused { .. })) => {}
            Ok(None) => return,
            Err(error) => {
                tracing::warn!("the supervisor's words make no sense: {error}");
                return;
            }
        }
    }
}

/// Gives the number back where nobody hears the frame, and it will not be said again.
fn pass_on(waiting: &CloseOnDrop, token: AttemptToken, said: Said) -> Option<u64> {
    let mut open = waiting.0.lock();
    let Some(hearing) = open.hearing.get(&token) else { return (!is_ask(&said.frame)).then_some(said.number) };
    let Err(mpsc::error::SendError(said)) = hearing.send(said) else { return None };
    open.hearing.remove(&token);
    (!is_ask(&said.frame)).then_some(said.number)
}

fn answer(waiting: &CloseOnDrop, token: AttemptToken, end: Option<ChildEnd>) {
    let mut open = waiting.0.lock();
    open.hearing.remove(&token);
    for sender in open.ends.remove(&token).into_iter().flatten() {
        // Who gave up does not need it.
        let _ = sender.send(end.clone());
    }
}
