//! What a template's source may look like. Chains such as `1+1+1+…` nest without brackets, and what is nested too deep overflows the stack
//! of whoever reads it.

use minijinja::Error;

use super::arguments::wrong;

/// The longest expression or statement, in bytes.
const MAX_BLOCK_BYTES: usize = 2_048;
/// The most statements: each `elif` is nested in the one before.
const MAX_STATEMENTS: usize = 500;

/// Refuses a source that is nested too deep.
pub(super) fn check(source: &str) -> Result<(), Error> {
    let mut statements = 0;
    let mut rest = source;
    while let Some(at) = rest.find("{{").into_iter().chain(rest.find("{%")).min() {
        let is_statement = rest[at..].starts_with("{%");
        let end = if is_statement { "%}" } else { "}}" };
        let block = &rest[at + 2..];
        let length = block.find(end).unwrap_or(block.len());
        if length > MAX_BLOCK_BYTES {
            let start: String = block.trim_start().chars().take(40).collect();
            return Err(wrong(format!(
                "the expression {start:?}… has {length} bytes; at most {MAX_BLOCK_BYTES} are allowed: give a part of it a name with \
                 {{% set %}}"
            )));
        }
        statements += usize::from(is_statement);
        if statements > MAX_STATEMENTS {
            return Err(wrong(format!("the template has more than {MAX_STATEMENTS} statements")));
        }
        rest = &block[length..];
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn what_is_nested_without_brackets_is_refused() {
        let long = |part: &str| format!("{{{{ 1{} }}}}", part.repeat(3_000));
        for part in ["+1", "~1", ".b", "[0]", "|string", " or 1", " is not none"] {
            assert!(check(&long(part)).is_err(), "{part}");
        }
        assert!(check(&format!("{{% if 1 %}}{}{{% endif %}}", "{% elif 1 %}".repeat(600))).is_err());
        assert!(check("{{").is_ok() && check("").is_ok() && check("{{ ds }}{% if 1 %}ü{% endif %}").is_ok());
        assert!(check(&"{{ ds }} ".repeat(10_000)).is_ok());
    }
}
