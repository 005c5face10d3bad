//! Names that tell of a secret.

use super::address::passwords_in;

/// What Airflow masks by default, `[core] sensitive_var_conn_names` included: `airflow/utils/log/secrets_masker.py`; then what else holds
/// a whole login.
const WORDS: [&str; 14] = [
    "access_token",
    "api_key",
    "apikey",
    "authorization",
    "keyfile_dict",
    "passphrase",
    "passwd",
    "password",
    "private_key",
    "secret",
    "service_account",
    "token",
    "connection_string",
    "keyfile_json",
];
/// Keys that are secrets, where no letter follows: `storage_key` is one, `storage_keyspace` is none.
const KEYS: [&str; 4] = ["access_key", "account_key", "shared_key", "storage_key"];
/// Secrets as whole names, after Airflow's `extra__TYPE__` or without it.
const WHOLE: [&str; 1] = ["sas"];

/// Whether a variable, a field or an environment variable of this name holds a secret, to be masked wherever it is shown: by the
/// words that Airflow masks by default and the names of a few more keys, anywhere in the name, in capitals or not.
pub fn is_secret_name(name: &str) -> bool {
    let name = name.to_lowercase().replace('-', "_");
    let ends_with_key = |key: &str| {
        name.match_indices(key).any(|(at, _)| !name[at + key.len()..].starts_with(|c: char| c.is_alphabetic()))
    };
    WORDS.iter().any(|word| name.contains(word))
        || KEYS.iter().any(|key| ends_with_key(key))
        || WHOLE.contains(&name.rsplit("__").next().unwrap_or_default())
}

/// All texts under secret names in `json`, at any depth.
pub(super) fn secrets_in(json: &serde_json::Value, is_secret: bool, found: &mut Vec<String>) {
    match json {
        serde_json::Value::String(text) if is_secret => found.push(text.clone()),
        serde_json::Value::Number(number) if is_secret => found.push(number.to_string()),
        serde_json::Value::Array(items) => items.iter().for_each(|item| secrets_in(item, is_secret, found)),
        serde_json::Value::Object(fields) => {
            fields.iter().for_each(|(name, value)| secrets_in(value, is_secret || is_secret_name(name), found));
        }
        _ => {}
    }
}

/// The passwords of addresses in all texts of `json`, at any depth.
pub(super) fn address_passwords_in(json: &serde_json::Value, found: &mut Vec<String>) {
    match json {
        serde_json::Value::String(text) => found.extend(passwords_in(text).map(str::to_owned)),
        serde_json::Value::Array(items) => items.iter().for_each(|item| address_passwords_in(item, found)),
        serde_json::Value::Object(fields) => fields.values().for_each(|value| address_passwords_in(value, found)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::is_secret_name;

    #[test]
    fn names_tell() {
        let check = |name: &str, expected: bool| assert_eq!(is_secret_name(name), expected, "{name}");
        for name in ["password", "DB_PASSWORD", "my_api_key", "ApiKey", "slack-token", "client_secret", "Passphrase"] {
            check(name, true);
        }
        for name in ["connection_string", "sas", "SAS", "extra__wasb__sas", "sas_token", "keyfile_json", "api-key"] {
            check(name, true);
        }
        for name in ["extra__google__keyfile_json", "account_key", "aws_access_key_id", "storage_key2", "shared-key"] {
            check(name, true);
        }
        for name in ["secret_key", "private_key", "ACCESS_KEY"] {
            check(name, true);
        }
        for name in ["", "path", "pass", "host", "tok", "key", "monkey"] {
            check(name, false);
        }
        for name in ["keyspace", "primary_key", "sort_key", "partition_key", "storage_keyspace", "sas_path", "sassy"] {
            check(name, false);
        }
    }
}
