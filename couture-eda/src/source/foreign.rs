//! Files that hold no table, whatever they are called.

use crate::error::EdaError;
use crate::text::Encoding;

/// What is told where a file is none of these.
const FORMATS: &str = "CSV, TSV and other delimited text, JSON lines, Parquet, Arrow IPC, Excel workbooks, and these packed with gzip or Zstandard";
/// The share of control characters from which on bytes are no text.
const MOST_CONTROLS: f64 = 0.02;

/// What begins with these bytes, and what to do.
const KNOWN: [(&[u8], &str, &str); 21] = [
    (b"\x89PNG\r\n\x1a\n", "a PNG image", ""),
    (b"\xff\xd8\xff", "a JPEG image", ""),
    (b"GIF8", "a GIF image", ""),
    (b"%PDF-", "a PDF document", ""),
    (b"\x7fELF", "a program", ""),
    (b"SQLite format 3\0", "an SQLite database", "name it as sqlite:PATH, with a table or a query; "),
    (b"EDASTAT1", "a saved state", "give it to eda merge or eda compare; "),
    (b"Obj\x01", "an Avro file", ""),
    (b"FEA1", "a Feather file of version 1", "save it as version 2, which is Arrow IPC; "),
    (b"\x89HDF\r\n\x1a\n", "an HDF5 file", ""),
    (b"CDF\x01", "a NetCDF file", ""),
    (b"\x93NUMPY", "a NumPy array", ""),
    (b"\x80\x03", "a Python pickle", ""),
    (b"\x80\x04\x95", "a Python pickle", ""),
    (b"\x80\x05\x95", "a Python pickle", ""),
    (b"BZh91AY&SY", "packed with bzip2", "unpack it first; "),
    (b"\xfd7zXZ\0", "packed with xz", "unpack it first; "),
    (b"7z\xbc\xaf\x27\x1c", "an archive", "unpack it first; "),
    (b"Rar!\x1a\x07", "an archive", "unpack it first; "),
    (b"\x04\x22\x4d\x18", "packed with LZ4", "unpack it first; "),
    (b"\xca\xfe\xba\xbe", "a program", ""),
];

/// Refuses what is no text, by its first bytes, unpacked. Texts with some NULs, in UTF-16, or in an encoding of single bytes
/// are texts. What its reader was told to decode is taken as told.
///
/// # Errors
/// [`EdaError::Source`], which says what it is, and what is read.
pub(super) fn check(name: &str, start: &[u8], is_told: bool) -> Result<(), EdaError> {
    let refuse = |what: &str, advice: &str| {
        let reason = format!("it is {what}, and no table; {advice}what is read is {FORMATS}");
        Err(EdaError::Source { name: name.to_owned(), reason })
    };
    if let Some((_, what, advice)) = KNOWN.iter().find(|(begin, _, _)| start.starts_with(begin)) {
        return refuse(what, advice);
    }
    if start.get(257..262) == Some(b"ustar") {
        return refuse("an archive", "unpack it first; ");
    }
    if !is_told && is_binary(start) {
        return refuse("not text, nor of any format that is known", "");
    }
    Ok(())
}

/// Whether bytes hold characters that no text does.
fn is_binary(start: &[u8]) -> bool {
    let text = Encoding::detect(start).decoded(start);
    // NUL characters lie in texts that were padded, and in files with holes.
    let count = |test: &dyn Fn(char) -> bool| text.chars().filter(|c| *c != '\0' && test(*c)).count();
    // Not those that lay text out, nor those that stand between fields: 1 and 28 to 31, nor the end of a file, 26.
    let controls = count(&|c| matches!(c, '\x02'..='\x08' | '\x0e'..='\x19' | '\x7f'));
    let others = count(&|_| true);
    controls >= 2 && controls as f64 > MOST_CONTROLS * others as f64 || others == 0 && !text.is_empty()
}

#[test]
fn texts_are_told_from_what_is_none() {
    let check = |bytes: &[u8], words: Option<&str>| match (check("f", bytes, false), words) {
        (Ok(()), None) => {}
        (Err(error), Some(words)) => {
            assert!(error.to_string().contains(words) && error.to_string().contains("Parquet"))
        }
        (answer, words) => {
            panic!("{:?}: {answer:?}, {words:?}", String::from_utf8_lossy(&bytes[..bytes.len().min(40)]))
        }
    };
    let utf_16 = |text: &str, mark: bool| {
        let units = mark.then_some(0xfeff).into_iter().chain(text.encode_utf16());
        units.flat_map(u16::to_le_bytes).collect::<Vec<u8>>()
    };
    let rows = "name,count\nü,1\n\u{416},2\n";
    for text in
        [rows.as_bytes(), b"", b"a,b\n\xfc\xdf,1\n", b"a\x01b\n1\x012\n", b"a\x1fb\x1e1\x1f2\x1e", b"n\0l,3\n\0,4\n"]
    {
        check(text, None);
    }
    check(&utf_16(rows, true), None);
    check(&utf_16("name,count\nx,1\n", false), None);
    check(&[b"a,b\n1,2\n".as_slice(), &[0; 4000]].concat(), None);
    check(b"a,b\r\nred\0\0\0\0\0,1\r\n\x1a", None);
    check(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", Some("a PNG image"));
    check(&[b"\x7fELF\x02\x01\x01".as_slice(), &[0; 400]].concat(), Some("a program"));
    check(b"SQLite format 3\0\x10\0\x01", Some("sqlite:PATH"));
    check(&[&[b'x'; 257], b"ustar\0".as_slice()].concat(), Some("unpack it first"));
    check(&[0; 100], Some("not text"));
    let mixed: Vec<u8> = (0..4096_u64).map(|at| (at.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40) as u8).collect();
    check(&mixed, Some("not text"));
    // As told.
    assert!(super::foreign::check("f", &mixed, true).is_ok());
}
