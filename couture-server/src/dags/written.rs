//! How a DAG is written, for people.

use std::path::Path;

use super::example::EXAMPLES;
use super::scan::read_bounded;
use super::source::DagSource;

/// The most bytes of a source that are kept and shown.
const MAX_BYTES: u64 = 1 << 20;

/// The text that defines a DAG: nothing where that is a program, too long, no text, or gone. Blocks its thread for a moment.
pub fn written_in(folder: &Path, source: &DagSource) -> Option<String> {
    match source {
        DagSource::Native => None,
        DagSource::Example(name) => {
            EXAMPLES.iter().find(|example| example.name == *name).map(|example| example.content.to_owned())
        }
        DagSource::File(path) => {
            let bytes = read_bounded(&folder.join(path), MAX_BYTES).ok()?;
            String::from_utf8(bytes).ok()
        }
    }
}
