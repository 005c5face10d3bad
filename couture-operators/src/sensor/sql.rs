//! Waits for a row in a database.

use async_trait::async_trait;
use couture_core::values::Values as _;
use couture_core::{Dialect, Failure, TaskContext};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::poke::{Poke, Sensor, has_settings};
use super::settings::SensorSettings;
use crate::RegisteredFunction;
use crate::sql::{Cell, first_cell};

/// Runs a query, again and again, until the first value of its first row is neither empty, 0, false nor null.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SqlSensor {
    /// The connection: of type `sqlite`, `postgres` or `mysql`.
    pub conn_id: String,
    /// The query; a template, or the name of a template file.
    pub sql: String,
    /// What the query's marks stand for: a list for `%s` (SQLite: `?`), an object for `%(name)s` (SQLite: `:name`).
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub parameters: Value,
    /// The name of a function registered by [`function!`](crate::function!): from the value to whether it is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub success: Option<String>,
    /// The name of a function: from the value to whether this task shall fail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
    /// Whether it fails where there is no row.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub fail_on_empty: bool,
    /// How it waits.
    #[serde(flatten)]
    pub settings: SensorSettings,
}

impl SqlSensor {
    /// Waits for `sql` on the connection `conn_id`.
    pub fn new(conn_id: impl Into<String>, sql: impl Into<String>) -> Self {
        let (conn_id, sql, settings) = (conn_id.into(), sql.into(), SensorSettings::default());
        Self { conn_id, sql, parameters: Value::Null, success: None, failure: None, fail_on_empty: false, settings }
    }
}

async fn ask(function: &str, cell: &Cell, cx: &TaskContext) -> Result<bool, Failure> {
    let value = match cell {
        Cell::Null => Value::Null,
        Cell::Number(number) if number.fract() == 0.0 && number.abs() < 9e15 => Value::from(*number as i64),
        Cell::Number(number) => Value::from(*number),
        Cell::Text(text) => Value::from(text.as_str()),
    };
    let answer = (RegisteredFunction::find(function)?.call)(Value::Null, value, cx).await?;
    answer.as_bool().ok_or_else(|| Failure::fatal(format!("function {function:?} says neither true nor false")))
}

#[async_trait]
impl Sensor for SqlSensor {
    has_settings!();

    async fn poke(&self, cx: &TaskContext) -> Result<Poke, Failure> {
        let connection = cx.values().connection(&self.conn_id).await?;
        let Some(cell) = first_cell(&connection, &self.sql, &self.parameters).await? else {
            let message = "no rows returned, and fail_on_empty is set";
            return if self.fail_on_empty { Err(Failure::retry(message)) } else { Ok(Poke::NotYet) };
        };
        if let Some(failure) = &self.failure
            && ask(failure, &cell, cx).await?
        {
            return Err(Failure::retry("the value meets the condition of failure"));
        }
        if let Some(success) = &self.success {
            return Ok(ask(success, &cell, cx).await?.into());
        }
        let is_zero = cx.run().dag.attributes.dialect == Dialect::V1_10 && cell == Cell::Text("0".into());
        Ok((cell.is_true() && !is_zero).into())
    }

    fn awaits(&self, _: &TaskContext) -> String {
        format!("for a query on connection {}", self.conn_id)
    }

    fn template_fields(&self) -> &'static [&'static str] {
        &["sql", "parameters"]
    }

    fn template_ext(&self) -> &'static [&'static str] {
        &[".sql"]
    }
}

crate::sensor_operator!(SqlSensor, "sql_sensor");
