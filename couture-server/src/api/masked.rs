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

/// The value of the variable `key` that somebody sends back who was shown [`variable`] of `old`: what is still masked stays as it was.
pub(super) fn variable_again(key: &str, new: String, old: &str) -> String {
    if is_secret_name(key) {
        return if new == MASK { old.to_owned() } else { new };
    }
    json_again(new, old)
}

/// The same for the extra of a connection.
pub(super) fn extra_again(new: String, old: &str) -> String {
    if new == MASK && extra(old) == MASK { old.to_owned() } else { json_again(new, old) }
}

fn json_again(new: String, old: &str) -> String {
    let (Ok(mut value), Ok(old)) = (serde_json::from_str::<Value>(&new), serde_json::from_str::<Value>(old)) else {
        return new;
    };
    if put_back(&mut value, &old, false) { value.to_string() } else { new }
}

fn put_back(new: &mut Value, old: &Value, is_secret: bool) -> bool {
    match (new, old) {
        (Value::Array(new), Value::Array(old)) => {
            new.iter_mut().zip(old).fold(false, |any, (new, old)| put_back(new, old, is_secret) | any)
        }
        (Value::Object(new), Value::Object(old)) => new.iter_mut().fold(false, |any, (name, new)| {
            old.get(name).is_some_and(|old| put_back(new, old, is_secret || is_secret_name(name))) | any
        }),
        (new, old) if is_secret && *new == MASK => {
            new.clone_from(old);
            true
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_is_sent_back_masked_stays() {
        let check = |key: &str, new: &str, old: &str, expected: &str| {
            assert_eq!(super::variable_again(key, new.into(), old), expected, "{key} {new} {old}");
        };
        check("my_token", "***", "hunter2", "hunter2");
        check("my_token", "new", "hunter2", "new");
        check("plain", "***", "old", "***");
        check("db", r#"{"password":"***","port":2}"#, r#"{"password":"p","port":1}"#, r#"{"password":"p","port":2}"#);
        check("db", r#"{"name": "***"}"#, r#"{"name": "p"}"#, r#"{"name": "***"}"#);
        check("db", r#"{"secret":{"a":["***","x"]}}"#, r#"{"secret":{"a":[1,"b"]}}"#, r#"{"secret":{"a":[1,"x"]}}"#);
        check("db", r#"{"password":"***"}"#, "text", r#"{"password":"***"}"#);
        let check = |new: &str, old: &str, expected: &str| assert_eq!(super::extra_again(new.into(), old), expected);
        check("***", "free text", "free text");
        check("other", "free text", "other");
        check(r#"{"token":"***"}"#, r#"{"token":"t"}"#, r#"{"token":"t"}"#);
    }

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
