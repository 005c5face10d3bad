//! Fernet keys.

use std::fmt;

use couture_core::values::{Kept, ValueError};
use fernet::Fernet;

/// What encrypts values: Fernet keys as Airflow takes them (<https://github.com/fernet/spec>), the first of which encrypts, while all
/// decrypt. With none, values are kept in clear text.
#[derive(Clone, Default)]
pub struct FernetKeys(Vec<Fernet>);

/// A text that is no Fernet key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "Fernet key number {number} is not 32 bytes in URL-safe base64; make one with: head -c 32 /dev/urandom | base64 | tr +/ -_"
)]
pub struct KeyError {
    /// Which of the keys, from 1. Nothing of it is shown.
    pub number: usize,
}

/// A text as it is kept.
pub(super) struct Sealed {
    pub(super) text: String,
    pub(super) is_encrypted: bool,
}

impl FernetKeys {
    /// The keys in `text`, separated by commas; none in an empty one.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let keys = text.split(',').map(str::trim).filter(|key| !key.is_empty());
        let keys = (1..).zip(keys).map(|(number, key)| Fernet::new(key).ok_or(KeyError { number }));
        keys.collect::<Result<_, _>>().map(Self)
    }

    /// A new random key, as [`parse`](Self::parse) takes it.
    pub fn generate() -> String {
        Fernet::generate_key()
    }

    /// Whether values are kept in clear text.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn seal(&self, text: &str) -> Sealed {
        match self.0.first() {
            Some(key) => Sealed { text: key.encrypt(text.as_bytes()), is_encrypted: true },
            None => Sealed { text: text.to_owned(), is_encrypted: false },
        }
    }

    /// What was sealed; `kind` and `name` are for the error.
    pub(super) fn open(&self, sealed: Sealed, kind: Kept, name: &str) -> Result<String, ValueError> {
        if !sealed.is_encrypted {
            return Ok(sealed.text);
        }
        let opened = self.0.iter().find_map(|key| key.decrypt(&sealed.text).ok());
        let text = opened.and_then(|bytes| String::from_utf8(bytes).ok());
        text.ok_or_else(|| ValueError::Undecryptable { kind, name: name.to_owned() })
    }
}

impl fmt::Debug for FernetKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FernetKeys({} of them)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The key and the token of the format's own test vectors: generate.json.
    const SPEC_KEY: &str = "cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=";
    const SPEC_TOKEN: &str =
        "gAAAAAAdwJ6wAAECAwQFBgcICQoLDA0ODy021cpGVWKZ_eEwCGM4BLLF_5CV9dOPmrhuVUPgJobwOz7JcbmrR64jVmpU4IwqDA==";

    fn open(keys: &str, token: &str, is_encrypted: bool) -> Result<String, String> {
        let sealed = Sealed { text: token.to_owned(), is_encrypted };
        FernetKeys::parse(keys).unwrap().open(sealed, Kept::Variable, "v").map_err(|error| error.to_string())
    }

    #[test]
    fn known_tokens_are_read() {
        assert_eq!(open(SPEC_KEY, SPEC_TOKEN, true).as_deref(), Ok("hello"));
        // Airflow without a key: as it is.
        assert_eq!(open("", "plain", false).as_deref(), Ok("plain"));
        let sealed = FernetKeys::parse(" , ").unwrap().seal("plain");
        assert_eq!((&*sealed.text, sealed.is_encrypted), ("plain", false));
    }

    #[test]
    fn the_first_key_encrypts_and_all_decrypt() {
        let (a, b) = (FernetKeys::generate(), FernetKeys::generate());
        let both = FernetKeys::parse(&format!("{a}, {b}")).unwrap();
        let token = both.seal("pässword").text;
        assert!(token.starts_with("gAAAAA") && token != both.seal("pässword").text);
        for keys in [a.clone(), format!("{a},{b}"), format!("{b},{a}")] {
            assert_eq!(open(&keys, &token, true).as_deref(), Ok("pässword"));
        }
        for (keys, token) in
            [(&*b, &*token), ("", &token), (&a, ""), (&a, "gAAAAA"), (&a, "pässword"), (&a, SPEC_TOKEN)]
        {
            let error = open(keys, token, true).unwrap_err();
            assert!(error.starts_with("variable \"v\" cannot be decrypted by any of the Fernet keys"), "{error}");
        }
        for at in [0, 5, 20, token.len() - 5] {
            let mut changed = token.clone().into_bytes();
            changed[at] = if changed[at] == b'x' { b'y' } else { b'x' };
            assert!(open(&a, std::str::from_utf8(&changed).unwrap(), true).is_err(), "{at}");
        }
    }

    #[test]
    fn keys_are_checked_and_not_shown() {
        let check = |text: &str, number| {
            let error = FernetKeys::parse(text).unwrap_err();
            assert_eq!(error.number, number);
            assert!(!error.to_string().contains("hunter2"), "{error}");
        };
        check("hunter2", 1);
        check(&format!("{SPEC_KEY},hunter2"), 2);
        check(&"A".repeat(100_000), 1);
        let keys = FernetKeys::parse(&format!("{SPEC_KEY},,{SPEC_KEY}")).unwrap();
        assert_eq!(format!("{keys:?}"), "FernetKeys(2 of them)");
    }
}
