//! The template fields of an operator's JSON form.

use minijinja::Error;
use serde_json::Value;

use super::engine::Engine;

/// How deep lists and maps may lie in each other.
const MAX_DEPTH: usize = 100;

/// A text that could not be rendered, and where it is.
#[derive(Debug)]
pub(super) struct FieldError {
    /// Such as `env.A` or `op_args[2]`.
    pub(super) path: String,
    pub(super) error: Error,
}

/// Whether this text is a template.
pub(super) fn is_template(text: &str) -> bool {
    memchr::memchr_iter(b'{', text.as_bytes()).any(|at| matches!(text.as_bytes().get(at + 1), Some(b'{' | b'%' | b'#')))
}

/// Whether this text is the name of a template file.
pub(super) fn is_file(text: &str, endings: &[impl AsRef<str>]) -> bool {
    endings.iter().any(|ending| text.ends_with(ending.as_ref()))
}

/// Whether rendering this text may read a file.
pub(super) fn reads_files(json: &str) -> bool {
    json.contains("{%") && ["include", "import", "extends"].iter().any(|word| json.contains(word))
}

/// Whether any of `fields` of the operator's JSON text may be a template. False where surely none is.
pub(super) fn may_have_templates(json: &str, endings: &[&str]) -> bool {
    is_template(json) || endings.iter().any(|ending| json.contains(&format!("{ending}\"")))
}

/// Renders every text in `value`, however deep. Keys of maps stay as they are.
pub(super) fn render(
    value: &mut Value,
    path: &str,
    endings: &[impl AsRef<str>],
    engine: &Engine,
) -> Result<(), FieldError> {
    render_at(value, path, endings, engine, 0)
}

fn render_at(
    value: &mut Value,
    path: &str,
    endings: &[impl AsRef<str>],
    engine: &Engine,
    depth: usize,
) -> Result<(), FieldError> {
    let at = |error| FieldError { path: path.to_owned(), error };
    if depth > MAX_DEPTH {
        return Err(at(super::arguments::wrong(format!("it is nested deeper than {MAX_DEPTH} levels"))));
    }
    match value {
        Value::String(text) if is_file(text, endings) => *text = engine.file(text).map_err(at)?,
        Value::String(text) if is_template(text) => *text = engine.text(text).map_err(at)?,
        Value::Array(items) => {
            for (index, item) in items.iter_mut().enumerate() {
                render_at(item, &format!("{path}[{index}]"), endings, engine, depth + 1)?;
            }
        }
        Value::Object(fields) => {
            for (name, item) in fields {
                render_at(item, &format!("{path}.{name}"), endings, engine, depth + 1)?;
            }
        }
        _ => {}
    }
    Ok(())
}
