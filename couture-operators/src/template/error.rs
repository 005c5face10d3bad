//! Why a template cannot be rendered, for people.

use minijinja::{Error, ErrorKind};

/// Longer pieces of a template are cut in messages.
const MAX_SHOWN_CHARS: usize = 120;

/// The error in one line: which field, which file if not the field itself, which line, what is wrong, and where.
pub(super) fn describe(field: &str, error: &Error) -> String {
    let mut text = format!("template field {field}");
    match (error.name(), error.line()) {
        (Some(name), Some(line)) if !name.starts_with('<') => text.push_str(&format!(", file {name:?}, line {line}")),
        (_, Some(line)) => text.push_str(&format!(", line {line}")),
        _ => {}
    }
    text.push_str(": ");
    text.push_str(&reason(error));
    if let Some(piece) = piece(error) {
        text.push_str(&format!(" in {piece:?}"));
    }
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        text.push_str(&format!(": {error}"));
        cause = error.source();
    }
    text
}

fn reason(error: &Error) -> String {
    let detail = error.detail().map(str::to_owned);
    match error.kind() {
        ErrorKind::UndefinedError => {
            detail.map_or("a name is undefined".into(), |detail| format!("undefined: {detail}"))
        }
        ErrorKind::OutOfFuel => "it takes too long or makes too much".into(),
        ErrorKind::TemplateNotFound => {
            let detail = detail.unwrap_or_default();
            format!(
                "{detail}; a text that ends as a template file does is its name (add a space at the end where it is not)"
            )
        }
        kind => detail.unwrap_or_else(|| kind.to_string()),
    }
}

/// The piece of the template that is wrong.
fn piece(error: &Error) -> Option<String> {
    let piece = error.template_source()?.get(error.range()?)?;
    let mut shown: String = piece.chars().take(MAX_SHOWN_CHARS).collect();
    if shown.len() < piece.len() {
        shown.push('…');
    }
    Some(shown)
}
