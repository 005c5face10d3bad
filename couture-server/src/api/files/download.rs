//! Files as the body of an answer.

use std::fs::File;
use std::io::Read as _;

use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use couture_store::TreeFile;
use futures_util::stream;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::files::FileTree;

/// Sent at once.
const PIECE_BYTES: u64 = 256 << 10;
/// What a name in a header may hold as it is.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.');

pub(super) const GZIP: &str = "application/gzip";

/// A content that is there already.
pub(super) fn whole(content: Vec<u8>, name: &str) -> Response {
    let length = content.len() as u64;
    attached(Body::from(content), name, length, "application/octet-stream")
}

/// A local file, from its beginning.
pub(super) fn local(file: File, length: u64, name: &str, kind: &'static str) -> Response {
    let pieces = stream::try_unfold((file, length), |(mut file, left)| async move {
        if left == 0 {
            return Ok(None);
        }
        let read = tokio::task::spawn_blocking(move || {
            let mut piece = vec![0; left.min(PIECE_BYTES) as usize];
            file.read_exact(&mut piece)?;
            Ok::<_, std::io::Error>((piece, file))
        });
        let (piece, file) = read.await.map_err(std::io::Error::other)??;
        let left = left - piece.len() as u64;
        Ok::<_, std::io::Error>(Some((Bytes::from(piece), (file, left))))
    });
    attached(Body::from_stream(pieces), name, length, kind)
}

/// A file of a tree.
pub(super) fn of_tree(tree: FileTree, file: TreeFile, name: &str) -> Response {
    let length = file.bytes;
    let pieces = stream::try_unfold((tree, file, 0), |(tree, file, offset)| async move {
        let piece = tree.piece(&file, offset, PIECE_BYTES).await.map_err(std::io::Error::other)?;
        if piece.is_empty() {
            return Ok(None);
        }
        let next = offset + piece.len() as u64;
        Ok::<_, std::io::Error>(Some((Bytes::from(piece), (tree, file, next))))
    });
    attached(Body::from_stream(pieces), name, length, "application/octet-stream")
}

/// The last part of the name is what browsers save it as; nothing of it is taken for a page.
fn attached(body: Body, name: &str, length: u64, kind: &'static str) -> Response {
    let name = name.rsplit('/').next().unwrap_or_default();
    let disposition = format!("attachment; filename*=UTF-8''{}", utf8_percent_encode(name, PLAIN));
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    if let Ok(disposition) = HeaderValue::try_from(disposition) {
        headers.insert(header::CONTENT_DISPOSITION, disposition);
    }
    response
}
