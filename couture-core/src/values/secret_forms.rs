//! How a secret may stand in a text.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::uri::UNSAFE;

/// What a form leaves as it is: <https://url.spec.whatwg.org/#application-x-www-form-urlencoded-percent-encode-set>.
const FORM: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'*');
/// Longer secrets are looked for as they are only.
const MAX_BYTES: usize = 64 << 10;
/// Forms of shorter ones would hide half of every text.
const MIN_CHARS: usize = 4;

/// A secret as it is, and as it stands in addresses, forms, JSON and base64; each once.
pub(super) fn forms(secret: String) -> Vec<String> {
    if secret.len() > MAX_BYTES || secret.chars().count() < MIN_CHARS {
        return vec![secret];
    }
    let percent = |set| utf8_percent_encode(&secret, set).to_string();
    let form = percent(FORM).replace("%20", "+");
    let mut forms = vec![percent(UNSAFE), percent(NON_ALPHANUMERIC), form];
    let lower: Vec<_> = forms.iter().map(|form| with_lower_hex(form)).collect();
    forms.extend(lower);
    let json = serde_json::Value::from(secret.as_str()).to_string();
    forms.push(json[1..json.len() - 1].to_owned());
    forms.extend([base64(&secret), URL_SAFE_NO_PAD.encode(&secret)]);
    forms.push(secret);
    forms.sort_unstable();
    forms.dedup();
    forms
}

/// In base64, without what fills the end.
pub(super) fn base64(text: &str) -> String {
    STANDARD_NO_PAD.encode(text)
}

/// `%C3` as `%c3`.
fn with_lower_hex(form: &str) -> String {
    let mut left = 0;
    let lower = form.chars().map(|c| {
        left = if c == '%' { 3 } else { left - i32::from(left > 0) };
        if left > 0 { c.to_ascii_lowercase() } else { c }
    });
    lower.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_known_in_every_form() {
        let check = |secret: &str, expected: &[&str]| assert_eq!(forms(secret.to_owned()), expected);
        check("abc", &["abc"]);
        check("hunter2", &["aHVudGVyMg", "hunter2"]);
        check(
            "a-Üb \"c",
            &[
                "YS3DnGIgImM",
                "a%2D%C3%9Cb%20%22c",
                "a%2d%c3%9cb%20%22c",
                "a-%C3%9Cb%20%22c",
                "a-%C3%9Cb+%22c",
                "a-%c3%9cb%20%22c",
                "a-%c3%9cb+%22c",
                "a-Üb \"c",
                "a-Üb \\\"c",
            ],
        );
        assert_eq!(forms("x y".repeat(40_000)).len(), 1);
    }
}
