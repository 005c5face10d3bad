//! Signed tokens for programs: `POST /auth/token`.

use std::fmt;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use couture_core::Timestamp;
use couture_store::{User, UserId};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use serde::{Deserialize, Serialize};

use super::error::AuthError;
use super::hs256;
use super::secret::random;

/// Signs tokens and reads them back: HS256 and nothing else.
#[derive(Clone)]
pub struct Jwts {
    encoding: EncodingKey,
    decoding: DecodingKey,
    validation: Validation,
}

/// What a token says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// The user's number, as text.
    pub sub: String,
    /// From when on it counts no more: seconds since 1970.
    pub exp: i64,
    /// When it was issued, likewise.
    pub iat: i64,
    /// Its own random name.
    pub jti: String,
    /// The user's epoch when it was issued: under another one it counts no more.
    pub epoch: i64,
    /// Who issued it.
    pub iss: String,
    /// Whom it is for.
    pub aud: String,
}

const ISSUER: &str = "couture";
/// The longest token that is looked at.
const MAX_BYTES: usize = 4 << 10;

impl Jwts {
    /// The bytes of a key.
    pub const KEY_BYTES: usize = 32;

    /// With a key of [`KEY_BYTES`](Self::KEY_BYTES) random bytes, which whoever has it can be anybody with.
    pub fn new(key: &[u8; Self::KEY_BYTES]) -> Self {
        hs256::install();
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_issuer(&[ISSUER]);
        validation.set_audience(&[ISSUER]);
        validation.set_required_spec_claims(&["exp", "sub", "iss", "aud"]);
        // The time is an argument; see `read`.
        validation.validate_exp = false;
        Self { encoding: EncodingKey::from_secret(key), decoding: DecodingKey::from_secret(key), validation }
    }

    /// A token for `user` that counts for `length` from `now` on.
    pub fn issue(&self, user: &User, now: Timestamp, length: Duration) -> Result<String, AuthError> {
        let seconds = |time: Timestamp| time.as_micros().div_euclid(1_000_000);
        let claims = Claims {
            sub: user.id.to_string(),
            exp: seconds(now + length),
            iat: seconds(now),
            jti: URL_SAFE_NO_PAD.encode(random::<16>()),
            epoch: user.epoch,
            iss: ISSUER.into(),
            aud: ISSUER.into(),
        };
        encode(&Header::new(Algorithm::HS256), &claims, &self.encoding).map_err(|_| AuthError::Busy)
    }

    /// The user and the epoch that a token names, where it is genuine and not expired. Whether the user still has that epoch is for
    /// the caller to see.
    pub fn read(&self, token: &str, now: Timestamp) -> Result<(UserId, i64), AuthError> {
        if token.len() > MAX_BYTES {
            return Err(AuthError::Unauthenticated);
        }
        let read = decode::<Claims>(token, &self.decoding, &self.validation);
        let claims = read.map_err(|_| AuthError::Unauthenticated)?.claims;
        if claims.exp <= now.as_micros().div_euclid(1_000_000) {
            return Err(AuthError::Unauthenticated);
        }
        let user = claims.sub.parse().ok().and_then(UserId::of).ok_or(AuthError::Unauthenticated)?;
        Ok((user, claims.epoch))
    }
}

impl fmt::Debug for Jwts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Jwts(***)")
    }
}

#[cfg(test)]
mod tests;
