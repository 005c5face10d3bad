//! The settings that templates see as `conf`, under Airflow's names.

use std::collections::BTreeMap;

use couture_core::values::is_secret_name;

use crate::settings::Settings;

/// What Airflow has where nobody has set anything, as far as templates ask for it; Python's `conf` has the same.
const DEFAULTS: &[(&str, &str, &str)] = &[
    ("core", "executor", "LocalExecutor"),
    ("core", "default_timezone", "utc"),
    ("core", "load_examples", "False"),
    ("core", "dags_are_paused_at_creation", "True"),
    ("core", "parallelism", "32"),
    ("core", "dag_concurrency", "16"),
    ("core", "max_active_runs_per_dag", "16"),
    ("core", "max_active_tasks_per_dag", "16"),
    ("core", "unit_test_mode", "False"),
    ("core", "store_serialized_dags", "True"),
    ("core", "enable_xcom_pickling", "False"),
    ("core", "dag_run_conf_overrides_params", "True"),
    ("webserver", "base_url", "http://localhost:8080"),
    ("webserver", "rbac", "True"),
    ("webserver", "default_ui_timezone", "UTC"),
    ("logging", "logging_level", "INFO"),
    ("logging", "remote_logging", "False"),
    ("scheduler", "catchup_by_default", "True"),
    ("operators", "default_owner", "airflow"),
    ("operators", "default_queue", "default"),
    ("operators", "default_deferrable", "False"),
    ("email", "email_backend", "airflow.utils.email.send_email_smtp"),
    ("smtp", "smtp_mail_from", "airflow@example.com"),
];
/// Words in the names of settings that hold addresses with passwords in them.
const SECRET_WORDS: &[&str] = &["conn", "broker_url", "result_backend", "fernet", "_cmd"];

type Shown = BTreeMap<String, BTreeMap<String, String>>;

/// The settings by section and key: defaults, then the installation's own, then `AIRFLOW__SECTION__KEY` of `environment`. Nothing secret.
pub(crate) fn shown_settings(
    settings: &Settings,
    dags: &std::path::Path,
    environment: impl Iterator<Item = (String, String)>,
) -> Shown {
    let mut shown = Shown::new();
    let mut put = |section: &str, key: &str, value: String| {
        shown.entry(section.to_lowercase()).or_default().insert(key.to_lowercase(), value);
    };
    for (section, key, value) in DEFAULTS {
        put(section, key, (*value).to_owned());
    }
    put("core", "dags_folder", dags.display().to_string());
    if !settings.server.base_url.is_empty() {
        put("webserver", "base_url", settings.server.base_url.clone());
    }
    for (name, value) in environment {
        let Some((section, key)) = name.strip_prefix("AIRFLOW__").and_then(|rest| rest.split_once("__")) else {
            continue;
        };
        let lower = key.to_lowercase();
        if !is_secret_name(key) && !SECRET_WORDS.iter().any(|word| lower.contains(word)) {
            put(section, key, value);
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_comes_last_and_secrets_are_left_out() {
        let variables = [
            ("AIRFLOW__CORE__PARALLELISM", "7"),
            ("AIRFLOW__MY_SECTION__Some_Key", "x"),
            ("AIRFLOW__CORE__FERNET_KEY", "hunter2"),
            ("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", "hunter2"),
            ("AIRFLOW__SMTP__SMTP_PASSWORD", "hunter2"),
            ("AIRFLOW__CELERY__BROKER_URL", "hunter2"),
            ("AIRFLOW_HOME", "hunter2"),
        ];
        let environment = variables.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
        let shown = shown_settings(&Settings::default(), std::path::Path::new("/dags"), environment);
        let check = |section: &str, key: &str, expected: &str| assert_eq!(shown[section][key], expected);
        check("core", "parallelism", "7");
        check("core", "dags_folder", "/dags");
        check("my_section", "some_key", "x");
        check("operators", "default_owner", "airflow");
        assert!(!format!("{shown:?}").contains("hunter2"));
    }
}
