//! Plain HTTP, with whatever headers a test wants.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use serde_json::Value;

use super::patience::PATIENCE;
use super::server::TestServer;

/// What a server answered.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers, in lower case, a line each.
    pub headers: String,
    /// The body.
    pub body: String,
}

impl Answer {
    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {:?}", self.body))
    }

    /// The words of an error: its `detail`, or the `msg` in it.
    pub fn detail(&self) -> String {
        let detail = &self.json()["detail"];
        let words = detail.as_str().or_else(|| detail[0]["msg"].as_str());
        words.unwrap_or_else(|| panic!("no detail: {}", self.body)).to_owned()
    }
}

impl TestServer {
    /// `GET`, which must be answered with 200, as JSON.
    pub fn get(&self, path: &str) -> Value {
        let answer = self.ask("GET", path, &[], "");
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        answer.json()
    }

    /// A request with a JSON body.
    pub fn send(&self, method: &str, path: &str, body: &Value) -> Answer {
        self.ask(method, path, &[("content-type", "application/json")], &body.to_string())
    }

    /// Any request. A Host header, and the server's own token, are added unless they are given; an empty one is left out.
    pub fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let host = self.url.trim_start_matches("http://");
        let mut request =
            format!("{method} {path} HTTP/1.1\r\nconnection: close\r\ncontent-length: {}\r\n", body.len());
        for (name, value) in headers.iter().filter(|(_, value)| !value.is_empty()) {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        if !headers.iter().any(|(name, _)| *name == "host") {
            request.push_str(&format!("host: {host}\r\n"));
        }
        if !headers.iter().any(|(name, _)| ["authorization", "cookie"].contains(name)) {
            request.push_str(&format!("authorization: Bearer {}\r\n", self.token()));
        }
        let mut stream = TcpStream::connect(host).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        // The server may answer, and close, before it has read a body that it refuses.
        let _ = stream.write_all(format!("{request}\r\n{body}").as_bytes());
        let mut answer = Vec::new();
        let read = stream.read_to_end(&mut answer);
        let answer = String::from_utf8(answer).unwrap();
        let Some((head, body)) = answer.split_once("\r\n\r\n") else { panic!("no answer: {read:?}") };
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Answer { status, headers: head.to_lowercase(), body: body.to_owned() }
    }
}
