//! Hashing of passwords: Argon2id, off the async threads, so many at a time.

use std::sync::Arc;

use argon2::password_hash::PasswordVerifier as _;
use argon2::password_hash::phc::PasswordHash as Phc;
use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, Version};
use couture_store::PasswordHash;
use tokio::sync::Semaphore;

use super::error::AuthError;
use super::secret::random;

/// Hashes and compares passwords. Clones share the bound on how many are under way.
#[derive(Clone, Debug)]
pub struct Passwords {
    /// Each takes some 20 MiB and a processor for some 20 ms.
    under_way: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
    cost: Cost,
    /// What the password of somebody who is not there is compared with, so that it takes as long.
    nobody: PasswordHash,
}

/// What a hash costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cost {
    /// 19 MiB and two passes, as OWASP advises for Argon2id.
    Full,
    /// Next to nothing: for tests.
    Least,
}

const UNDER_WAY: usize = 2;
const WAITING: usize = 64;

impl Passwords {
    /// The most bytes of a password.
    pub const MAX_BYTES: usize = 1_024;

    /// Hashes of this cost.
    pub fn new(cost: Cost) -> Self {
        let salt = random::<16>();
        let nobody = PasswordHash::new(hash(cost, b"nobody has this password", &salt));
        Self {
            under_way: Arc::new(Semaphore::new(UNDER_WAY)),
            waiting: Arc::new(Semaphore::new(WAITING)),
            cost,
            nobody,
        }
    }

    /// A hash of `password` with a new salt. [`AuthError::Busy`] where too many wait.
    pub async fn hash(&self, password: &str) -> Result<PasswordHash, AuthError> {
        let (cost, password) = (self.cost, password.to_owned());
        self.run(move || PasswordHash::new(hash(cost, password.as_bytes(), &random::<16>()))).await
    }

    /// Whether `password` is the one of `kept`; never, and after as long, where that is `None` or no hash.
    pub async fn verify(&self, password: &str, kept: Option<&PasswordHash>) -> Result<bool, AuthError> {
        let is_known = kept.is_some() && password.len() <= Self::MAX_BYTES;
        let kept = kept.filter(|_| is_known).unwrap_or(&self.nobody).clone();
        let password: String = if is_known { password.to_owned() } else { String::new() };
        let is_right = move || match Phc::new(kept.reveal()) {
            Ok(kept) => Argon2::default().verify_password(password.as_bytes(), &kept).is_ok(),
            Err(_) => false,
        };
        Ok(self.run(is_right).await? && is_known)
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, AuthError> {
        let _waiting = self.waiting.try_acquire().map_err(|_| AuthError::Busy)?;
        let permit = self.under_way.clone().acquire_owned().await.map_err(|_| AuthError::Busy)?;
        let work = move || {
            // Kept by the work itself, which goes on where the caller gave up.
            let _permit = permit;
            work()
        };
        tokio::task::spawn_blocking(work).await.map_err(|_| AuthError::Busy)
    }
}

fn hash(cost: Cost, password: &[u8], salt: &[u8]) -> String {
    let params = match cost {
        Cost::Full => Params::new(19 << 10, 2, 1, None),
        Cost::Least => Params::new(8, 1, 1, None),
    };
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.expect("the parameters are within bounds"));
    argon2.hash_password_with_salt(password, salt).expect("a salt of 16 bytes is one").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_right_password_fits_and_no_other() {
        let passwords = Passwords::new(Cost::Least);
        let kept = passwords.hash("correct horse").await.unwrap();
        assert!(kept.reveal().starts_with("$argon2id$v=19$m=8,t=1,p=1$"), "{}", kept.reveal());
        assert_ne!(passwords.hash("correct horse").await.unwrap(), kept);
        let check = async |password: &str, kept: Option<&PasswordHash>, expected| {
            assert_eq!(passwords.verify(password, kept).await.unwrap(), expected, "{password}");
        };
        check("correct horse", Some(&kept), true).await;
        check("correct horse ", Some(&kept), false).await;
        check("", Some(&kept), false).await;
        check("nobody has this password", None, false).await;
        check("", None, false).await;
        check("x", Some(&PasswordHash::new("")), false).await;
        check("x", Some(&PasswordHash::new("$argon2id$v=19$m=8,t=1,p=1$")), false).await;
        check(&"x".repeat(Passwords::MAX_BYTES + 1), Some(&kept), false).await;
    }

    #[tokio::test]
    async fn too_many_at_a_time_are_told_to_come_again() {
        let passwords = Passwords::new(Cost::Least);
        // Nothing can be under way, so all that come wait.
        let held = passwords.under_way.clone().acquire_many_owned(UNDER_WAY as u32).await.unwrap();
        let all = futures_util::future::join_all((0..WAITING + 8).map(|_| passwords.hash("x")));
        let release = async { drop(held) };
        let (all, ()) = tokio::join!(all, release);
        assert_eq!(all.iter().filter(|done| matches!(done, Err(AuthError::Busy))).count(), 8);
        assert!(passwords.hash("x").await.is_ok());
    }

    #[test]
    fn the_real_cost_is_what_is_advised() {
        assert!(hash(Cost::Full, b"x", &[1; 16]).starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
    }
}
