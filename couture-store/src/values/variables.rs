//! Variables.

use std::collections::BTreeMap;

use async_trait::async_trait;
use couture_core::values::{Kept, OnExisting, ValueError, Variable, Variables};
use couture_core::{VariableKey, store::StoreError};

use super::keys::Sealed;
use super::sql_values::{ATTEMPTS, SqlValues, Written};
use crate::sql::{Args, Row, Script, Table};
use crate::store::limit;

pub(super) const TABLE: Table =
    Table { name: "variable", columns: &["variable_key", "value", "is_encrypted", "description"], keys: 1 };

macro_rules! select {
    ($rest:literal) => {
        concat!("SELECT variable_key, value, is_encrypted, description FROM variable ", $rest)
    };
}

/// A variable as it is kept.
pub(super) struct SealedVariable {
    pub(super) key: VariableKey,
    pub(super) value: Sealed,
    pub(super) description: Option<String>,
}

impl SealedVariable {
    fn read(row: &Row) -> Result<Self, sqlx::Error> {
        Ok(Self {
            key: row.parsed(0, VariableKey::new)?,
            value: Sealed { text: row.text(1)?.to_owned(), is_encrypted: row.int(2)? != 0 },
            description: row.opt_text(3)?.map(String::from),
        })
    }

    fn bytes(&self) -> usize {
        self.value.text.len() + self.description.as_ref().map_or(0, String::len)
    }

    fn bind(args: &mut Args, row: &&Self) {
        args.text(row.key.as_str()).text(&row.value.text).int(row.value.is_encrypted.into());
        args.opt_text(row.description.as_deref());
    }
}

impl SqlValues {
    fn seal_variable(&self, variable: &Variable) -> SealedVariable {
        SealedVariable {
            key: variable.key.clone(),
            value: self.keys.seal(&variable.value),
            description: variable.description.clone(),
        }
    }

    pub(super) fn open_variable(&self, row: SealedVariable) -> Result<Variable, ValueError> {
        let value = self.keys.open(row.value, Kept::Variable, row.key.as_str())?;
        Ok(Variable { key: row.key, value, description: row.description })
    }

    async fn fetch_variables(&self, sql: &'static str, args: Args) -> Result<Vec<SealedVariable>, StoreError> {
        let mut rows = Vec::new();
        let read = |row: Row| {
            rows.push(SealedVariable::read(&row)?);
            Ok(())
        };
        self.database().fetch(sql, args, read).await?;
        Ok(rows)
    }

    pub(super) async fn variable_page(
        &self,
        after: Option<&VariableKey>,
        skip: usize,
        most: usize,
    ) -> Result<Vec<SealedVariable>, StoreError> {
        let mut args = self.database().args();
        // No key is empty, so that all come after the empty text.
        args.text(after.map_or("", VariableKey::as_str)).int(limit(most)).int(limit(skip));
        self.fetch_variables(select!("WHERE variable_key > ? ORDER BY variable_key LIMIT ? OFFSET ?"), args).await
    }

    async fn write_variables(
        &self,
        rows: &BTreeMap<&VariableKey, SealedVariable>,
        existing: OnExisting,
    ) -> Result<Option<usize>, ValueError> {
        let mut new: Vec<&SealedVariable> = rows.values().collect();
        let mut batch = &self.statements.put_variables;
        if existing != OnExisting::Overwrite {
            let keys: Vec<_> = rows.keys().map(|key| key.as_str()).collect();
            let there = self.existing(&self.statements.variable_keys, &keys).await?;
            if existing == OnExisting::Skip {
                new.retain(|row| !there.contains(row.key.as_str()));
            } else if let Some(row) = new.iter().find(|row| there.contains(row.key.as_str())) {
                return Err(ValueError::variable_exists(&row.key));
            }
            batch = &self.statements.new_variables;
        }
        let mut script = Script::new(self.database());
        batch.add(&mut script, &new, false, |row| row.bytes(), SealedVariable::bind);
        Ok(matches!(self.write(script).await?, Written::Done).then_some(new.len()))
    }
}

#[async_trait]
impl Variables for SqlValues {
    async fn get(&self, key: &VariableKey) -> Result<Option<Variable>, ValueError> {
        let mut args = self.database().args();
        args.text(key.as_str());
        let found = self.fetch_variables(select!("WHERE variable_key = ?"), args).await?.pop();
        found.map(|row| self.open_variable(row)).transpose()
    }

    async fn set(&self, variables: &[Variable], existing: OnExisting) -> Result<usize, ValueError> {
        variables.iter().try_for_each(Variable::check)?;
        let rows: BTreeMap<_, _> =
            variables.iter().map(|variable| (&variable.key, self.seal_variable(variable))).collect();
        for _ in 0..ATTEMPTS {
            if let Some(written) = self.write_variables(&rows, existing).await? {
                return Ok(written);
            }
        }
        Err(self.beaten())
    }

    async fn delete(&self, key: &VariableKey) -> Result<bool, ValueError> {
        let mut args = self.database().args();
        args.text(key.as_str());
        Ok(self.database().execute("DELETE FROM variable WHERE variable_key = ?", args).await? > 0)
    }

    async fn list(
        &self,
        after: Option<&VariableKey>,
        skip: usize,
        limit: usize,
    ) -> Result<Vec<(VariableKey, Result<Variable, ValueError>)>, ValueError> {
        let rows = self.variable_page(after, skip, limit).await?;
        Ok(rows.into_iter().map(|row| (row.key.clone(), self.open_variable(row))).collect())
    }

    async fn count(&self) -> Result<usize, ValueError> {
        self.count_of("SELECT COUNT(*) FROM variable").await
    }
}
