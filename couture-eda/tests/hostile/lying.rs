//! Parquet files that say more than they hold, byte by byte, in Thrift's compact protocol.

use std::io::Write;

/// Physical types.
const INTEGERS: i64 = 2;
const TEXTS: i64 = 6;
/// Codecs.
const UNPACKED: i64 = 0;
const SNAPPY: i64 = 1;
const GZIP: i64 = 2;
const BROTLI: i64 = 4;
const ZSTD: i64 = 6;
/// Encodings.
const PLAIN: i64 = 0;
const RLE: i64 = 3;
const DELTA_LENGTHS: i64 = 6;
const DELTA_TEXTS: i64 = 7;

fn varint(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}

fn number(value: i64) -> Vec<u8> {
    varint((value << 1) as u64 ^ (value >> 63) as u64)
}

/// Fields by their numbers, each with its type and its content.
fn structure(fields: &[(u8, u8, Vec<u8>)]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut last = 0;
    for (id, kind, content) in fields {
        bytes.push((id - last) << 4 | kind);
        bytes.extend(content);
        last = *id;
    }
    bytes.push(0);
    bytes
}

fn int(id: u8, value: i64) -> (u8, u8, Vec<u8>) {
    (id, 5, number(value))
}

fn long(id: u8, value: i64) -> (u8, u8, Vec<u8>) {
    (id, 6, number(value))
}

fn text(id: u8, text: &str) -> (u8, u8, Vec<u8>) {
    (id, 8, [varint(text.len() as u64), text.as_bytes().to_vec()].concat())
}

fn list(id: u8, kind: u8, count: u64, items: Vec<u8>) -> (u8, u8, Vec<u8>) {
    (id, 9, [vec![0xf0 | kind], varint(count), items].concat())
}

fn inner(id: u8, fields: &[(u8, u8, Vec<u8>)]) -> (u8, u8, Vec<u8>) {
    (id, 12, structure(fields))
}

/// A page, and what its header says.
struct Page {
    kind: i64,
    unpacked: i64,
    packed: i64,
    header: (u8, u8, Vec<u8>),
    content: Vec<u8>,
}

impl Page {
    fn of(values: i64, encoding: i64, unpacked: i64, content: Vec<u8>) -> Self {
        let header = inner(5, &[int(1, values), int(2, encoding), int(3, RLE), int(4, RLE)]);
        Self { kind: 0, unpacked, packed: content.len() as i64, header, content }
    }

    fn bytes(&self) -> Vec<u8> {
        let fields = [int(1, self.kind), int(2, self.unpacked), int(3, self.packed), self.header.clone()];
        [structure(&fields), self.content.clone()].concat()
    }
}

/// A file of one column. `repetition` is 0 where it has a value in each row, and 2 where it is a list.
fn file(kind: i64, repetition: i64, codec: i64, pages: &[Page]) -> Vec<u8> {
    let content: Vec<u8> = pages.iter().flat_map(Page::bytes).collect();
    let schema =
        [structure(&[text(4, "root"), int(5, 1)]), structure(&[int(1, kind), int(3, repetition), text(4, "a")])];
    let column = inner(
        3,
        &[
            int(1, kind),
            list(2, 5, 1, number(PLAIN)),
            list(3, 8, 1, text(0, "a").2),
            int(4, codec),
            long(5, 1000),
            long(6, 1000),
            long(7, content.len() as i64),
            long(9, 4),
        ],
    );
    let columns = list(1, 12, 1, structure(&[long(2, 4), column]));
    let group = structure(&[columns, long(2, 1000), long(3, 1000)]);
    let footer = [int(1, 1), list(2, 12, 2, schema.concat()), long(3, 1000), list(4, 12, 1, group)];
    with_footer(&content, &structure(&footer))
}

fn with_footer(content: &[u8], footer: &[u8]) -> Vec<u8> {
    [b"PAR1", content, footer, &(footer.len() as u32).to_le_bytes(), b"PAR1"].concat()
}

fn gzip_of_zeros(mib: usize) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    (0..mib).for_each(|_| packed.write_all(&[0; 1 << 20]).unwrap());
    packed.finish().unwrap()
}

fn brotli_of_zeros(mib: usize) -> Vec<u8> {
    let mut packed = brotli::CompressorWriter::new(Vec::new(), 1 << 16, 1, 22);
    (0..mib).for_each(|_| packed.write_all(&[0; 1 << 20]).unwrap());
    packed.into_inner()
}

/// Numbers that are packed as their differences: so many times the same.
fn deltas(count: u64) -> Vec<u8> {
    // All but the first one are in one block of four parts, which takes no bits.
    let block = if count > 1 { [number(0), vec![0; 4]].concat() } else { Vec::new() };
    [varint(1 << 40), varint(4), varint(count), number(0), block].concat()
}

/// A footer whose schema has groups that lie in each other, and that says to hold so many row groups.
fn nested(depth: u64, groups: u64) -> Vec<u8> {
    let group = structure(&[int(3, 0), text(4, "g"), int(5, 1)]);
    let mut schema = structure(&[text(4, "root"), int(5, 1)]);
    (0..depth).for_each(|_| schema.extend(&group));
    schema.extend(structure(&[int(1, INTEGERS), int(3, 0), text(4, "a")]));
    structure(&[int(1, 1), list(2, 12, depth + 2, schema), long(3, 0), list(4, 12, groups, Vec::new())])
}

/// Files, and the words of what is told of each.
pub(crate) fn files() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let most = i64::from(i32::MAX);
    let integers = |codec, page| file(INTEGERS, 0, codec, &[page]);
    let texts = |page| file(TEXTS, 0, UNPACKED, &[page]);
    let dictionary =
        Page { kind: 2, header: inner(7, &[int(1, most), int(2, PLAIN)]), ..Page::of(0, 0, 80, vec![0; 80]) };
    let first = Page::of(10, PLAIN, 80, vec![0; 80]);
    // One run of as many levels as there are values, which ends each list and begins none.
    let run = [varint(1 << 31), vec![1]].concat();
    let levels = [(run.len() as u32).to_le_bytes().to_vec(), run].concat();
    let elements = Page::of(most, PLAIN, levels.len() as i64 * 2, levels.repeat(2));
    vec![
        ("unpacked", integers(SNAPPY, Page::of(10, PLAIN, most, vec![0; 20])), "says that it takes 2147483647 bytes"),
        ("grown", integers(ZSTD, Page::of(10, PLAIN, 200 << 20, vec![0; 20])), "grows from 20 to"),
        (
            "packed",
            integers(SNAPPY, Page { packed: most, ..Page::of(10, PLAIN, 80, vec![0; 20]) }),
            "says that it takes",
        ),
        ("negative", integers(SNAPPY, Page::of(10, PLAIN, -1, vec![0; 20])), "negative size"),
        ("dictionary", file(INTEGERS, 0, UNPACKED, &[dictionary, first]), "more values than bytes"),
        ("gzip", integers(GZIP, Page::of(10, PLAIN, 80, gzip_of_zeros(800))), "grows to more than it says"),
        ("brotli", integers(BROTLI, Page::of(10, PLAIN, 80, brotli_of_zeros(800))), "grows to more than it says"),
        ("lengths", texts(Page::of(10, DELTA_LENGTHS, 80, deltas(1 << 36))), "says that it holds 68719476736 texts"),
        ("prefixes", texts(Page::of(10, DELTA_TEXTS, 80, deltas(1 << 36))), "says that it holds 68719476736 texts"),
        ("suffixes", texts(Page::of(10, DELTA_TEXTS, 80, [deltas(1), deltas(1 << 36)].concat())), "says that it holds"),
        ("elements", file(INTEGERS, 2, UNPACKED, &[elements]), "say that they hold more than is there"),
        ("groups", with_footer(b"", &nested(0, u64::from(u32::MAX >> 1))), "damaged"),
        ("nested", with_footer(b"", &nested(100_000, 0)), "more than 128 deep"),
        ("footer", [&b"PAR1"[..], &[0; 20], &u32::MAX.to_le_bytes(), b"PAR1"].concat(), "damaged"),
    ]
}
