//! Reading a log while it is written and moved.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::PathBuf;

use couture_core::{AttemptToken, BoxError};
use futures_util::TryStreamExt;
use object_store::path::Path as ObjectPath;
use object_store::{Error, ObjectStore, ObjectStoreExt};

use super::live::{self, segment_name};
use super::log_store::{LogStore, blocking, object_folder};

/// A part of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogPart {
    /// The bytes.
    pub content: Vec<u8>,
    /// The offset after them: where to read on.
    pub next: u64,
    /// Whether this is the end, and nothing of it can be written any more; another launch of the try may still follow.
    pub complete: bool,
}

/// A segment, wherever it is.
struct Piece {
    launch: u32,
    start: u64,
    bytes: u64,
    place: Place,
}

enum Place {
    Live(PathBuf),
    Object(ObjectPath),
}

impl LogStore {
    /// `None` if a segment is gone meanwhile. `first` is the try's launch 0, which stands for all.
    pub(super) async fn read_once(
        &self,
        first: AttemptToken,
        offset: u64,
        limit: usize,
    ) -> Result<Option<LogPart>, BoxError> {
        let pieces = self.pieces(first).await?;
        let is_live = pieces.iter().any(|piece| matches!(piece.place, Place::Live(_)));
        let mut part = LogPart { content: Vec::new(), next: offset, complete: false };
        let mut end = 0;
        for piece in pieces {
            let begin = end;
            end += piece.bytes;
            let left = limit - part.content.len();
            if part.next >= end || left == 0 {
                continue;
            }
            let from = part.next - begin;
            let to = piece.bytes.min(from + left as u64);
            let place = object_folder(AttemptToken { launch: piece.launch, ..first }).join(segment_name(piece.start));
            let Some(bytes) = self.bytes(piece.place, place, from, to).await? else { return Ok(None) };
            part.next += bytes.len() as u64;
            part.content.extend(bytes);
        }
        part.complete = !is_live && part.next >= end;
        Ok(Some(part))
    }

    /// All segments of a try, in order, each once.
    async fn pieces(&self, first: AttemptToken) -> Result<Vec<Piece>, BoxError> {
        // The live ones first: what is moved meanwhile is then in both lists, and never in none.
        let folder = self.live.clone();
        let mut pieces = blocking(move || {
            let mut pieces = Vec::new();
            for token in live::tokens(&folder)? {
                if (AttemptToken { launch: 0, ..token }) == first {
                    let segments = live::segments(&folder.join(token.to_string()))?;
                    pieces.extend(segments.into_iter().map(|segment| Piece {
                        launch: token.launch,
                        start: segment.start,
                        bytes: segment.bytes,
                        place: Place::Live(segment.path),
                    }));
                }
            }
            Ok(pieces)
        })
        .await?;
        let objects: Vec<_> = self.objects.list(Some(&object_folder(first))).try_collect().await?;
        for object in objects {
            let mut names = object.location.as_ref().rsplit('/');
            let start = names.next().and_then(live::start_of);
            let launch = names.next().and_then(|launch| launch.parse().ok());
            if let (Some(start), Some(launch)) = (start, launch) {
                pieces.push(Piece { launch, start, bytes: object.size, place: Place::Object(object.location) });
            }
        }
        // Of two that begin at the same place the longer one holds the other.
        pieces.sort_by_key(|piece| (piece.launch, piece.start, std::cmp::Reverse(piece.bytes)));
        pieces.dedup_by_key(|piece| (piece.launch, piece.start));
        Ok(pieces)
    }

    /// The bytes of a piece, which may have moved to `object` since it was listed; `None` if it is neither here nor there.
    async fn bytes(&self, place: Place, object: ObjectPath, from: u64, to: u64) -> Result<Option<Vec<u8>>, BoxError> {
        let object = match place {
            Place::Live(path) => match blocking(move || file_bytes(path, from, to)).await {
                Err(error) if error.kind() == io::ErrorKind::NotFound => object,
                bytes => return Ok(Some(bytes?)),
            },
            Place::Object(path) => path,
        };
        match self.objects.get_range(&object, from..to).await {
            Err(Error::NotFound { .. }) => Ok(None),
            bytes => Ok(Some(bytes?.into())),
        }
    }
}

fn file_bytes(path: PathBuf, from: u64, to: u64) -> io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(from))?;
    let mut bytes = Vec::new();
    file.take(to - from).read_to_end(&mut bytes)?;
    Ok(bytes)
}
