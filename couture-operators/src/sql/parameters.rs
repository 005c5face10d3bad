//! Values in the place of the marks in a query's text, as the drivers that Airflow uses put them: `%s` and `%(name)s` for PostgreSQL and
//! MySQL, `?` and `:name` for SQLite.

use couture_core::Failure;
use serde_json::{Map, Value};

/// Whose marks and literals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    Sqlite,
    Postgres,
    MySql,
}

/// `sql` with `parameters` (a list, or an object of names) as literals. Without any, the text stays as it is.
pub(super) fn bound(sql: &str, parameters: &Value, dialect: Dialect) -> Result<String, Failure> {
    let values = match parameters {
        Value::Null => return Ok(sql.to_owned()),
        Value::Array(list) => Values::Listed(list.iter(), 0),
        Value::Object(named) => Values::Named(named),
        _ => return Err(Failure::fatal("the parameters of a query are a list or an object of names")),
    };
    let mut text = Text { rest: sql, out: String::with_capacity(sql.len() + 64), values, dialect };
    match dialect {
        Dialect::Sqlite => text.colons()?,
        Dialect::Postgres | Dialect::MySql => text.percents()?,
    }
    if let Values::Listed(mut left, used) = text.values
        && left.next().is_some()
    {
        return Err(Failure::fatal(format!("the query takes {used} parameters, and more are given")));
    }
    Ok(text.out)
}

enum Values<'v> {
    /// The next, and how many have been used.
    Listed(std::slice::Iter<'v, Value>, usize),
    Named(&'v Map<String, Value>),
}

struct Text<'t> {
    rest: &'t str,
    out: String,
    values: Values<'t>,
    dialect: Dialect,
}

impl Text<'_> {
    /// As Python's `%`: it knows nothing of quotes, and `%%` is a percent sign.
    fn percents(&mut self) -> Result<(), Failure> {
        while let Some(at) = self.rest.find('%') {
            self.keep(at);
            if self.rest.starts_with("%%") {
                self.out.push('%');
                self.rest = &self.rest[2..];
            } else if self.rest.starts_with("%s") {
                self.put(None)?;
                self.rest = &self.rest[2..];
            } else {
                let name = self.rest.strip_prefix("%(").and_then(|rest| rest.split_once(")s")).map(|(name, _)| name);
                let name =
                    name.ok_or_else(|| Failure::fatal("a % of a query with parameters is %s, %(name)s or %%"))?;
                self.rest = &self.rest[name.len() + 4..];
                self.put(Some(name.to_owned()))?;
            }
        }
        self.keep(self.rest.len());
        Ok(())
    }

    /// Marks outside of quotes and comments.
    fn colons(&mut self) -> Result<(), Failure> {
        while let Some(at) = self.rest.find(['\'', '"', '`', '[', '-', '/', '?', ':']) {
            self.keep(at);
            let end = |close: &str| self.rest.get(1..).and_then(|rest| rest.find(close)).map(|at| at + 1 + close.len());
            let skipped = match self.rest.as_bytes()[0] {
                quote @ (b'\'' | b'"' | b'`') => end(&char::from(quote).to_string()),
                b'[' => end("]"),
                b'-' if self.rest.starts_with("--") => end("\n"),
                b'/' if self.rest.starts_with("/*") => end("*/"),
                b'?' => {
                    self.rest = &self.rest[1..];
                    self.put(None)?;
                    continue;
                }
                b':' => {
                    let name: String =
                        self.rest[1..].chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
                    if !name.is_empty() {
                        self.rest = &self.rest[1 + name.len()..];
                        self.put(Some(name))?;
                        continue;
                    }
                    Some(1)
                }
                _ => Some(1),
            };
            self.keep(skipped.unwrap_or(self.rest.len()));
        }
        self.keep(self.rest.len());
        Ok(())
    }

    fn keep(&mut self, bytes: usize) {
        let (kept, rest) = self.rest.split_at(bytes);
        self.out.push_str(kept);
        self.rest = rest;
    }

    fn put(&mut self, name: Option<String>) -> Result<(), Failure> {
        let value = match (&mut self.values, &name) {
            (Values::Listed(values, used), None) => {
                *used += 1;
                let missing =
                    || Failure::fatal(format!("the query takes {used} parameters or more, and fewer are given"));
                values.next().ok_or_else(missing)?
            }
            (Values::Named(values), Some(name)) => values
                .get(name)
                .ok_or_else(|| Failure::fatal(format!("the query's parameter {name:?} is not given")))?,
            (Values::Listed(..), Some(_)) => {
                return Err(Failure::fatal("the query names its parameters, and they are a list"));
            }
            (Values::Named(_), None) => {
                return Err(Failure::fatal("the query does not name its parameters, and they have names"));
            }
        };
        let literal = literal(value, self.dialect)?;
        self.out.push_str(&literal);
        Ok(())
    }
}

fn literal(value: &Value, dialect: Dialect) -> Result<String, Failure> {
    let text = match value {
        Value::Null => return Ok("NULL".into()),
        // In parentheses, so that a minus sign makes no comment of what is before it.
        Value::Number(number) => return Ok(format!("({number})")),
        Value::Bool(truth) => {
            let word = if *truth { "TRUE" } else { "FALSE" };
            return Ok(if dialect == Dialect::Postgres { word.into() } else { u8::from(*truth).to_string() });
        }
        Value::Array(list) => {
            let literals: Result<Vec<_>, _> = list.iter().map(|value| literal(value, dialect)).collect();
            return Ok(format!("({})", literals?.join(", ")));
        }
        Value::Object(_) => {
            return Err(Failure::fatal("a parameter of a query is a text, a number, a truth value, null or a list"));
        }
        Value::String(text) => text,
    };
    if text.contains('\0') {
        return Err(Failure::fatal("a parameter of a query holds the character NUL"));
    }
    let doubled = text.replace('\'', "''");
    Ok(match dialect {
        Dialect::Sqlite => format!("'{doubled}'"),
        // With or without E, and with the server's setting of either kind, it is the same text.
        Dialect::Postgres if text.contains('\\') => format!(" E'{}'", doubled.replace('\\', "\\\\")),
        Dialect::Postgres => format!("'{doubled}'"),
        Dialect::MySql => format!("'{}'", doubled.replace('\\', "\\\\")),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Dialect, bound};

    #[test]
    fn parameters_become_literals() {
        use Dialect::{MySql, Postgres, Sqlite};
        let check = |dialect, sql: &str, parameters, expected: &str| {
            let found = bound(sql, &parameters, dialect).unwrap_or_else(|failure| format!("!{failure:?}"));
            let is_right = match expected.strip_prefix('!') {
                Some(piece) => found.starts_with('!') && found.contains(piece),
                None => found == expected,
            };
            assert!(is_right, "{sql}: {found}, not {expected}");
        };
        check(Postgres, "select '100%'", json!(null), "select '100%'");
        check(Postgres, "a %s %% %s", json!(["it's", 1]), "a 'it''s' % (1)");
        check(Postgres, "%(b)s%(a)s", json!({"a": true, "b": null, "c": 1}), "NULLTRUE");
        check(Postgres, "in %s", json!([[1, -2.5, "x"]]), "in ((1), (-2.5), 'x')");
        check(Postgres, "%s", json!(["\\'; drop table t; --"]), " E'\\\\''; drop table t; --'");
        check(MySql, "%s %s", json!(["\\'", false]), "'\\\\''' 0");
        check(
            Sqlite,
            "'?' \"?\" [?] `?` ? -- ?\n /* :a */ ?",
            json!([1, "é"]),
            "'?' \"?\" [?] `?` (1) -- ?\n /* :a */ 'é'",
        );
        check(Sqlite, "a :one - :two / ::", json!({"one": 1, "two": "2"}), "a (1) - '2' / ::");
        check(Sqlite, "'open ?", json!([]), "'open ?");
        for (sql, parameters, piece) in [
            ("%s", json!([]), "!fewer"),
            ("%s", json!([1, 2]), "!more are given"),
            ("%s", json!({}), "!have names"),
            ("%(a)s", json!([1]), "!are a list"),
            ("%(a)s", json!({"b": 1}), "!\\\"a\\\" is not given"),
            ("%d", json!([1]), "!%%"),
            ("%s", json!([{"a": 1}]), "!a text, a number"),
            ("%s", json!(["\0"]), "!NUL"),
            ("%s", json!("x"), "!a list or an object"),
        ] {
            check(Postgres, sql, parameters, piece);
        }
    }
}
