//! The supervisor's side of a connection.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use couture_core::{AttemptToken, ProcessCommand};
use tokio::net::UnixStream;
use tokio::sync::{mpsc, oneshot};

use super::complaint::complain;
use super::ledger::MARK_VARIABLE;
use super::process::DiskRecords;
use super::protocol::{Ask, Hello, MAX_FRAME_BYTES, PROTOCOL, Tell};
use crate::child::{ChildSpec, Ear, Nursery};
use crate::frames::{FrameReader, frame, write_frames};

/// So long a client may take to say who it is.
const HELLO_PATIENCE: Duration = Duration::from_secs(10);

/// Serves clients, one at a time.
#[derive(Debug)]
pub(super) struct Server {
    pub(super) nursery: Nursery<DiskRecords>,
    pub(super) temp_root: PathBuf,
    pub(super) mark: String,
    pub(super) orphan_grace: Duration,
}

/// How a connection ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Served {
    /// The client is gone, or made no sense. Children go on.
    Gone,
    /// The client is of another version, and wants a supervisor of its own.
    Replaced,
}

/// Answers to the client.
#[derive(Clone, Debug)]
struct Answers(mpsc::UnboundedSender<Vec<u8>>);

impl Answers {
    fn tell(&self, message: &Tell) {
        match frame(message, MAX_FRAME_BYTES) {
            // A client that is gone asks again when it is back.
            Ok(frame) => _ = self.0.send(frame),
            Err(error) => complain(format_args!("failed to tell a client something: {error}")),
        }
    }

    /// Hears the attempt's child for the client.
    fn ear(&self, token: AttemptToken) -> Ear {
        let answers = self.clone();
        Box::new(move |said| answers.tell(&Tell::Said { token, said }))
    }
}

impl Server {
    /// Serves one client until it is gone. All that it sent before is done by then.
    pub(super) async fn serve(&self, stream: UnixStream) -> Served {
        let (reader, writer) = stream.into_split();
        let (sender, frames) = mpsc::unbounded_channel();
        let writing = tokio::task::spawn_local(write_frames(frames, writer));
        let answers = Answers(sender);
        let served = self.converse(FrameReader::new(reader, MAX_FRAME_BYTES), &answers).await;
        drop(answers);
        match served {
            Ok(Served::Replaced) => {
                // The refusal must be out before the process ends.
                let _ = writing.await;
                Served::Replaced
            }
            Ok(Served::Gone) => {
                writing.abort();
                Served::Gone
            }
            Err(error) => {
                complain(format_args!("a client was dismissed: {error}"));
                writing.abort();
                Served::Gone
            }
        }
    }

    async fn converse<R>(&self, mut asks: FrameReader<R>, answers: &Answers) -> io::Result<Served>
    where
        R: tokio::io::AsyncRead + Unpin,
    {
        let hello = match tokio::time::timeout(HELLO_PATIENCE, asks.next::<Ask>()).await {
            Ok(Ok(Some(Ask::Hello(hello)))) => hello,
            Ok(Ok(None)) => return Ok(Served::Gone),
            Ok(Err(error)) => return Err(error),
            Ok(Ok(Some(_))) | Err(_) => return Err(io::Error::other("it did not say who it is")),
        };
        if hello.protocol != PROTOCOL {
            answers.tell(&Tell::Refused { protocol: PROTOCOL });
            return Ok(Served::Replaced);
        }
        self.nursery.unclaim();
        answers.tell(&Tell::Welcome { pid: std::process::id().cast_signed() });
        let mut sweep = std::pin::pin!(tokio::time::sleep(self.orphan_grace));
        let mut swept = false;
        loop {
            tokio::select! {
                biased;
                ask = asks.next() => match ask? {
                    Some(ask) => self.answer(&hello, ask, answers)?,
                    None => return Ok(Served::Gone),
                },
                () = &mut sweep, if !swept => {
                    swept = true;
                    self.nursery.forget_unclaimed();
                }
            }
        }
    }

    fn answer(&self, hello: &Hello, ask: Ask, answers: &Answers) -> io::Result<()> {
        match ask {
            Ask::Hello(_) => return Err(io::Error::other("it said twice who it is")),
            Ask::Launch { token, command } => {
                let (sender, end) = oneshot::channel();
                self.nursery.run(self.spec(hello, token, *command), sender, answers.ear(token));
                answer_end(token, end, answers.clone());
            }
            Ask::Attach(token) => {
                let (sender, end) = oneshot::channel();
                match self.nursery.join(token, sender, answers.ear(token)) {
                    Ok(()) => answer_end(token, end, answers.clone()),
                    Err(_) => answers.tell(&Tell::Gone { token }),
                }
            }
            Ask::Say { token, frame, secrets } => self.nursery.say(token, frame, secrets),
            Ask::Heard { token, number } => self.nursery.heard(token, number),
            Ask::End(token) => self.nursery.end(token),
            Ask::Known { id, tokens } => answers.tell(&Tell::Known { id, tokens: self.nursery.claim(&tokens) }),
            Ask::Settled(tokens) => self.nursery.settle(&tokens),
        }
        Ok(())
    }

    fn spec(&self, hello: &Hello, token: AttemptToken, mut command: ProcessCommand) -> ChildSpec {
        if !command.clear_env {
            for (name, value) in &hello.env {
                command.env.entry(name.clone()).or_insert_with(|| value.clone());
            }
        }
        command.env.insert(MARK_VARIABLE.to_owned(), self.mark.clone());
        ChildSpec {
            token,
            command,
            live_dir: hello.live_dir.clone(),
            max_log_bytes: hello.max_log_bytes,
            temp_root: self.temp_root.clone(),
        }
    }
}

fn answer_end(token: AttemptToken, end: oneshot::Receiver<crate::child::ChildEnd>, answers: Answers) {
    tokio::task::spawn_local(async move {
        if let Ok(end) = end.await {
            answers.tell(&Tell::Ended { token, end });
        }
    });
}
