//! Plain HTTP requests to a server on this machine.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(30);

fn send(url: &str, method: &str, path: &str, token: &str, body: &str) -> TcpStream {
    let host = url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(host).expect("a connection");
    stream.set_nodelay(true).expect("a connection");
    stream.set_read_timeout(Some(PATIENCE)).expect("a connection");
    let head = format!(
        "{method} {path} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {token}\r\nconnection: close\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(head.as_bytes()).expect("a request");
    stream
}

/// Sends a request on a connection of its own; the status, and the body as it came.
pub fn request(url: &str, method: &str, path: &str, token: &str, body: &str) -> (u16, Vec<u8>) {
    let mut answer = Vec::new();
    send(url, method, path, token, body).read_to_end(&mut answer).expect("an answer");
    let end = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n").expect("a head") + 4;
    let status = String::from_utf8_lossy(&answer[..end]).split(' ').nth(1).and_then(|text| text.parse().ok());
    (status.expect("a status"), answer.split_off(end))
}

/// Opens a stream of events, and waits for its first one.
pub fn open_stream(url: &str, path: &str, token: &str) -> TcpStream {
    let mut stream = send(url, "GET", path, token, "");
    let mut read = Vec::new();
    let mut part = [0; 1024];
    while !String::from_utf8_lossy(&read).contains("event: begun") {
        let count = stream.read(&mut part).expect("a stream");
        assert!(count > 0, "no stream: {}", String::from_utf8_lossy(&read));
        read.extend_from_slice(&part[..count]);
    }
    stream
}
