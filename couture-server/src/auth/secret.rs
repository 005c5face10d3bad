//! Secrets that this program draws, and what is kept of them.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use couture_store::{Hashed, UserId};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

/// A random secret of 256 bits in URL-safe base64, with a prefix that tells what it is. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct DrawnSecret(String);

impl DrawnSecret {
    /// A new one.
    ///
    /// # Panics
    /// Where the operating system gives no random bytes: nothing may be issued then.
    pub fn draw(prefix: &str) -> Self {
        Self(format!("{prefix}{}", URL_SAFE_NO_PAD.encode(random::<32>())))
    }

    /// Its text, for whom it is meant.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for DrawnSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DrawnSecret(***)")
    }
}

/// By what a secret is looked up.
pub(super) fn hashed(secret: &str) -> Hashed {
    Hashed::new(Sha256::digest(secret.as_bytes()).into())
}

/// A secret that follows from another one, of which it tells nothing.
pub(super) fn derived(purpose: &str, secret: &str) -> String {
    let mut digest = Sha256::new();
    digest.update(purpose.as_bytes());
    digest.update([0]);
    digest.update(secret.as_bytes());
    URL_SAFE_NO_PAD.encode(digest.finalize())
}

/// Whether both are the same, in a time that does not tell where they differ.
pub(super) fn is_same(a: &str, b: &str) -> bool {
    a.as_bytes().ct_eq(b.as_bytes()).into()
}

/// A random number for a user or a token.
pub(super) fn draw_id() -> UserId {
    UserId::new(u64::from_le_bytes(random()))
}

/// Random bytes of the operating system.
pub(super) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_differ_and_are_not_shown() {
        let (a, b) = (DrawnSecret::draw("ct_"), DrawnSecret::draw("ct_"));
        assert!(a != b && a.reveal().len() == 46 && a.reveal().starts_with("ct_"));
        assert_eq!(format!("{a:?}"), "DrawnSecret(***)");
        assert_ne!(hashed(a.reveal()), hashed(b.reveal()));
        assert_ne!(derived("csrf", a.reveal()), derived("other", a.reveal()));
        assert!(is_same("abc", "abc") && !is_same("abc", "abd") && !is_same("abc", "ab"));
        assert_ne!(draw_id(), draw_id());
    }
}
