//! Numbers as they stand in files: an optional sign, digits, an optional fraction and exponent, with a point.

use super::Kind;

/// Digits up to which every whole number fits into an `i64`.
const MOST_INTEGER_DIGITS: usize = 18;
/// Whole numbers up to here are `f64`s without rounding.
const EXACT: u64 = 1 << 53;
const POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
];

/// A number that was read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Number {
    pub(super) kind: Kind,
    /// Correctly rounded.
    pub(super) value: f64,
    pub(super) leading_zero: bool,
}

/// Reads all of `bytes` as a number, or nothing.
#[inline]
pub(super) fn read(bytes: &[u8]) -> Option<Number> {
    let (negative, digits) = match bytes {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, bytes),
    };
    let (mut mantissa, mut count, mut point) = (0_u64, 0_usize, None);
    for (at, byte) in digits.iter().enumerate() {
        match byte {
            b'0'..=b'9' => {
                mantissa = mantissa.wrapping_mul(10).wrapping_add(u64::from(byte - b'0'));
                count += 1;
            }
            b'.' if point.is_none() => point = Some(at),
            b'e' | b'E' if count > 0 => return rounded(bytes),
            _ => return None,
        }
    }
    let signed = |value: f64| if negative { -value } else { value };
    match point {
        _ if count == 0 => None,
        None if count <= MOST_INTEGER_DIGITS => Some(Number {
            kind: Kind::Integer,
            value: signed(mantissa as f64),
            leading_zero: count > 1 && digits[0] == b'0',
        }),
        Some(at) if count <= MOST_INTEGER_DIGITS && mantissa <= EXACT => {
            // Both are exact, and a quotient of exact numbers is rounded once.
            let value = mantissa as f64 / POWERS[digits.len() - at - 1];
            Some(Number { kind: Kind::Decimal, value: signed(value), leading_zero: false })
        }
        _ => rounded(bytes),
    }
}

#[cold]
fn rounded(bytes: &[u8]) -> Option<Number> {
    let value: f64 = std::str::from_utf8(bytes).ok()?.parse().ok()?;
    let kind = if value.is_finite() { Kind::Decimal } else { Kind::Infinity };
    Some(Number { kind, value, leading_zero: false })
}

#[test]
fn numbers_are_read_as_the_standard_library_reads_them() {
    let check = |text: &str, kind: Option<Kind>| {
        let read = read(text.as_bytes());
        assert_eq!(read.map(|number| number.kind), kind, "{text}");
        if let Some(number) = read {
            assert_eq!(number.value.to_bits(), text.parse::<f64>().unwrap().to_bits(), "{text}");
        }
    };
    for text in ["0", "1", "-17", "+5", "007", "999999999999999999", "9007199254740993"] {
        check(text, Some(Kind::Integer));
    }
    for text in
        ["0.1", "-.5", "5.", "1e3", "2.5E-7", "21168.23", "1234567890123456789", "0.30000000000000004", "1e-400"]
    {
        check(text, Some(Kind::Decimal));
    }
    check("1e999", Some(Kind::Infinity));
    for text in ["", "-", ".", "e5", "1e", "1.2.3", "12a", "1-2", "--1", "1 2", "0x10", "1_000"] {
        check(text, None);
    }
    assert!(read(b"007").unwrap().leading_zero && !read(b"0").unwrap().leading_zero);
}
