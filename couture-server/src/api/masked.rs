//! Texts without their secrets.

use couture_core::values::is_secret_name;
use serde_json::Value;

/// What stands where a secret would.
pub(super) const MASK: &str = "***";

/// The value of the variable `key`: masked as a whole where the key is a secret's; where the value is JSON, each field whose name is.
pub(super) fn variable(key: &str, value: &str) -> String {
    if is_secret_name(key) { MASK.to_owned() } else { json(value).unwrap_or_else(|| value.to_owned()) }
}

/// The extra of a connection: masked as a whole where it is not JSON, since nothing tells what is in it.
pub(super) fn extra(text: &str) -> String {
    if text.trim().is_empty() {
        return text.to_owned();
    }
    match serde_json::from_str::<Value>(text) {
        Ok(Value::Object(_) | Value::Array(_)) => json(text).unwrap_or_else(|| text.to_owned()),
        _ => MASK.to_owned(),
    }
}

/// `text` with its secret fields masked; nothing where it is no JSON, or has no secret.
fn json(text: &str) -> Option<String> {
    let mut value: Value = serde_json::from_str(text).ok()?;
    mask(&mut value, false).then(|| value.to_string())
}

fn mask(value: &mut Value, is_secret: bool) -> bool {
    match value {
        Value::Array(items) => items.iter_mut().fold(false, |any, item| mask(item, is_secret) | any),
        Value::Object(fields) => {
            fields.iter_mut().fold(false, |any, (name, value)| mask(value, is_secret || is_secret_name(name)) | any)
        }
        Value::Null | Value::Bool(_) => false,
        Value::Number(_) | Value::String(_) => {
            if is_secret {
                *value = MASK.into();
            }
            is_secret
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn secrets_are_masked() {
        let check = |key: &str, value: &str, expected: &str| assert_eq!(super::variable(key, value), expected);
        check("region", "eu", "eu");
        check("my_token", "x", "***");
        check("db", r#"{ "host":  "h" }"#, r#"{ "host":  "h" }"#);
        check("db", r#"[{"password": "p", "port": 1}]"#, r#"[{"password":"***","port":1}]"#);
        check("db", r#"{"secret": {"a": [1, "b", null]}}"#, r#"{"secret":{"a":["***","***",null]}}"#);
        let check = |extra: &str, expected: &str| assert_eq!(super::extra(extra), expected);
        check("", "");
        check("free text", "***");
        check("\"text\"", "***");
        check(r#"{"a": "b"}"#, r#"{"a": "b"}"#);
        check(r#"{"api_key": "b"}"#, r#"{"api_key":"***"}"#);
    }
}
