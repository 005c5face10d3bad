use crate::EdaError;

use super::arguments::Profile;

/// What is to be profiled: what the arguments name, and what the environment variable holds that they name.
pub(super) fn names(arguments: &Profile) -> Result<Vec<String>, EdaError> {
    let mut names = arguments.sources.clone();
    if let Some(variable) = &arguments.source_env {
        let unusable = |reason: &str| EdaError::Source {
            name: format!("the environment variable {variable}"),
            reason: reason.to_owned(),
        };
        match std::env::var(variable) {
            Ok(source) if !source.trim().is_empty() => names.push(source),
            Ok(_) => return Err(unusable("it is empty; set it to a source")),
            Err(std::env::VarError::NotPresent) => return Err(unusable("it is not set; set it to a source")),
            Err(std::env::VarError::NotUnicode(_)) => return Err(unusable("it is not UTF-8")),
        }
    }
    Ok(names)
}
