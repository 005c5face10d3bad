use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::Schema;

use super::places::{Place, find};
use super::{Options, files, typed};
use crate::error::EdaError;
use crate::profile::Profile;
use crate::state::State;

/// Profiles all that the names lead to. Files that follow each other and have the same columns are parts of one table;
/// others, and the sheets of workbooks, are tables of their own, in the order in which they come. `query` is asked of a
/// database.
///
/// # Errors
/// [`EdaError`] where a source cannot be read at all. What is wrong within it is told in its report.
pub fn profile(names: &[String], query: Option<&str>, options: &Options) -> Result<Vec<State>, EdaError> {
    let mut tables: Vec<State> = Vec::new();
    let mut file = 0;
    for name in names {
        for place in find(name, &options.forbidden)? {
            let states = match &place {
                Place::Database(url) => vec![database(url, query, file, options)?],
                place => files::profile(&place.open(&options.forbidden)?, &place.name(), file, options)?,
            };
            file += states.len().max(1);
            for state in states {
                let is_sheet = state.sources.iter().any(|source| source.contains('#'));
                match tables.last_mut() {
                    Some(last) if !is_sheet && last.table.names == state.table.names => last.merge(state)?,
                    _ => tables.push(state),
                }
            }
        }
    }
    Ok(tables)
}

#[cfg(feature = "sql")]
fn database(url: &str, query: Option<&str>, file: usize, options: &Options) -> Result<State, EdaError> {
    super::sql::profile(url, query, file, options)
}

#[cfg(not(feature = "sql"))]
fn database(url: &str, _: Option<&str>, _: usize, _: &Options) -> Result<State, EdaError> {
    let reason = "this program is built without databases; build it with the feature sql".to_owned();
    Err(EdaError::Source { name: super::places::without_password(url), reason })
}

/// Profiles bytes that are in memory, such as an upload, as the file `name` would be.
///
/// # Errors
/// As of [`profile`].
pub fn profile_bytes(bytes: Vec<u8>, name: &str, options: &Options) -> Result<Vec<State>, EdaError> {
    let source: Arc<dyn super::RandomAccess> = Arc::new(bytes);
    files::profile(&source, name, 0, options)
}

/// Profiles Arrow batches, one after the other, of a stream of one's own.
#[derive(Clone, Debug)]
pub struct Profiler {
    state: State,
    next: u64,
}

impl Profiler {
    /// No rows yet, of the columns of `schema`.
    #[must_use]
    pub fn new(schema: &Schema) -> Self {
        Self { state: State::new(typed::table(schema, &Options::default())), next: 0 }
    }

    /// Takes in the next rows, of the same schema.
    ///
    /// # Errors
    /// Where an array cannot be shown as text.
    pub fn update(&mut self, batch: &RecordBatch) -> Result<(), arrow::error::ArrowError> {
        typed::update(&mut self.state.table, batch, self.next)?;
        self.next += batch.num_rows() as u64;
        Ok(())
    }

    /// The state, to be saved or merged.
    #[must_use]
    pub fn into_state(self) -> State {
        self.state
    }

    /// What is said about the rows.
    #[must_use]
    pub fn finish(&self) -> Profile {
        self.state.finish(None)
    }
}

/// What is said about the rows of a stream of batches.
///
/// # Errors
/// Those of the stream, and where an array cannot be shown as text.
pub fn profile_batches(
    schema: &Schema,
    batches: impl IntoIterator<Item = Result<RecordBatch, arrow::error::ArrowError>>,
) -> Result<Profile, arrow::error::ArrowError> {
    let mut profiler = Profiler::new(schema);
    for batch in batches {
        profiler.update(&batch?)?;
    }
    Ok(profiler.finish())
}
