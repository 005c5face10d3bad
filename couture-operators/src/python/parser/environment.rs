//! What of the server's environment a DAG file sees while it is parsed.

use std::collections::BTreeMap;
use std::path::Path;

use super::pool::ParserSettings;
use crate::python::installation;

/// Variables that are no secrets.
const PASSED: [&str; 4] = ["PATH", "HOME", "LANG", "TZ"];

/// The environment of a parser: only what is needed, and `more`, by name.
pub(super) fn parser_environment(packages: &Path, settings: &ParserSettings) -> BTreeMap<String, String> {
    let all = std::env::vars_os();
    let readable = all.filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    let mut kept = cleaned(readable, packages, &settings.environment);
    if settings.duplicates_are_warnings {
        kept.insert("COUTURE_DUPLICATE_DEPENDENCIES".into(), "warn".into());
    }
    kept
}

fn cleaned(all: impl Iterator<Item = (String, String)>, packages: &Path, more: &[String]) -> BTreeMap<String, String> {
    let mut python_path = None;
    let mut kept = BTreeMap::new();
    for (name, value) in all {
        if name == "PYTHONPATH" {
            python_path = Some(value);
        } else if PASSED.contains(&&*name) || name.starts_with("LC_") || more.contains(&name) {
            kept.insert(name, value);
        }
    }
    kept.extend(installation::environment(packages, python_path));
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_stay_outside() {
        let all = [
            ("PATH", "/bin"),
            ("LC_ALL", "C"),
            ("AWS_SECRET_ACCESS_KEY", "x"),
            ("STAGE", "test"),
            ("PYTHONPATH", "/mine"),
        ];
        let all = all.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let kept = cleaned(all.into_iter(), Path::new("/packages"), &["STAGE".into()]);
        let kept: Vec<_> = kept.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let expected =
            ["LC_ALL=C", "PATH=/bin", "PYTHONDONTWRITEBYTECODE=1", "PYTHONPATH=/packages:/mine", "STAGE=test"];
        assert_eq!(kept, expected);
    }
}
