/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Delimited,
    JsonLines,
    Parquet,
    IpcFile,
    IpcStream,
    Excel,
}

/// How a file is compressed as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Compression {
    None,
    Gzip,
    Zstd,
}

/// The format and the compression of a file by its name and its first bytes; the bytes are believed over the name.
pub(super) fn detect(name: &str, start: &[u8]) -> (Format, Compression) {
    let lower = name.to_lowercase();
    let compression = match start {
        [0x1f, 0x8b, ..] => Compression::Gzip,
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Compression::Zstd,
        _ => Compression::None,
    };
    let inner = [".gz", ".gzip", ".zst", ".zstd"].iter().find_map(|end| lower.strip_suffix(end)).unwrap_or(&lower);
    let format = match start {
        [b'P', b'A', b'R', b'1', ..] => Format::Parquet,
        [b'A', b'R', b'R', b'O', b'W', b'1', ..] => Format::IpcFile,
        [0xff, 0xff, 0xff, 0xff, ..] => Format::IpcStream,
        [b'P', b'K', 3, 4, ..] | [0xd0, 0xcf, 0x11, 0xe0, ..] => Format::Excel,
        _ => by_name(inner, start),
    };
    (format, compression)
}

fn by_name(name: &str, start: &[u8]) -> Format {
    let ends = |ends: &[&str]| ends.iter().any(|end| name.ends_with(end));
    if ends(&[".parquet"]) {
        return Format::Parquet;
    }
    if ends(&[".arrow", ".feather", ".ipc"]) {
        return Format::IpcFile;
    }
    if ends(&[".xlsx", ".xls", ".xlsb", ".ods"]) {
        return Format::Excel;
    }
    let is_object = start.trim_ascii_start().starts_with(b"{\"");
    if ends(&[".jsonl", ".ndjson", ".json"]) || is_object && !ends(&[".csv", ".tsv", ".txt"]) {
        return Format::JsonLines;
    }
    Format::Delimited
}

#[test]
fn formats_are_detected() {
    let check = |name: &str, start: &[u8], format: Format, compression: Compression| {
        assert_eq!(detect(name, start), (format, compression), "{name}");
    };
    check("a.csv", b"a,b", Format::Delimited, Compression::None);
    check("a.CSV.GZ", &[0x1f, 0x8b], Format::Delimited, Compression::Gzip);
    check("a.jsonl.zst", &[0x28, 0xb5, 0x2f, 0xfd], Format::JsonLines, Compression::Zstd);
    check("a.csv", b"PAR1", Format::Parquet, Compression::None);
    check("a.parquet", b"", Format::Parquet, Compression::None);
    check("a", b" {\"a\":1}", Format::JsonLines, Compression::None);
    check("a.xlsx", &[b'P', b'K', 3, 4], Format::Excel, Compression::None);
    check("a.bin", &[0xff, 0xff, 0xff, 0xff], Format::IpcStream, Compression::None);
}
