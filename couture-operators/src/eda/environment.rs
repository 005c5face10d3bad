//! What a child knows of the server's environment.

use std::collections::BTreeMap;

/// Variables that a child inherits: where programs and its home are, how it speaks, and through which proxies it goes.
const NAMES: [&str; 11] = [
    "PATH",
    "HOME",
    "LANG",
    "TZ",
    "TMPDIR",
    "http_proxy",
    "https_proxy",
    "no_proxy",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
];
/// Beginnings of others: those of object stores and of Hadoop, which tell who reads there.
const BEGINNINGS: [&str; 6] = ["LC_", "AWS_", "GOOGLE_", "AZURE_", "HADOOP_", "SSL_CERT_"];

/// The variables of this process that a child inherits. All others stay here: the server's settings and passwords may be among them.
pub(super) fn inherited() -> BTreeMap<String, String> {
    let all =
        std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    all.filter(|(name, _)| is_inherited(name)).collect()
}

fn is_inherited(name: &str) -> bool {
    NAMES.contains(&name) || BEGINNINGS.iter().any(|beginning| name.starts_with(beginning))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_of_the_server_stay_there() {
        for name in ["PATH", "LC_ALL", "AWS_ACCESS_KEY_ID", "https_proxy", "SSL_CERT_FILE"] {
            assert!(is_inherited(name), "{name}");
        }
        for name in ["COUTURE_FERNET_KEY", "COUTURE__CORE__FERNET_KEY", "AIRFLOW_CONN_SHOP", "DATABASE_URL", "path"] {
            assert!(!is_inherited(name), "{name}");
        }
    }
}
