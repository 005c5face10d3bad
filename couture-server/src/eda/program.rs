//! Which program looks at data sets.

use std::path::PathBuf;
use std::sync::Arc;

use couture_operators::eda::EdaProgram;
use tokio::sync::Semaphore;

use super::room::EdaRoom;
use crate::data_folder::DataFolder;
use crate::error::StartError;
use crate::settings::Settings;

/// The folder of the data folder in which it works.
pub const WORK_FOLDER: &str = "eda-work";

/// Analyses at a time: each takes all cores, and its share of memory.
const AT_ONCE: usize = 4;

/// The program that is set, or else this one, `own`, where it can play it, or else `eda` of the `PATH`.
pub(crate) fn eda_program(
    settings: &Settings,
    data: &DataFolder,
    own: Option<PathBuf>,
    room: &EdaRoom,
) -> Result<EdaProgram, StartError> {
    let (program, role) = match (settings.eda.program.as_str(), own.filter(|_| cfg!(feature = "eda"))) {
        ("", Some(own)) => (own.to_string_lossy().into_owned(), vec![ROLE.to_owned()]),
        ("", None) => ("eda".to_owned(), Vec::new()),
        (program, _) => (program.to_owned(), Vec::new()),
    };
    Ok(EdaProgram {
        program,
        role,
        work: data.folder(WORK_FOLDER)?,
        own_folder: data.path().to_owned(),
        memory_mib: settings.eda.memory_mib,
        at_once: Arc::new(Semaphore::new(AT_ONCE)),
        files: Arc::new(room.clone()),
    })
}

#[cfg(feature = "eda")]
use crate::eda_role::ROLE;
#[cfg(not(feature = "eda"))]
const ROLE: &str = "eda";
