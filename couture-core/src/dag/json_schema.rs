//! JSON schema, as far as parameters of runs are described by it.
//!
//! Every keyword that Airflow's pages show is known, and those of JSON schema that need nothing but the schema itself. References
//! (`$ref`) and formats that nobody else reads are passed over, as the standard asks of what is not known. The well-kept crates for all
//! of JSON schema bring some twenty crates that nothing else here needs.

use serde_json::{Map, Value};

use crate::time::Timestamp;

/// Why `value` does not fit `schema`: one line, which begins with the place where it is below the top. Nothing where it fits.
pub(super) fn misfit(value: &Value, schema: &Map<String, Value>) -> Option<String> {
    check(value, schema).err()
}

type Checked = Result<(), String>;
/// Whether a number keeps to a limit.
type Holds = fn(f64, f64) -> bool;

fn check(value: &Value, schema: &Map<String, Value>) -> Checked {
    of_any_type(value, schema)?;
    match value {
        Value::Number(_) => number(value, schema)?,
        Value::String(text) => self::text(text, schema)?,
        Value::Array(items) => list(items, schema)?,
        Value::Object(fields) => object(fields, schema)?,
        Value::Null | Value::Bool(_) => {}
    }
    combined(value, schema)
}

/// A schema is an object, or `true` or `false`.
fn check_any(value: &Value, schema: &Value) -> Checked {
    match schema {
        Value::Object(schema) => check(value, schema),
        Value::Bool(false) => Err(format!("{value} may not be there")),
        _ => Ok(()),
    }
}

fn below(place: impl std::fmt::Display, checked: Checked) -> Checked {
    checked.map_err(|reason| format!("{place}: {reason}"))
}

fn of_any_type(value: &Value, schema: &Map<String, Value>) -> Checked {
    let kinds = match schema.get("type") {
        Some(Value::Array(kinds)) => kinds.as_slice(),
        Some(kind) => std::slice::from_ref(kind),
        None => &[],
    };
    if !kinds.is_empty() && !kinds.iter().filter_map(Value::as_str).any(|kind| is_of(value, kind)) {
        let kinds: Vec<_> = kinds.iter().map(Value::to_string).collect();
        return Err(format!("{value} is not of type {}", kinds.join(" or ")));
    }
    if let Some(Value::Array(allowed)) = schema.get("enum")
        && !allowed.iter().any(|one| is_same(one, value))
    {
        return Err(format!("{value} is not one of {}", Value::from(allowed.clone())));
    }
    match schema.get("const") {
        Some(only) if !is_same(only, value) => Err(format!("{value} is not {only}")),
        _ => Ok(()),
    }
}

/// Numbers are the same where their values are: 1 and 1.0.
fn is_same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(a), Value::Number(b)) => a == b || a.as_f64() == b.as_f64(),
        _ => one == other,
    }
}

fn is_of(value: &Value, kind: &str) -> bool {
    match kind {
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64() || value.as_f64().is_some_and(|number| number.fract() == 0.0),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        "null" => value.is_null(),
        // A type that nobody knows refuses nothing.
        _ => true,
    }
}

fn number(value: &Value, schema: &Map<String, Value>) -> Checked {
    let Some(number) = value.as_f64() else { return Ok(()) };
    let limit = |name: &str| schema.get(name).and_then(Value::as_f64);
    let tests: [(&str, Holds, &str); 4] = [
        ("minimum", |number, limit| number >= limit, "less than the minimum of"),
        ("maximum", |number, limit| number <= limit, "greater than the maximum of"),
        ("exclusiveMinimum", |number, limit| number > limit, "not greater than"),
        ("exclusiveMaximum", |number, limit| number < limit, "not less than"),
    ];
    for (name, holds, words) in tests {
        if let Some(limit) = limit(name).filter(|limit| !holds(number, *limit)) {
            return Err(format!("{value} is {words} {limit}"));
        }
    }
    match limit("multipleOf") {
        // A tenth has no exact double: 0.3 is a multiple of 0.1 all the same.
        Some(step) if step > 0.0 && ((number / step) - (number / step).round()).abs() > 1e-9 => {
            Err(format!("{value} is not a multiple of {step}"))
        }
        _ => Ok(()),
    }
}

/// How many there are, against two keywords.
fn count(value: &str, found: usize, schema: &Map<String, Value>, least: &str, most: &str) -> Checked {
    let limit = |name: &str| schema.get(name).and_then(Value::as_u64);
    match (limit(least), limit(most)) {
        (Some(limit), _) if (found as u64) < limit => Err(format!("{value} is too short: {least} is {limit}")),
        (_, Some(limit)) if found as u64 > limit => Err(format!("{value} is too long: {most} is {limit}")),
        _ => Ok(()),
    }
}

fn text(text: &str, schema: &Map<String, Value>) -> Checked {
    let shown = Value::from(text).to_string();
    count(&shown, text.chars().count(), schema, "minLength", "maxLength")?;
    if let Some(pattern) = schema.get("pattern").and_then(Value::as_str) {
        // Python's own notations, which cannot be read here, refuse nothing.
        let found = fancy_regex::Regex::new(pattern).ok().and_then(|pattern| pattern.is_match(text).ok());
        if found == Some(false) {
            return Err(format!("{shown} does not match the pattern {pattern:?}"));
        }
    }
    let format = schema.get("format").and_then(Value::as_str).unwrap_or_default();
    if has_format(text, format) { Ok(()) } else { Err(format!("{shown} is not a {format:?}")) }
}

fn has_format(text: &str, format: &str) -> bool {
    let is_at = |text: &str| text.contains('T') && Timestamp::parse(text).is_ok();
    match format {
        "date" => text.len() == 10 && is_at(&format!("{text}T00:00:00Z")),
        "date-time" => is_at(text),
        "time" => {
            let zoned = text.ends_with(['Z', 'z']) || text.get(8..).is_some_and(|rest| rest.contains(['+', '-']));
            is_at(&format!("1970-01-01T{text}{}", if zoned { "" } else { "Z" }))
        }
        "email" | "idn-email" => text.contains('@'),
        "ipv4" => text.parse::<core::net::Ipv4Addr>().is_ok(),
        "ipv6" => text.parse::<core::net::Ipv6Addr>().is_ok(),
        "regex" => fancy_regex::Regex::new(text).is_ok(),
        _ => true,
    }
}

fn list(items: &[Value], schema: &Map<String, Value>) -> Checked {
    let shown = || Value::from(items.to_vec()).to_string();
    count(&shown(), items.len(), schema, "minItems", "maxItems")?;
    if schema.get("uniqueItems") == Some(&Value::Bool(true))
        && let Some(twice) = items.iter().enumerate().find(|(at, item)| items[..*at].iter().any(|it| is_same(it, item)))
    {
        return Err(format!("{} is there twice", twice.1));
    }
    let first = schema.get("prefixItems").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    for (at, item) in items.iter().enumerate() {
        if let Some(schema) = first.get(at).or(schema.get("items")) {
            below(at, check_any(item, schema))?;
        }
    }
    match schema.get("contains") {
        Some(schema) if !items.iter().any(|item| check_any(item, schema).is_ok()) => {
            Err(format!("none of {} fits {schema}", shown()))
        }
        _ => Ok(()),
    }
}

fn object(fields: &Map<String, Value>, schema: &Map<String, Value>) -> Checked {
    count("the object", fields.len(), schema, "minProperties", "maxProperties")?;
    let mut needed = schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    if let Some(missing) = needed.find(|name| !fields.contains_key(*name)) {
        return Err(format!("the property {missing:?} is missing"));
    }
    let known = schema.get("properties").and_then(Value::as_object);
    for (name, value) in fields {
        let of_name = known.and_then(|known| known.get(name)).or(schema.get("additionalProperties"));
        match of_name {
            Some(Value::Bool(false)) => return Err(format!("there may be no property {name:?}")),
            Some(schema) => below(format_args!("{name:?}"), check_any(value, schema))?,
            None => {}
        }
        if let Some(schema) = schema.get("propertyNames") {
            check_any(&Value::from(&**name), schema)?;
        }
    }
    Ok(())
}

fn combined(value: &Value, schema: &Map<String, Value>) -> Checked {
    let parts = |name: &str| schema.get(name).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    parts("allOf").iter().try_for_each(|schema| check_any(value, schema))?;
    let (any, one) = (parts("anyOf"), parts("oneOf"));
    let fits = |schemas: &[Value]| schemas.iter().filter(|schema| check_any(value, schema).is_ok()).count();
    if !any.is_empty() && fits(any) == 0 {
        return Err(format!("{value} fits none of {}", Value::from(any.to_vec())));
    }
    if !one.is_empty() && fits(one) != 1 {
        return Err(format!("{value} must fit one of {}, and fits {}", Value::from(one.to_vec()), fits(one)));
    }
    match schema.get("not") {
        Some(not) if check_any(value, not).is_ok() => return Err(format!("{value} fits {not}, which it must not")),
        _ => {}
    }
    let Some(when) = schema.get("if") else { return Ok(()) };
    let then = if check_any(value, when).is_ok() { "then" } else { "else" };
    schema.get(then).map_or(Ok(()), |schema| check_any(value, schema))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_fit_or_are_told_why_not() {
        let check = |schema: Value, fitting: &[Value], wrong: &[(Value, &str)]| {
            let misfit = |value: &Value| misfit(value, schema.as_object().unwrap());
            for value in fitting {
                assert_eq!(misfit(value), None, "{schema}");
            }
            for (value, words) in wrong {
                let found = misfit(value).unwrap_or_else(|| panic!("{value} fits {schema}"));
                assert!(found.contains(words), "{found}");
            }
        };
        check(json!({}), &[json!(null), json!([1])], &[]);
        check(json!({"type": "integer"}), &[json!(1), json!(2.0)], &[(json!(true), "true is not of type \"integer\"")]);
        let either = json!({"type": ["null", "string"]});
        check(either, &[json!(null), json!("a")], &[(json!(1), "1 is not of type \"null\" or \"string\"")]);
        check(json!({"enum": ["a", 1]}), &[json!("a"), json!(1.0)], &[(json!("b"), "\"b\" is not one of [\"a\",1]")]);
        check(json!({"const": 3}), &[json!(3)], &[(json!(4), "4 is not 3")]);
        let range = json!({"minimum": 1, "exclusiveMaximum": 3, "multipleOf": 0.1});
        let wrong =
            [(json!(0), "less than the minimum of 1"), (json!(3), "not less than 3"), (json!(1.05), "multiple")];
        check(range, &[json!(1), json!(2.9), json!("text")], &wrong);
        let text = json!({"minLength": 2, "maxLength": 3, "pattern": "^(?!ab)ü"});
        let wrong = [(json!("ü"), "too short: minLength is 2"), (json!("üxyz"), "too long"), (json!("abc"), "pattern")];
        check(text, &[json!("üx"), json!(1)], &wrong);
        check(json!({"pattern": "(?P<"}), &[json!("what cannot be read refuses nothing")], &[]);
        check(
            json!({"format": "date"}),
            &[json!("2026-02-28"), json!(1)],
            &[(json!("2026-02-30"), "is not a \"date\"")],
        );
        let at = [json!("2026-02-28T10:00:00Z"), json!("2026-02-28T10:00:00.5+01:00")];
        check(json!({"format": "date-time"}), &at, &[(json!("2026-02-28"), "date-time"), (json!("soon"), "date-time")]);
        check(json!({"format": "time"}), &[json!("10:00:00"), json!("10:00:00+02:00")], &[(json!("25:00:00"), "time")]);
        check(json!({"format": "multiline"}), &[json!("anything")], &[]);
    }

    #[test]
    fn parts_are_told_with_their_place() {
        let check = |schema: Value, value: Value, expected: Option<&str>| {
            assert_eq!(misfit(&value, schema.as_object().unwrap()).as_deref(), expected, "{schema}");
        };
        let list = || json!({"items": {"type": "string"}, "minItems": 1, "uniqueItems": true});
        check(list(), json!(["a", "b"]), None);
        check(list(), json!(["a", 2]), Some("1: 2 is not of type \"string\""));
        check(list(), json!(["a", "a"]), Some("\"a\" is there twice"));
        check(list(), json!([]), Some("[] is too short: minItems is 1"));
        check(json!({"contains": {"const": 1}}), json!([2]), Some("none of [2] fits {\"const\":1}"));
        let object =
            || json!({"properties": {"n": {"type": "number"}}, "required": ["n"], "additionalProperties": false});
        check(object(), json!({"n": 1}), None);
        check(object(), json!({"n": "1"}), Some("\"n\": \"1\" is not of type \"number\""));
        check(object(), json!({}), Some("the property \"n\" is missing"));
        check(object(), json!({"n": 1, "m": 2}), Some("there may be no property \"m\""));
        let either = || json!({"anyOf": [{"type": "string"}, {"type": "null"}]});
        check(either(), json!(null), None);
        check(either(), json!(1), Some("1 fits none of [{\"type\":\"string\"},{\"type\":\"null\"}]"));
        check(json!({"not": {"const": 1}}), json!(1), Some("1 fits {\"const\":1}, which it must not"));
        check(json!({"oneOf": [{"minimum": 1}, {"minimum": 2}]}), json!(1), None);
        let branch = || json!({"if": {"type": "string"}, "then": {"minLength": 2}, "else": {"minimum": 5}});
        check(branch(), json!("a"), Some("\"a\" is too short: minLength is 2"));
        check(branch(), json!(4), Some("4 is less than the minimum of 5"));
    }
}
