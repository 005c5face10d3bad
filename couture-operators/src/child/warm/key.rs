//! Which children may have the same parent.

use std::collections::BTreeMap;

use couture_core::ProcessCommand;
use couture_core::task::WarmParent;

use crate::child::leftovers::{ATTEMPT_VARIABLE, NO_ATTEMPT};
use crate::log::MIN_SECRET_CHARS;

/// Variables that tell of one attempt begin so.
const ATTEMPT_PREFIXES: [&str; 2] = ["AIRFLOW_CTX_", "COUTURE_CTX_"];

/// A parent's program and environment. It holds no secrets of its children, and nothing of a single attempt.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub(super) program: String,
    pub(super) args: Vec<String>,
    pub(super) env: BTreeMap<String, String>,
}

impl Key {
    /// The parent `warm` of a child that `command` describes with its whole environment.
    pub(super) fn new(warm: &WarmParent, command: &ProcessCommand) -> Self {
        let secrets = || command.secrets.iter().filter(|secret| secret.chars().count() >= MIN_SECRET_CHARS);
        let shared = |name: &str, value: &str| {
            !ATTEMPT_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
                && !secrets().any(|secret| value.contains(&**secret))
        };
        let env = command.env.iter().filter(|(name, value)| shared(name, value));
        let own = (ATTEMPT_VARIABLE.to_owned(), NO_ATTEMPT.to_owned());
        Self {
            program: warm.program.clone(),
            args: warm.args.clone(),
            env: env.map(|(name, value)| (name.clone(), value.clone())).chain([own]).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attempts_and_secrets_are_left_out() {
        let env =
            [("AIRFLOW_CTX_TASK_ID", "a"), ("COUTURE_CTX_CONF", "{}"), ("PATH", "/bin"), ("URL", "x://u:hunter2@h")];
        let command = ProcessCommand {
            program: "python3".into(),
            args: vec!["-m".into(), "couture.run".into()],
            env: env.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
            clear_env: true,
            cwd: None,
            secrets: vec!["hunter2".into(), "bin".into()],
            kill_grace: Default::default(),
            greeting: None,
            warm: None,
        };
        let key = Key::new(&WarmParent { program: "python3".into(), args: vec!["warm.py".into()] }, &command);
        assert_eq!((&*key.program, &*key.args), ("python3", &["warm.py".to_owned()][..]));
        let expected = [(ATTEMPT_VARIABLE, NO_ATTEMPT), ("PATH", "/bin")];
        assert_eq!(key.env, expected.map(|(name, value)| (name.to_owned(), value.to_owned())).into());
    }
}
