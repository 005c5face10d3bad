use super::{Kind, moment, number};

/// Words that stand for a missing value, in lower case.
pub const NULL_TOKENS: [&str; 12] = ["-", "--", "?", ".", "na", "n/a", "#n/a", "nan", "nil", "none", "null", "\\n"];

/// What one cell says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cell {
    /// Its kind.
    pub kind: Kind,
    /// A number as it is, a moment in seconds, a boolean as 0 or 1, and 0 for all else.
    pub value: f64,
    /// An integer of two and more digits that begins with a zero.
    pub leading_zero: bool,
}

/// Reads a cell that is not empty. Spaces around it do not count.
#[must_use]
#[inline]
pub fn classify(bytes: &[u8]) -> Cell {
    let trimmed = match bytes {
        [b' ' | b'\t', ..] | [.., b' ' | b'\t' | b'\r'] => bytes.trim_ascii(),
        _ => bytes,
    };
    let text = Cell { kind: Kind::Text, value: 0.0, leading_zero: false };
    let Some(first) = trimmed.first() else { return text };
    if matches!(first, b'0'..=b'9' | b'-' | b'+' | b'.') {
        if let Some(number) = number::read(trimmed) {
            return Cell { kind: number.kind, value: number.value, leading_zero: number.leading_zero };
        }
        if let Some((kind, value)) = moment::read(trimmed) {
            return Cell { kind, value, leading_zero: false };
        }
    }
    if trimmed.len() > 9 {
        return text;
    }
    word(trimmed).map_or(text, |(kind, value)| Cell { kind, value, leading_zero: false })
}

/// The null token that a cell is, as an index into [`NULL_TOKENS`].
#[must_use]
pub fn null_token(bytes: &[u8]) -> Option<usize> {
    let trimmed = bytes.trim_ascii();
    NULL_TOKENS.iter().position(|token| token.as_bytes().eq_ignore_ascii_case(trimmed))
}

fn word(bytes: &[u8]) -> Option<(Kind, f64)> {
    let mut buffer = [0; 9];
    let lower = &mut buffer[..bytes.len()];
    lower.copy_from_slice(bytes);
    lower.make_ascii_lowercase();
    match &*lower {
        b"true" | b"yes" => Some((Kind::Boolean, 1.0)),
        b"false" | b"no" => Some((Kind::Boolean, 0.0)),
        b"inf" | b"+inf" | b"infinity" | b"+infinity" => Some((Kind::Infinity, f64::INFINITY)),
        b"-inf" | b"-infinity" => Some((Kind::Infinity, f64::NEG_INFINITY)),
        b"-" | b"--" | b"?" | b"." | b"na" | b"n/a" | b"#n/a" | b"nan" | b"nil" | b"none" | b"null" | b"\\n" => {
            Some((Kind::NullToken, 0.0))
        }
        _ => None,
    }
}

#[test]
fn cells_are_read() {
    let check = |text: &str, kind: Kind, value: f64| {
        let cell = classify(text.as_bytes());
        assert_eq!((cell.kind, cell.value), (kind, value), "{text:?}");
    };
    check(" 12 ", Kind::Integer, 12.0);
    check("-1.5", Kind::Decimal, -1.5);
    check("TRUE", Kind::Boolean, 1.0);
    check("-Infinity", Kind::Infinity, f64::NEG_INFINITY);
    check("1970-01-02", Kind::Date, 86_400.0);
    check("12:30", Kind::Time, 45_000.0);
    for text in ["hello", "12 apples", "   ", "1,5", "\u{fc}", "N", "nanny"] {
        check(text, Kind::Text, 0.0);
    }
    for token in NULL_TOKENS {
        check(token, Kind::NullToken, 0.0);
        check(&token.to_uppercase(), Kind::NullToken, 0.0);
        assert_eq!(NULL_TOKENS[null_token(token.as_bytes()).unwrap()], token);
    }
}
