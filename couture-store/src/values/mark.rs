//! One row by which servers see whether they have each other's key.

use couture_core::store::StoreError;
use couture_core::values::Kept;

use super::keys::Sealed;
use super::sql_values::SqlValues;
use crate::sql::{Row, Script};

const TEXT: &str = "couture";

impl SqlValues {
    /// Whether the keys decrypt what others who share this database encrypt. The first who asks leaves a mark for those after it; a
    /// complete [`rotate`](Self::rotate) leaves a new one.
    pub async fn has_the_key(&self) -> Result<bool, StoreError> {
        if let Some(mark) = self.read_mark().await? {
            return Ok(self.is_ours(mark));
        }
        let mut script = Script::new(self.database());
        let sealed = self.keys.seal(TEXT);
        let insert = "INSERT INTO fernet_mark (id, mark, is_encrypted) VALUES (1, ?, ?)";
        let insert = self.database().dialect().placeholders(insert.into());
        script.step(&insert.as_ref().into(), 1).text(&sealed.text).int(sealed.is_encrypted.into());
        // Where another was faster, its mark counts.
        self.write(script).await?;
        Ok(self.read_mark().await?.is_some_and(|mark| self.is_ours(mark)))
    }

    /// Marks the database with the first key.
    pub(super) async fn renew_mark(&self) -> Result<(), StoreError> {
        let sealed = self.keys.seal(TEXT);
        let mut args = self.database().args();
        args.text(&sealed.text).int(sealed.is_encrypted.into());
        let sql = "UPDATE fernet_mark SET mark = ?, is_encrypted = ? WHERE id = 1";
        self.database().execute(sql, args).await.map(drop)
    }

    fn is_ours(&self, mark: Sealed) -> bool {
        self.keys.open(mark, Kept::Variable, "").is_ok_and(|text| text == TEXT)
    }

    async fn read_mark(&self) -> Result<Option<Sealed>, StoreError> {
        let mut mark = None;
        let read = |row: Row| {
            mark = Some(Sealed { text: row.text(0)?.to_owned(), is_encrypted: row.int(1)? != 0 });
            Ok(())
        };
        let database = self.database();
        database.fetch("SELECT mark, is_encrypted FROM fernet_mark WHERE id = 1", database.args(), read).await?;
        Ok(mark)
    }
}
