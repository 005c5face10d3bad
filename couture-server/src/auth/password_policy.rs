//! Which passwords are good enough.

use super::error::AuthError;
use super::password::Passwords;

/// Which passwords are taken. Long ones are; rules about kinds of characters are not made, since they make no password better
/// (NIST SP 800-63B, 5.1.1.2).
#[derive(Clone, Copy, Debug)]
pub struct PasswordPolicy {
    /// The fewest characters.
    pub min_chars: usize,
}

/// Parts that make a password no better: what is left of it without them must still be long enough.
const KNOWN: [&str; 12] = [
    "couture@123",
    "password",
    "passw0rd",
    "1234567890",
    "123456",
    "qwertyuiop",
    "qwerty",
    "letmein",
    "changeme",
    "welcome",
    "superadmin",
    "airflow",
];

impl PasswordPolicy {
    /// Whether `password` is good enough for the user `username`.
    pub fn check(&self, username: &str, password: &str) -> Result<(), AuthError> {
        let weak = |reason: String| Err(AuthError::WeakPassword(reason));
        let chars = password.chars().count();
        if chars < self.min_chars {
            return weak(format!("it has {chars} characters; at least {} are wanted", self.min_chars));
        }
        if password.len() > Passwords::MAX_BYTES {
            return weak(format!("it has more than {} bytes", Passwords::MAX_BYTES));
        }
        let mut rest = password.to_lowercase();
        let username = username.to_lowercase();
        for known in KNOWN.into_iter().chain([username.as_str()]) {
            if known.len() > 2 {
                rest = rest.replace(known, "");
            }
        }
        if rest.chars().count() * 2 < self.min_chars {
            return weak("it is little more than a well-known password or the name of its user".into());
        }
        let mut different: Vec<_> = password.chars().collect();
        different.sort_unstable();
        different.dedup();
        if different.len() < 5 {
            return weak("it has fewer than five different characters".into());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weak_passwords_are_refused() {
        let policy = PasswordPolicy { min_chars: 10 };
        let check = |password: &str, expected: bool| {
            let checked = policy.check("Meenakshi", password);
            assert_eq!(checked.is_ok(), expected, "{password}: {checked:?}");
        };
        for weak in
            ["", "short", "couture@123", "Couture@123!!", "password1234", "1234567890", "meenakshi99", "aaaaaaaaaaaa"]
        {
            check(weak, false);
        }
        check(&"x".repeat(Passwords::MAX_BYTES + 1), false);
        for good in ["correct horse", "पासवर्ड-लंबा-है", "T7#mq-zk2!w"] {
            check(good, true);
        }
    }
}
