//! Texts without their secrets.

use couture_core::values::{is_secret_name, mask_addresses, mask_host};
use serde_json::Value;

/// What stands where a secret would.
pub(super) const MASK: &str = "***";

/// The value of the variable `key`: masked as a whole where the key is a secret's; where the value is JSON, each field whose name is.
pub(super) fn variable(key: &str, value: &str) -> String {
    if is_secret_name(key) { MASK.to_owned() } else { json(value, as_it_is).unwrap_or_else(|| value.to_owned()) }
}

/// How a text under a name that is no secret's is shown; nothing where it is shown as it is.
type Shown = fn(&str) -> Option<String>;

fn as_it_is(_: &str) -> Option<String> {
    None
}

/// The host of a connection: an address has its password masked.
pub(super) fn host(text: &str) -> String {
    mask_host(text).unwrap_or_else(|| text.to_owned())
}

/// Which host a connection speaks to, for the audit log: of an address the host and the port alone, without who logs in.
pub(super) fn host_alone(text: &str) -> String {
    let is_address = text.contains("://");
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest).trim_start_matches(['/', '\\']);
    let authority = rest.find(['/', '\\', '?', '#']).map_or(rest, |end| &rest[..end]);
    let place = match authority.rsplit_once('@') {
        Some((_, place)) => place,
        None if is_address => authority,
        None => return host(text),
    };
    match place.split_once(':') {
        // What is no port may be half of a password.
        Some((name, port)) if !place.starts_with('[') && !port.bytes().all(|byte| byte.is_ascii_digit()) => {
            name.to_owned()
        }
        _ => place.to_owned(),
    }
}

/// The extra of a connection: each field whose name is a secret's is masked, and the passwords of addresses; all of it where it is not
/// JSON, since nothing tells what is in it.
pub(super) fn extra(text: &str) -> String {
    if text.trim().is_empty() {
        return text.to_owned();
    }
    match serde_json::from_str::<Value>(text) {
        Ok(Value::Object(_) | Value::Array(_)) => json(text, mask_addresses).unwrap_or_else(|| text.to_owned()),
        _ => MASK.to_owned(),
    }
}

/// `text` with its secret fields masked; nothing where it is no JSON, or has no secret.
fn json(text: &str, shown: Shown) -> Option<String> {
    let mut value: Value = serde_json::from_str(text).ok()?;
    mask(&mut value, false, shown).then(|| value.to_string())
}

fn mask(value: &mut Value, is_secret: bool, shown: Shown) -> bool {
    match value {
        Value::Array(items) => items.iter_mut().fold(false, |any, item| mask(item, is_secret, shown) | any),
        Value::Object(fields) => fields
            .iter_mut()
            .fold(false, |any, (name, value)| mask(value, is_secret || is_secret_name(name), shown) | any),
        Value::Null | Value::Bool(_) => false,
        Value::Number(_) | Value::String(_) if is_secret => {
            *value = MASK.into();
            true
        }
        Value::Number(_) => false,
        Value::String(text) => match shown(text) {
            Some(masked) => {
                *text = masked;
                true
            }
            None => false,
        },
    }
}

/// The value of the variable `key` that somebody sends back who was shown [`variable`] of `old`: what is still masked stays as it was.
pub(super) fn variable_again(key: &str, new: String, old: &str) -> String {
    if is_secret_name(key) {
        return if new == MASK { old.to_owned() } else { new };
    }
    json_again(new, old, as_it_is)
}

/// The same for the host of a connection.
pub(super) fn host_again(new: String, old: &str) -> String {
    if new == host(old) { old.to_owned() } else { new }
}

/// The same for the extra of a connection.
pub(super) fn extra_again(new: String, old: &str) -> String {
    if new == extra(old) { old.to_owned() } else { json_again(new, old, mask_addresses) }
}

/// Whether two extras say the same, however it is written.
pub(super) fn is_same_extra(one: &str, other: &str) -> bool {
    let json = |text: &str| serde_json::from_str::<Value>(text).ok();
    one == other || json(one).is_some_and(|one| json(other) == Some(one))
}

fn json_again(new: String, old: &str, shown: Shown) -> String {
    let (Ok(mut value), Ok(old)) = (serde_json::from_str::<Value>(&new), serde_json::from_str::<Value>(old)) else {
        return new;
    };
    if put_back(&mut value, &old, false, shown) { value.to_string() } else { new }
}

fn put_back(new: &mut Value, old: &Value, is_secret: bool, shown: Shown) -> bool {
    match (new, old) {
        (Value::Array(new), Value::Array(old)) => {
            new.iter_mut().zip(old).fold(false, |any, (new, old)| put_back(new, old, is_secret, shown) | any)
        }
        (Value::Object(new), Value::Object(old)) => new.iter_mut().fold(false, |any, (name, new)| {
            old.get(name).is_some_and(|old| put_back(new, old, is_secret || is_secret_name(name), shown)) | any
        }),
        (new, old) if is_secret && *new == MASK => {
            new.clone_from(old);
            true
        }
        (Value::String(new), Value::String(old)) if !is_secret && shown(old).as_ref() == Some(&*new) => {
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
        check(r#"{"token":"***"}"#, r#"{ "token": "t" }"#, r#"{ "token": "t" }"#);
        check(r#"{"n":1,"u":"http://u:***@h"}"#, r#"{"u":"http://u:p@h"}"#, r#"{"n":1,"u":"http://u:p@h"}"#);
        check(r#"{"u":"http://u:***@i"}"#, r#"{"u":"http://u:p@h"}"#, r#"{"u":"http://u:***@i"}"#);
        let check = |new: &str, old: &str, expected: &str| assert_eq!(super::host_again(new.into(), old), expected);
        check("http://u:***@h", "http://u:p@h", "http://u:p@h");
        check("http://u:***@i", "http://u:p@h", "http://u:***@i");
        check("i", "h", "i");
    }

    #[test]
    fn equal_extras_are_known() {
        let check = |one: &str, other: &str, expected: bool| assert_eq!(super::is_same_extra(one, other), expected);
        check("", "", true);
        check("a", "b", false);
        check(r#"{"a": 1, "b": 2}"#, r#"{"b":2,"a":1}"#, true);
        check(r#"{"a": 1}"#, r#"{"a": 2}"#, false);
        check(r#"{"a": 1}"#, "", false);
    }

    #[test]
    fn the_audit_log_has_hosts_alone() {
        let check = |host: &str, expected: &str| assert_eq!(super::host_alone(host), expected, "{host}");
        for same in ["", "h", "h:80", "::1", "[::1]:80", "/run/postgresql", "/data/a@b.db"] {
            check(same, same);
        }
        check("http://u:pw@h:80/x?y=z", "h:80");
        check("http://u@[::1]:80/", "[::1]:80");
        check("u:pw@h", "h");
        check("u:p@w@h", "h");
        check("//u:pw@h", "h");
        check("http://u:p/w@h", "u");
        check("http://real/@shown", "real");
        check("http://real\\@shown", "real");
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
        check(r#"{"u": ["http://u:p@h/"]}"#, r#"{"u":["http://u:***@h/"]}"#);
        for name in
            ["connection_string", "sas", "sas_token", "extra__google__keyfile_json", "keyfile_json", "account_key"]
        {
            check(&format!(r#"{{"{name}":"x"}}"#), &format!(r#"{{"{name}":"***"}}"#));
        }
        let check = |host: &str, expected: &str| assert_eq!(super::host(host), expected);
        check("h", "h");
        check("http://u:p@h/", "http://u:***@h/");
    }
}
