use std::io::{self, Read};

use encoding_rs::{CoderResult, Decoder, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// How the characters of a file are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Encoding {
    encoding: &'static encoding_rs::Encoding,
    /// The bytes of the mark at the start of the file.
    pub mark_bytes: usize,
}

impl Encoding {
    /// Finds out the encoding from a mark, or from how the first bytes look; what is not UTF-8 nor UTF-16 is taken as
    /// Windows-1252.
    #[must_use]
    pub fn detect(sample: &[u8]) -> Self {
        if let Some((encoding, mark_bytes)) = encoding_rs::Encoding::for_bom(sample) {
            return Self { encoding, mark_bytes };
        }
        let zeros = |odd: usize| sample.iter().skip(odd).step_by(2).filter(|byte| **byte == 0).count() * 4;
        let encoding = match (zeros(0) > sample.len(), zeros(1) > sample.len()) {
            (false, true) => UTF_16LE,
            (true, false) => UTF_16BE,
            _ if is_utf_8(sample) => UTF_8,
            _ => WINDOWS_1252,
        };
        Self { encoding, mark_bytes: 0 }
    }

    /// The encoding of a name such as `latin1`, if there is one.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        encoding_rs::Encoding::for_label(name.as_bytes()).map(|encoding| Self { encoding, mark_bytes: 0 })
    }

    /// The characters of the first bytes of a file, of which the last may be cut.
    pub(crate) fn decoded<'a>(&self, start: &'a [u8]) -> std::borrow::Cow<'a, str> {
        self.encoding.decode_without_bom_handling(start.get(self.mark_bytes..).unwrap_or_default()).0
    }

    /// The name as shown in reports.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.encoding.name()
    }

    /// Whether the bytes are text as they are, so that a file can be split and read in place.
    #[must_use]
    pub fn is_utf_8(&self) -> bool {
        self.encoding == UTF_8
    }
}

/// Whether a sample, which may end within a character, is UTF-8.
fn is_utf_8(sample: &[u8]) -> bool {
    std::str::from_utf8(sample).map_or_else(|error| error.error_len().is_none(), |_| true)
}

/// Reads a file of another encoding as UTF-8. What is not in the encoding becomes `\u{fffd}`.
pub struct DecodingReader<R> {
    source: R,
    decoder: Decoder,
    input: Vec<u8>,
    /// The bytes of `input` that are not decoded yet.
    pending: std::ops::Range<usize>,
    ended: bool,
    /// The decoder has given all; it must not be asked again.
    finished: bool,
}

impl<R: Read> DecodingReader<R> {
    /// Reads `source`, from its start.
    pub fn new(source: R, encoding: Encoding) -> Self {
        let decoder = encoding.encoding.new_decoder_with_bom_removal();
        Self { source, decoder, input: vec![0; 64 << 10], pending: 0..0, ended: false, finished: false }
    }
}

impl<R: Read> Read for DecodingReader<R> {
    fn read(&mut self, output: &mut [u8]) -> io::Result<usize> {
        // A character takes up to four bytes; the decoder asks for a little more.
        if output.len() < 16 {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "the buffer is too small to decode into"));
        }
        while !self.finished {
            if self.pending.is_empty() && !self.ended {
                let read = self.source.read(&mut self.input)?;
                self.pending = 0..read;
                self.ended = read == 0;
            }
            let (result, read, written, _) =
                self.decoder.decode_to_utf8(&self.input[self.pending.clone()], output, self.ended);
            self.pending.start += read;
            self.finished = self.ended && result == CoderResult::InputEmpty;
            if written > 0 {
                return Ok(written);
            }
        }
        Ok(0)
    }
}

#[test]
fn encodings_are_detected_and_read() {
    let check = |bytes: &[u8], name: &str, text: &str| {
        let encoding = Encoding::detect(bytes);
        assert_eq!(encoding.name(), name);
        let mut reader = DecodingReader::new(bytes, encoding);
        let (mut read, mut buffer) = (Vec::new(), [0; 16]);
        loop {
            match reader.read(&mut buffer).unwrap() {
                0 => break,
                count => read.extend_from_slice(&buffer[..count]),
            }
        }
        assert_eq!(String::from_utf8(read).unwrap(), text);
    };
    let utf_16 = |mark: bool, little: bool, text: &str| {
        let units = mark.then_some(0xfeff).into_iter().chain(text.encode_utf16());
        units.flat_map(|unit| if little { unit.to_le_bytes() } else { unit.to_be_bytes() }).collect::<Vec<u8>>()
    };
    check("a,ü\n".as_bytes(), "UTF-8", "a,ü\n");
    check("\u{feff}a,b\n".as_bytes(), "UTF-8", "a,b\n");
    check(&utf_16(true, true, "a,ü,𝄞\n"), "UTF-16LE", "a,ü,𝄞\n");
    check(&utf_16(true, false, "a,ü\n"), "UTF-16BE", "a,ü\n");
    check(&utf_16(false, true, "name,count\nx,1\n"), "UTF-16LE", "name,count\nx,1\n");
    check(b"a,\xfc\xe9\n", "windows-1252", "a,üé\n");
}
