//! Requests and answers of any bytes.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use serde_json::Value;

use crate::harness::{PATIENCE, TestServer};

/// What a server answered.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    /// In lower case, a line each.
    pub headers: String,
    pub body: Vec<u8>,
}

impl Reply {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    pub fn detail(&self) -> String {
        let detail = &self.json()["detail"];
        let words = detail.as_str().or_else(|| detail[0]["msg"].as_str());
        words.unwrap_or_else(|| panic!("no detail: {}", self.text())).to_owned()
    }
}

const BOUNDARY: &str = "x-x-x-x";

/// A form with files in one field.
pub fn form(field: &str, files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, content) in files {
        body.extend(
            format!("--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\n\r\n")
                .bytes(),
        );
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend(format!("--{BOUNDARY}--\r\n").bytes());
    body
}

/// Sends a form.
pub fn post(server: &TestServer, path: &str, body: &[u8]) -> Reply {
    ask(server, "POST", path, &[("content-type", &form_type())], body, body.len())
}

pub fn form_type() -> String {
    format!("multipart/form-data; boundary={BOUNDARY}")
}

pub fn get(server: &TestServer, path: &str) -> Reply {
    ask(server, "GET", path, &[], b"", 0)
}

pub fn json(server: &TestServer, method: &str, path: &str, body: &Value) -> Reply {
    let body = body.to_string();
    ask(server, method, path, &[("content-type", "application/json")], body.as_bytes(), body.len())
}

/// Any request that promises `length` bytes; the server's own token is added unless there is another header `authorization`. Where fewer bytes
/// than promised are sent, the connection is closed for writing.
pub fn ask(
    server: &TestServer,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
    length: usize,
) -> Reply {
    let host = server.url.trim_start_matches("http://");
    let mut head =
        format!("{method} {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\ncontent-length: {length}\r\n");
    for (name, value) in headers.iter().filter(|(_, value)| !value.is_empty()) {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    if !headers.iter().any(|(name, _)| *name == "authorization") {
        head.push_str(&format!("authorization: Bearer {}\r\n", server.token()));
    }
    let mut stream = TcpStream::connect(host).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    // The server may answer, and close, before it has read a body that it refuses.
    let _ = stream.write_all(format!("{head}\r\n").as_bytes()).and_then(|()| stream.write_all(body));
    if body.len() < length {
        stream.shutdown(std::net::Shutdown::Write).unwrap();
    }
    let mut answer = Vec::new();
    let read = stream.read_to_end(&mut answer);
    let Some(end) = answer.windows(4).position(|four| four == b"\r\n\r\n") else {
        return Reply { status: 0, headers: format!("{read:?}"), body: answer };
    };
    let head = String::from_utf8(answer[..end].to_vec()).unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Reply { status, headers: head.to_lowercase(), body: answer[end + 4..].to_vec() }
}

/// A `tar.gz` of these files.
pub fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut tar = tar::Builder::new(flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast()));
    for (name, content) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        tar.append_data(&mut header, name, *content).unwrap();
    }
    tar.into_inner().unwrap().finish().unwrap()
}

/// The files of a `tar.gz`, by name.
pub fn unarchived(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut tar = tar::Archive::new(flate2::read::GzDecoder::new(bytes));
    let mut files = Vec::new();
    for entry in tar.entries().unwrap() {
        let mut entry = entry.unwrap();
        let name = String::from_utf8(entry.path_bytes().into_owned()).unwrap();
        let mut content = Vec::new();
        entry.read_to_end(&mut content).unwrap();
        files.push((name, content));
    }
    files
}
