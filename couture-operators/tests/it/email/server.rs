//! A mail server for tests: it speaks SMTP over TCP and keeps what it is given.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// How it behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manner {
    /// Takes every mail.
    Willing,
    /// Wants `ada` with the password `s3cr3t-pw`.
    Strict,
    /// Takes the connection and says nothing.
    Silent,
    /// Refuses every recipient.
    Refusing,
    /// Is busy for the first two connections.
    BusyAtFirst,
}

/// A mail as it came.
#[derive(Clone, Debug)]
pub(crate) struct Taken {
    pub(crate) from: String,
    pub(crate) to: Vec<String>,
    pub(crate) data: String,
}

/// What it was given.
#[derive(Debug, Default)]
pub(crate) struct Inbox {
    pub(crate) mails: Vec<Taken>,
    pub(crate) connections: usize,
}

pub(crate) struct Server {
    pub(crate) port: u16,
    inbox: Arc<Mutex<Inbox>>,
    arrived: tokio::sync::mpsc::UnboundedReceiver<Taken>,
}

impl Server {
    pub(crate) async fn start(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let inbox: Arc<Mutex<Inbox>> = Arc::default();
        let shared = inbox.clone();
        let (sender, arrived) = tokio::sync::mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                shared.lock().unwrap().connections += 1;
                tokio::spawn(talk(stream, manner, shared.clone(), sender.clone()));
            }
        });
        Self { port, inbox, arrived }
    }

    /// The next mail, when it has come.
    pub(crate) async fn next(&mut self) -> Taken {
        self.arrived.recv().await.expect("the server runs")
    }

    pub(crate) fn mails(&self) -> Vec<Taken> {
        self.inbox.lock().unwrap().mails.clone()
    }

    pub(crate) fn connections(&self) -> usize {
        self.inbox.lock().unwrap().connections
    }
}

async fn talk(
    stream: TcpStream,
    manner: Manner,
    inbox: Arc<Mutex<Inbox>>,
    arrived: tokio::sync::mpsc::UnboundedSender<Taken>,
) -> std::io::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    let is_busy = manner == Manner::BusyAtFirst && inbox.lock().unwrap().connections <= 2;
    match manner {
        // Held open: the reading end waits for words that never come.
        Manner::Silent => drop(lines.next_line().await?),
        _ if is_busy => return write.write_all(b"421 busy\r\n").await,
        _ => write.write_all(b"220 test ESMTP\r\n").await?,
    }
    let (mut mail, mut is_known) = (Taken { from: String::new(), to: Vec::new(), data: String::new() }, false);
    while let Some(line) = lines.next_line().await? {
        let upper = line.to_uppercase();
        let answer = if upper.starts_with("EHLO") {
            "250-test\r\n250-8BITMIME\r\n250 AUTH PLAIN LOGIN\r\n"
        } else if let Some(secret) = line.strip_prefix("AUTH PLAIN ") {
            // base64 of "\0ada\0s3cr3t-pw"
            is_known = secret == "AGFkYQBzM2NyM3QtcHc=";
            if is_known { "235 welcome\r\n" } else { "535 wrong user or password\r\n" }
        } else if upper.starts_with("MAIL FROM:") {
            mail.from = line[10..].split(' ').next().unwrap_or_default().into();
            if manner == Manner::Strict && !is_known { "530 authenticate first\r\n" } else { "250 ok\r\n" }
        } else if upper.starts_with("RCPT TO:") {
            mail.to.push(line[8..].into());
            if manner == Manner::Refusing { "550 nobody of that name\r\n" } else { "250 ok\r\n" }
        } else if upper == "DATA" {
            write.write_all(b"354 go on\r\n").await?;
            while let Some(line) = lines.next_line().await?.filter(|line| line != ".") {
                mail.data.push_str(line.strip_prefix('.').unwrap_or(&line));
                mail.data.push('\n');
            }
            inbox.lock().unwrap().mails.push(mail.clone());
            let _ = arrived.send(mail.clone());
            "250 taken\r\n"
        } else if upper == "QUIT" {
            return write.write_all(b"221 bye\r\n").await;
        } else {
            "250 ok\r\n"
        };
        write.write_all(answer.as_bytes()).await?;
    }
    Ok(())
}
