//! Files as `multipart/form-data`.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use futures_util::stream;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt as _, StreamBody};
use hyper::body::{Bytes, Frame};

/// What a request carries.
pub(super) type RequestBody = BoxBody<Bytes, io::Error>;

/// Files of one field, which are read while they are sent.
#[derive(Debug)]
pub(super) struct Form {
    field: &'static str,
    boundary: String,
    files: Vec<(String, PathBuf)>,
}

/// Sent at once.
const PIECE_BYTES: usize = 256 << 10;

impl Form {
    /// Files with the names that they are sent under, which must exist.
    pub(super) fn new(field: &'static str, files: Vec<(String, PathBuf)>) -> io::Result<Self> {
        for (_, file) in &files {
            let named = |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", file.display()));
            if !File::open(file).and_then(|file| file.metadata()).map_err(named)?.is_file() {
                return Err(io::Error::other(format!("{} is no plain file", file.display())));
            }
        }
        let mut random = [0; 16];
        getrandom::fill(&mut random).map_err(io::Error::other)?;
        let boundary = random.iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Self { field, boundary, files })
    }

    pub(super) fn content_type(&self) -> String {
        format!("multipart/form-data; boundary={}", self.boundary)
    }

    pub(super) fn into_body(self) -> RequestBody {
        let Self { field, boundary, files } = self;
        let mut pieces = Vec::new();
        for (name, file) in files {
            let name = name.replace('\\', "_").replace(['"', '\r', '\n'], "_");
            pieces.push(Piece::Text(format!(
                "--{boundary}\r\ncontent-disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\n\
                 content-type: application/octet-stream\r\n\r\n"
            )));
            pieces.push(Piece::File(file));
            pieces.push(Piece::Text("\r\n".into()));
        }
        pieces.push(Piece::Text(format!("--{boundary}--\r\n")));
        let pieces = stream::try_unfold((pieces.into_iter(), None), |(mut pieces, open)| async move {
            let mut open: Option<File> = open;
            loop {
                if let Some(file) = open.as_mut() {
                    let piece = read(file)?;
                    if !piece.is_empty() {
                        return Ok(Some((Frame::data(piece), (pieces, open))));
                    }
                }
                match pieces.next() {
                    None => return Ok::<_, io::Error>(None),
                    Some(Piece::Text(text)) => return Ok(Some((Frame::data(text.into()), (pieces, None)))),
                    Some(Piece::File(file)) => open = Some(File::open(file)?),
                }
            }
        });
        StreamBody::new(pieces).boxed()
    }
}

enum Piece {
    Text(String),
    File(PathBuf),
}

fn read(file: &mut File) -> io::Result<Bytes> {
    let mut piece = vec![0; PIECE_BYTES];
    let length = file.read(&mut piece)?;
    piece.truncate(length);
    Ok(piece.into())
}

/// The last part of a path, as a name to send a file under.
pub(super) fn name_of(file: &Path) -> String {
    file.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
