//! Secrets as they are kept.

use std::fmt;

/// The SHA-256 of a random secret of at least 128 bits, such as a session's id: it is looked up by this and never kept itself.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hashed([u8; 32]);

impl Hashed {
    /// From the 32 bytes of the hash.
    pub const fn new(hash: [u8; 32]) -> Self {
        Self(hash)
    }

    /// In lower-case hexadecimal digits.
    pub fn to_hex(self) -> String {
        self.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// What [`to_hex`](Self::to_hex) wrote.
    pub(super) fn from_hex(text: &str) -> Result<Self, &'static str> {
        let wrong = "is no hash";
        let bytes = text.as_bytes();
        if bytes.len() != 64 {
            return Err(wrong);
        }
        let mut hash = [0; 32];
        for (byte, digits) in hash.iter_mut().zip(bytes.chunks(2)) {
            let digits = std::str::from_utf8(digits).map_err(|_| wrong)?;
            *byte = u8::from_str_radix(digits, 16).map_err(|_| wrong)?;
        }
        Ok(Self(hash))
    }
}

impl fmt::Debug for Hashed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hashed(***)")
    }
}

/// A password's hash in the PHC string format, such as `$argon2id$v=19$…`.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// The most bytes of one.
    pub const MAX_BYTES: usize = 512;

    /// From its text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Its text.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(***)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_written_and_read_and_not_shown() {
        let hash = Hashed::new(std::array::from_fn(|at| (at * 8) as u8));
        let hex = hash.to_hex();
        assert_eq!(hex, "0008101820283038404850586068707880889098a0a8b0b8c0c8d0d8e0e8f0f8");
        assert_eq!(Hashed::from_hex(&hex), Ok(hash));
        for wrong in ["", "00", &"é".repeat(32), &"g0".repeat(32)] {
            assert!(Hashed::from_hex(wrong).is_err(), "{wrong}");
        }
        assert!(!format!("{hash:?} {:?}", PasswordHash::new("$argon2id$x")).contains("10"));
    }
}
