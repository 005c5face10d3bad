//! Waits until a command succeeds.

use std::collections::BTreeMap;

use async_trait::async_trait;
use couture_core::{Failure, TaskContext};
use serde::{Deserialize, Serialize};

use super::poke::{Poke, Sensor, has_settings};
use super::settings::SensorSettings;
use crate::BashOperator;
use crate::bash::process_failure;

/// Runs a command in bash, again and again, until its exit code is 0.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BashSensor {
    /// The command; a template, or the name of a template file.
    pub bash_command: String,
    /// Variables of the command's environment: all there are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub env: Option<BTreeMap<String, String>>,
    /// The exit code that means "not yet". Where set, any other but 0 is a failure; where not, all but 0 mean it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_exit_code: Option<i32>,
    /// How it waits.
    #[serde(flatten)]
    pub settings: SensorSettings,
}

impl BashSensor {
    /// Waits until `bash_command` succeeds.
    pub fn new(bash_command: impl Into<String>) -> Self {
        let settings = SensorSettings::default();
        Self { bash_command: bash_command.into(), env: None, retry_exit_code: None, settings }
    }
}

#[async_trait]
impl Sensor for BashSensor {
    has_settings!();

    async fn poke(&self, cx: &TaskContext) -> Result<Poke, Failure> {
        let bash = BashOperator { env: self.env.clone(), ..BashOperator::new(&self.bash_command) };
        let mut command = bash.command();
        command.secrets.extend(cx.secrets());
        let end = cx.services().processes.run(command, cx).await.map_err(process_failure)?;
        match (end.code, self.retry_exit_code) {
            (Some(0), _) => Ok(Poke::DONE),
            _ if cx.is_cancelled() => Err(Failure::retry("it was told to end")),
            (code, Some(retry)) if code != Some(retry) => {
                let code = code.map_or_else(|| "none".to_owned(), |code| code.to_string());
                Err(Failure::retry(format!("command exited with return code {code}")))
            }
            _ => Ok(Poke::NotYet),
        }
    }

    fn awaits(&self, _: &TaskContext) -> String {
        "for a command to succeed".into()
    }

    fn template_fields(&self) -> &'static [&'static str] {
        &["bash_command", "env"]
    }

    fn template_ext(&self) -> &'static [&'static str] {
        &[".sh", ".bash"]
    }
}

crate::sensor_operator!(BashSensor, "bash_sensor");
