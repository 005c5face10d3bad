//! Tokens that are not genuine are refused.

use jsonwebtoken::crypto::sign;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

const NOW: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);
const KEY: [u8; 32] = [7; 32];

fn user() -> User {
    User { epoch: 3, ..User::new(UserId::new(42), "ann", NOW) }
}

fn part(json: &Value) -> String {
    URL_SAFE_NO_PAD.encode(json.to_string())
}

fn claims() -> Value {
    json!({"sub": "42", "exp": 1_800_000_060, "iat": 1_800_000_000, "jti": "x", "epoch": 3, "iss": "couture", "aud": "couture"})
}

/// A token of this header and these claims, signed with `key` by HS256 whatever the header says.
fn forged(header: &Value, claims: &Value, key: &[u8]) -> String {
    let message = format!("{}.{}", part(header), part(claims));
    let signature = sign(message.as_bytes(), &EncodingKey::from_secret(key), Algorithm::HS256).unwrap();
    format!("{message}.{signature}")
}

#[test]
fn a_genuine_token_names_its_user() {
    let jwts = Jwts::new(&KEY);
    let token = jwts.issue(&user(), NOW, Duration::from_secs(60)).unwrap();
    assert_eq!(jwts.read(&token, NOW).unwrap(), (UserId::new(42), 3));
    let header = json!({"typ": "JWT", "alg": "HS256"});
    assert_eq!(jwts.read(&forged(&header, &claims(), &KEY), NOW).unwrap(), (UserId::new(42), 3));
    assert_ne!(jwts.issue(&user(), NOW, Duration::from_secs(60)).unwrap(), token);
}

#[test]
fn an_expired_token_counts_no_more() {
    let jwts = Jwts::new(&KEY);
    let token = jwts.issue(&user(), NOW, Duration::from_secs(60)).unwrap();
    assert!(jwts.read(&token, NOW + Duration::from_secs(59)).is_ok());
    assert!(matches!(jwts.read(&token, NOW + Duration::from_secs(60)), Err(AuthError::Unauthenticated)));
}

#[test]
fn what_is_not_signed_with_the_key_by_hs256_is_refused() {
    let jwts = Jwts::new(&KEY);
    let check = |token: &str| {
        assert!(matches!(jwts.read(token, NOW), Err(AuthError::Unauthenticated)), "{token}");
    };
    let hs256 = json!({"typ": "JWT", "alg": "HS256"});
    check(&forged(&hs256, &claims(), &[8; 32]));
    check(&forged(&hs256, &claims(), b""));
    for algorithm in ["none", "None", "NONE", "HS384", "HS512", "RS256", "ES256", "EdDSA", "", "hs256"] {
        let header = json!({"typ": "JWT", "alg": algorithm});
        check(&forged(&header, &claims(), &KEY));
        check(&format!("{}.{}.", part(&header), part(&claims())));
        check(&format!("{}.{}", part(&header), part(&claims())));
    }
    // A key that the token brings along.
    let header = json!({"typ": "JWT", "alg": "HS256", "jwk": {"kty": "oct", "k": URL_SAFE_NO_PAD.encode([8; 32])}});
    check(&forged(&header, &claims(), &[8; 32]));
    for text in ["", ".", "..", "a.b.c", "ct_x", &"x".repeat(MAX_BYTES + 1)] {
        check(text);
    }
}

#[test]
fn claims_that_are_missing_or_of_others_are_refused() {
    let jwts = Jwts::new(&KEY);
    let header = json!({"typ": "JWT", "alg": "HS256"});
    for name in ["sub", "exp", "iat", "jti", "epoch", "iss", "aud"] {
        let mut claims = claims();
        claims.as_object_mut().unwrap().remove(name);
        assert!(jwts.read(&forged(&header, &claims, &KEY), NOW).is_err(), "{name}");
    }
    for (name, value) in [
        ("sub", json!("0")),
        ("sub", json!("-42")),
        ("sub", json!("ann")),
        ("sub", json!("9007199254740993")),
        ("iss", json!("airflow")),
        ("aud", json!("other")),
        ("exp", json!("never")),
        ("exp", json!(1e300)),
    ] {
        let mut claims = claims();
        claims[name] = value.clone();
        assert!(jwts.read(&forged(&header, &claims, &KEY), NOW).is_err(), "{name} {value}");
    }
}

proptest! {
    #[test]
    fn no_changed_byte_goes_unseen(at in 0_usize..1_000, byte in prop::sample::select(b"ABCxyz012-_.=".to_vec())) {
        let jwts = Jwts::new(&KEY);
        let token = jwts.issue(&user(), NOW, Duration::from_secs(60)).unwrap();
        let mut changed = token.clone().into_bytes();
        let at = at % changed.len();
        // The last character of a signature holds bits that say nothing.
        prop_assume!(changed[at] != byte && at + 1 < changed.len());
        changed[at] = byte;
        prop_assert!(jwts.read(std::str::from_utf8(&changed).unwrap(), NOW).is_err());
    }
}
