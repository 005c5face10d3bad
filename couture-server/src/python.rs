//! Python as the settings have it.

use std::sync::Arc;
use std::time::Duration;

use couture_core::Clock;
use couture_core::values::Values;
use couture_operators::JinjaTemplates;
use couture_operators::python::parser::{ParserSettings, PythonParser};
use couture_operators::python::{PythonInstallation, unpack};

use crate::backend::Backend;
use crate::dags::{FolderLimits, IgnoreSyntax, ParsedFiles, PythonFiles};
use crate::data_folder::DataFolder;
use crate::error::StartError;
use crate::settings::Settings;

/// The Python that runs tasks. Its packages are unpacked into the data folder.
pub(crate) fn installation(
    settings: &Settings,
    data: &DataFolder,
    backend: &Backend,
    templates: JinjaTemplates,
) -> Result<PythonInstallation, StartError> {
    let root = data.folder("python")?;
    let packages = unpack(&root).map_err(|source| StartError::Data { folder: root, source })?;
    let mut python = PythonInstallation::new(&settings.python.executable, packages, data.folder("bundles")?);
    python.base_url = page_address(settings);
    python.templates = templates;
    python.variables = Some(backend.kept.variables.clone());
    python.reader = Some(backend.reader.clone());
    Ok(python)
}

/// Where the page is: as it is set, or else where the server listens, if that is known beforehand.
fn page_address(settings: &Settings) -> Option<String> {
    let server = &settings.server;
    let scheme = if server.tls_cert.as_os_str().is_empty() { "http" } else { "https" };
    match (server.base_url.as_str(), server.port) {
        ("", 0) => None,
        ("", port) if server.host.contains(':') => Some(format!("{scheme}://[{}]:{port}", server.host)),
        ("", port) => Some(format!("{scheme}://{}:{port}", server.host)),
        (given, _) => Some(given.to_owned()),
    }
}

/// What parses Python files.
pub(crate) fn python_files(
    settings: &Settings,
    data: &DataFolder,
    python: Arc<PythonInstallation>,
    values: Arc<dyn Values>,
    clock: Arc<dyn Clock>,
) -> Result<PythonFiles, StartError> {
    let kept = Arc::new(ParsedFiles::new(data.folder("parsed")?));
    let parser = Arc::new(PythonParser::new(python, values, parser_settings(settings)));
    Ok(PythonFiles { parser, kept, max_bytes: folder_limits(settings).file_bytes, clock })
}

/// How files are parsed.
pub(crate) fn parser_settings(settings: &Settings) -> ParserSettings {
    let mut parser = ParserSettings::default();
    if settings.python.parse_processes > 0 {
        parser.processes = settings.python.parse_processes as usize;
    }
    parser.timeout = Duration::from_secs(settings.python.parse_timeout_s.into());
    parser.memory_bytes = u64::from(settings.python.parse_memory_mib) << 20;
    parser.duplicates_are_warnings = settings.dags.duplicate_dependencies == "warn";
    parser.environment = settings.python.parse_environment.clone();
    parser
}

/// How much of the DAG folder is looked at.
pub(crate) fn folder_limits(settings: &Settings) -> FolderLimits {
    let ignore = match &*settings.dags.dag_ignore_file_syntax {
        "glob" => IgnoreSyntax::Glob,
        _ => IgnoreSyntax::Regexp,
    };
    FolderLimits { file_bytes: u64::from(settings.dags.max_file_mib) << 20, ignore, ..FolderLimits::default() }
}
