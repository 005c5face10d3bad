//! What is in a page of Parquet, as far as its reader would believe it: how far it grows, and how many lengths it says to hold.

use std::io::{self, Read};

use parquet::basic::Compression;

use super::page_header::{PageHeader, Values};

/// Lengths of texts in a page; pages of others are refused.
const MOST_LENGTHS: u64 = 16 << 20;
/// The numbers of the encodings that begin with lengths which are packed as their differences.
const DELTA_LENGTHS: i32 = 6;
const DELTA_TEXTS: i32 = 7;
/// The number of the encoding of levels that tells no length of its own.
const BIT_PACKED: i32 = 4;

/// Reads packed bytes; `None` where they are not packed as a stream.
fn stream<'a>(codec: Compression, packed: &'a [u8]) -> io::Result<Option<Box<dyn Read + 'a>>> {
    Ok(match codec {
        Compression::GZIP(_) => Some(Box::new(flate2::read::MultiGzDecoder::new(packed))),
        Compression::BROTLI(_) => Some(Box::new(brotli::Decompressor::new(packed, 4096))),
        Compression::ZSTD(_) => Some(Box::new(zstd::stream::read::Decoder::with_buffer(packed)?)),
        _ => None,
    })
}

/// Checks that bytes grow to no more than was said, by unpacking them without keeping them. What cannot be unpacked is left to
/// the reader to tell.
pub(super) fn check_growth(codec: Compression, packed: &[u8], most: usize) -> Result<(), String> {
    let Ok(Some(mut reader)) = stream(codec, packed) else { return Ok(()) };
    match io::copy(&mut (&mut reader).take(most as u64 + 1), &mut io::sink()) {
        Ok(count) if count > most as u64 => Err("a page grows to more than it says".to_owned()),
        _ => Ok(()),
    }
}

/// All of the unpacked bytes; `None` where they are more than was said, or damaged.
pub(super) fn unpack(codec: Compression, packed: &[u8], size: usize) -> Option<Vec<u8>> {
    match codec {
        Compression::UNCOMPRESSED => Some(packed.to_vec()),
        Compression::SNAPPY => {
            let fits = snap::raw::decompress_len(packed).is_ok_and(|length| length <= size);
            fits.then(|| snap::raw::Decoder::new().decompress_vec(packed).ok()).flatten()
        }
        Compression::LZ4_RAW => lz4_flex::block::decompress(packed, size).ok(),
        codec => {
            let mut bytes = Vec::new();
            let mut reader = stream(codec, packed).ok()??;
            (&mut reader).take(size as u64 + 1).read_to_end(&mut bytes).ok()?;
            (bytes.len() <= size).then_some(bytes)
        }
    }
}

/// The bytes of the longest of the texts in a dictionary, each of which stands behind its length.
pub(super) fn longest_text(mut bytes: &[u8]) -> Option<u64> {
    let mut longest = 0;
    while let Some((length, rest)) = bytes.split_first_chunk() {
        let length = u32::from_le_bytes(*length);
        longest = longest.max(length);
        bytes = rest.get(usize::try_from(length).ok()?..)?;
    }
    Some(longest.into())
}

/// Checks how many lengths a page begins with, where its encoding has such: all of them are unpacked at once. `most_levels` are
/// the highest levels of the column, of definition and of repetition.
pub(super) fn check_lengths(
    header: &PageHeader,
    codec: Compression,
    page: &[u8],
    most_levels: [i16; 2],
) -> Result<(), String> {
    let Some(values) = header.data_v2.or(header.data).filter(has_lengths) else { return Ok(()) };
    let damaged = || "a page does not hold the lengths of its texts".to_owned();
    let (start, bytes) = if header.data_v2.is_some() {
        let start = values.levels.iter().map(|length| i64::from(*length)).sum::<i64>();
        let packed = usize::try_from(start).ok().and_then(|start| page.get(start..)).ok_or_else(damaged)?;
        let codec = if values.is_packed { codec } else { Compression::UNCOMPRESSED };
        (0, unpack(codec, packed, header.unpacked as usize))
    } else {
        let bytes = unpack(codec, page, header.unpacked as usize);
        (bytes.as_deref().and_then(|bytes| end_of_levels(bytes, &values, most_levels)).ok_or_else(damaged)?, bytes)
    };
    let bytes = bytes.ok_or_else(damaged)?;
    let most = MOST_LENGTHS.min(u64::try_from(values.count).unwrap_or_default());
    let end = end_of_deltas(bytes.get(start..).unwrap_or_default(), most)?;
    if values.encoding == DELTA_TEXTS {
        end_of_deltas(bytes.get(start + end..).unwrap_or_default(), most)?;
    }
    Ok(())
}

/// Whether the encoding of a page begins with lengths.
pub(super) fn has_lengths(values: &Values) -> bool {
    matches!(values.encoding, DELTA_LENGTHS | DELTA_TEXTS)
}

/// Where the levels end that stand before the values: first those of repetition.
fn end_of_levels(bytes: &[u8], values: &Values, most_levels: [i16; 2]) -> Option<usize> {
    let mut at = 0_usize;
    for kind in [1, 0] {
        let bits = u64::from(16 - most_levels[kind].leading_zeros());
        let length = match (most_levels[kind], values.levels[kind]) {
            (0, _) => continue,
            (_, BIT_PACKED) => (u64::try_from(values.count).ok()? * bits).div_ceil(8),
            _ => 4 + u64::from(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?)),
        };
        at = at.checked_add(usize::try_from(length).ok()?)?;
    }
    Some(at)
}

/// Where numbers end that are packed as their differences:
/// <https://parquet.apache.org/docs/file-format/data-pages/encodings/#DELTAENC>.
fn end_of_deltas(bytes: &[u8], most: u64) -> Result<usize, String> {
    let damaged = || "the lengths of the texts of a page end too early".to_owned();
    let mut at = 0;
    let varint = |at: &mut usize| {
        let (value, length) = varint(bytes.get(*at..).unwrap_or_default()).ok_or_else(damaged)?;
        *at += length;
        Ok::<u64, String>(value)
    };
    let (block, parts, count) = (varint(&mut at)?, varint(&mut at)?, varint(&mut at)?);
    varint(&mut at)?;
    if count > most {
        return Err(format!("a page says that it holds {count} texts; write smaller pages"));
    }
    let mut left = count.saturating_sub(1);
    let is_possible = parts > 0 && parts <= bytes.len() as u64 && block > 0 && block >> 32 == 0;
    if left > 0 && !(is_possible && block.is_multiple_of(parts)) {
        return Err(damaged());
    }
    while left > 0 {
        varint(&mut at)?;
        let widths = bytes.get(at..at + parts as usize).ok_or_else(damaged)?;
        at += widths.len();
        for width in widths {
            let length = if left == 0 { 0 } else { u64::from(*width) * (block / parts) / 8 };
            at = at.checked_add(length as usize).filter(|at| *at <= bytes.len()).ok_or_else(damaged)?;
            left = left.saturating_sub(block / parts);
        }
    }
    Ok(at)
}

/// A number of seven bits a byte, the lowest ones first, and its bytes.
fn varint(bytes: &[u8]) -> Option<(u64, usize)> {
    let mut value = 0;
    for (at, byte) in bytes.iter().enumerate().take(10) {
        value |= u64::from(byte & 0x7f) << (7 * at);
        if *byte < 0x80 {
            return Some((value, at + 1));
        }
    }
    None
}

#[test]
fn lengths_that_cannot_be_there_are_refused() {
    // Blocks of 128 in four parts; three numbers from 1 on that differ by 2 and 3, packed by one bit.
    let three = [0x80, 1, 4, 3, 2, 4, 1, 0, 0, 0, 2, 0, 0, 0];
    assert_eq!(end_of_deltas(&three, 3), Ok(14));
    assert!(end_of_deltas(&three, 2).is_err() && end_of_deltas(&three[..12], 3).is_err());
    assert_eq!(end_of_deltas(&[0x80, 1, 4, 1, 2], 1), Ok(5));
    let many = [0x80, 1, 4, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 0];
    assert!(end_of_deltas(&many, MOST_LENGTHS).is_err_and(|error| error.contains("says that it holds")));
}

#[test]
fn the_longest_text_is_found() {
    let texts = [&[1, 0, 0, 0, b'a'][..], &[3, 0, 0, 0, b'a', b'b', b'c'], &[0; 4]].concat();
    assert_eq!((longest_text(&texts), longest_text(&[]), longest_text(&texts[..10])), (Some(3), Some(0), None));
}

#[test]
fn what_grows_is_found() {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    io::Write::write_all(&mut packed, &[0; 10_000]).unwrap();
    let packed = packed.finish().unwrap();
    let codec = Compression::GZIP(parquet::basic::GzipLevel::default());
    assert!(check_growth(codec, &packed, 10_000).is_ok() && check_growth(codec, &packed, 9_999).is_err());
    assert_eq!(unpack(codec, &packed, 10_000).map(|bytes| bytes.len()), Some(10_000));
    assert_eq!(unpack(codec, &packed, 9_999), None);
}
