//! One file or object, in whatever format it is.

use std::io::Read;
use std::sync::Arc;

use super::format::{Compression, Format, detect};
use super::random::Counted;
use super::{Options, RandomAccess, RangeReader, columnar, delimited, excel, foreign, ipc, json};
use crate::error::EdaError;
use crate::state::State;
use crate::text::{DecodingReader, Encoding};

/// Bytes by which a format is detected.
const START_BYTES: usize = 4096;

/// Profiles a file: one state, or one for each sheet of a workbook. `file` is its number among all.
pub(super) fn profile(
    source: &Arc<dyn RandomAccess>,
    name: &str,
    file: usize,
    options: &Options,
) -> Result<Vec<State>, EdaError> {
    let read = |source| read_error(name, source);
    let damaged = |format| {
        move |refusal| match refusal {
            Refusal::Damaged(reason) => EdaError::Damaged { path: name.to_owned(), format, reason },
            Refusal::Whole(error) => error,
        }
    };
    options.progress.expect(source.size());
    let counted: Arc<dyn RandomAccess> = Arc::new(Counted::new(Arc::clone(source), Arc::clone(&options.progress)));
    let source = &counted;
    let reader = RangeReader::new(Arc::clone(source), 0);
    let start = reader.peek(START_BYTES).map_err(read)?;
    let (format, compression) = detect(name, &start);
    if compression == Compression::None && matches!(format, Format::Delimited | Format::JsonLines) {
        foreign::check(name, &start, options.encoding.is_some())?;
    }
    let mut states = match (format, compression) {
        (Format::Delimited, Compression::None) => vec![delimited::profile(source, file, options).map_err(read)?],
        (Format::Delimited | Format::JsonLines, _) => {
            let state = streamed(reader, name, (format, compression), file, options).map_err(read)?;
            vec![State { bytes: source.size(), ..state }]
        }
        (Format::Parquet, _) => {
            vec![guarded(|| columnar::parquet(source, file, options)).map_err(damaged("Parquet"))?]
        }
        (Format::IpcFile | Format::IpcStream, _) => {
            let is_stream = format == Format::IpcStream;
            vec![guarded(|| ipc::profile(source, is_stream, file, options)).map_err(damaged("Arrow IPC"))?]
        }
        (Format::Excel, _) => return sheets(source, name, file, options),
    };
    states.iter_mut().for_each(|state| state.sources = vec![name.to_owned()]);
    Ok(states)
}

/// Why a file of a format is not read.
pub(super) enum Refusal {
    /// What the reader of the format says.
    Damaged(String),
    /// What there is no more to say about.
    Whole(EdaError),
}

impl From<String> for Refusal {
    fn from(reason: String) -> Self {
        Self::Damaged(reason)
    }
}

impl From<EdaError> for Refusal {
    fn from(error: EdaError) -> Self {
        Self::Whole(error)
    }
}

/// The error of a reader: one of its own that came through as the system's, or that of the file.
pub(super) fn read_error(name: &str, error: std::io::Error) -> EdaError {
    error.downcast::<EdaError>().unwrap_or_else(|source| EdaError::Read { path: name.to_owned(), source })
}

/// Runs the reader of a format: where it panics over damaged bytes, they are damaged, and nothing of it is kept.
fn guarded<T, E: From<String>>(read: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
    let read = std::panic::catch_unwind(std::panic::AssertUnwindSafe(read));
    read.unwrap_or_else(|_| Err("the reader of the format gave up".to_owned().into()))
}

fn streamed(
    reader: RangeReader,
    name: &str,
    (format, compression): (Format, Compression),
    file: usize,
    options: &Options,
) -> std::io::Result<State> {
    let mut plain: Box<dyn Read> = match compression {
        Compression::None => Box::new(reader),
        Compression::Gzip => Box::new(flate2::read::MultiGzDecoder::new(reader)),
        Compression::Zstd => Box::new(zstd::stream::read::Decoder::new(reader)?),
    };
    let mut start = vec![0; START_BYTES];
    let mut filled = 0;
    while filled < START_BYTES {
        match plain.read(&mut start[filled..])? {
            0 => break,
            count => filled += count,
        }
    }
    start.truncate(filled);
    foreign::check(name, &start, options.encoding.is_some()).map_err(std::io::Error::other)?;
    let encoding = options.encoding.unwrap_or_else(|| Encoding::detect(&start));
    let whole = std::io::Cursor::new(start).chain(plain);
    // UTF-8 is passed on as it is, but for its mark: what is damaged in it is counted where it is read.
    let text: Box<dyn Read> = if encoding.is_utf_8() {
        let mut whole = whole;
        std::io::copy(&mut (&mut whole).take(encoding.mark_bytes as u64), &mut std::io::sink())?;
        Box::new(whole)
    } else {
        Box::new(DecodingReader::new(whole, encoding))
    };
    match format {
        Format::JsonLines => json::lines(text, file, options),
        _ => delimited::profile_stream(text, file, encoding, options),
    }
}

fn sheets(source: &Arc<dyn RandomAccess>, name: &str, file: usize, options: &Options) -> Result<Vec<State>, EdaError> {
    let too_large = || EdaError::TooLarge {
        path: name.to_owned(),
        what: "the workbook is larger, unpacked".to_owned(),
        limit: format!("{} MiB", excel::MOST_UNPACKED_BYTES >> 20),
        advice: "save its sheets as CSV",
    };
    if source.size() > excel::MOST_UNPACKED_BYTES {
        return Err(too_large());
    }
    let bytes = RangeReader::new(Arc::clone(source), 0).peek(source.size() as usize);
    let bytes = bytes.map_err(|source| EdaError::Read { path: name.to_owned(), source })?;
    let read = guarded::<_, String>(|| Ok(excel::sheets(bytes, file, options)));
    let states =
        read.unwrap_or_else(|reason| Err(excel::Refusal::Damaged(reason))).map_err(|refusal| match refusal {
            excel::Refusal::TooLarge => too_large(),
            excel::Refusal::Damaged(reason) => {
                EdaError::Damaged { path: name.to_owned(), format: "a workbook", reason }
            }
        })?;
    let named = states.into_iter().map(|(sheet, mut state)| {
        state.sources = vec![format!("{name}#{sheet}")];
        state.bytes = source.size();
        state
    });
    Ok(named.collect())
}
