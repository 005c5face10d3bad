//! Names that tell of a secret.

/// What Airflow masks by default, `[core] sensitive_var_conn_names` included: `airflow/utils/log/secrets_masker.py`.
const WORDS: [&str; 12] = [
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
];

/// Whether a variable, a field or an environment variable of this name holds a secret, to be masked wherever it is shown: by the
/// words that Airflow masks by default, anywhere in the name, in capitals or not.
pub fn is_secret_name(name: &str) -> bool {
    let name = name.to_lowercase();
    WORDS.iter().any(|word| name.contains(word))
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

#[cfg(test)]
mod tests {
    use super::is_secret_name;

    #[test]
    fn names_tell() {
        let check = |name: &str, expected: bool| assert_eq!(is_secret_name(name), expected, "{name}");
        for name in ["password", "DB_PASSWORD", "my_api_key", "ApiKey", "slack-token", "client_secret", "Passphrase"] {
            check(name, true);
        }
        for name in ["", "path", "pass", "host", "tok", "key", "monkey"] {
            check(name, false);
        }
    }
}
