//! What a row of the audit log says besides: the arguments of a request, without secrets.

use couture_core::values::is_secret_name;
use serde_json::{Map, Value};

/// The most arguments of one row, and the most bytes of each.
const MAX_PAIRS: usize = 50;
const MAX_BYTES: usize = 500;

/// Arguments of a request as the extra of an audit row: a JSON list of objects with one field each, such as `[{"days": "30"}]`. The
/// value of a name that is a secret's is hidden; long values are cut.
pub fn audit_extra<'p>(pairs: impl IntoIterator<Item = (&'p str, &'p str)>) -> String {
    let pair = |(name, value): (&str, &str)| {
        let shown = if is_secret_name(name) { "***" } else { &value[..value.floor_char_boundary(MAX_BYTES)] };
        let name = &name[..name.floor_char_boundary(MAX_BYTES)];
        Value::Object(Map::from_iter([(name.to_owned(), Value::from(shown))]))
    };
    Value::Array(pairs.into_iter().take(MAX_PAIRS).map(pair).collect()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_left_out() {
        let check = |pairs: &[(&str, &str)], expected: &str| assert_eq!(audit_extra(pairs.iter().copied()), expected);
        check(&[], "[]");
        check(&[("dag_id", "a\"b"), ("days", "30")], r#"[{"dag_id":"a\"b"},{"days":"30"}]"#);
        check(&[("password", "hunter2"), ("api_key", "x")], r#"[{"password":"***"},{"api_key":"***"}]"#);
        let long = "ü".repeat(1_000);
        assert_eq!(audit_extra([("q", long.as_str()); 99]).len(), 2 + 50 * (8 + 500) + 49);
    }
}
