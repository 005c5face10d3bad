//! Methods of Python's own types that DAG files use.

use minijinja::value::{Kwargs, Rest, Tuple, Value, ValueKind, from_args};
use minijinja::{Error, ErrorKind, State};
use minijinja_contrib::pycompat;

use super::arguments::Arguments;

/// The longest text that a method gives.
const MAX_TEXT_BYTES: usize = 8 << 20;
/// The longest text that a method pads to.
const MAX_WIDTH: usize = 10_000;

/// Called for a method that the template language does not know.
pub(super) fn unknown(state: &mut State<'_, '_>, value: &Value, method: &str, args: &[Value]) -> Result<Value, Error> {
    let own = match value.kind() {
        ValueKind::String => text(state, value, method, args),
        ValueKind::Map => map(value, method, args),
        ValueKind::Seq | ValueKind::Iterable => sequence(value, method, args),
        ValueKind::Number => number(value, method, args),
        _ => return Err(Error::from(ErrorKind::UnknownMethod)),
    }?;
    match own {
        Some(value) => Ok(value),
        None if size_of(value, method, args) > MAX_TEXT_BYTES => {
            Err(super::arguments::wrong(format!("{method} would give more than {MAX_TEXT_BYTES} bytes")))
        }
        None => pycompat::unknown_method_callback(state, value, method, args),
    }
}

/// About how long the text is that a method gives, where it may be much longer than what it is made of.
fn size_of(value: &Value, method: &str, args: &[Value]) -> usize {
    let text = value.as_str().unwrap_or_default();
    let length = |at: usize| args.get(at).and_then(Value::as_str).map_or(0, str::len);
    match method {
        "replace" => {
            let from = args.first().and_then(Value::as_str).unwrap_or_default();
            text.len().saturating_add(text.matches(from).count().saturating_mul(length(1)))
        }
        "join" => {
            let count = args.first().and_then(Value::len).unwrap_or(0).max(length(0));
            count.saturating_mul(text.len().saturating_add(1))
        }
        "format" => {
            let widths = text.split(|c: char| !c.is_ascii_digit()).filter_map(|digits| digits.parse::<usize>().ok());
            widths.fold(text.len(), usize::saturating_add)
        }
        _ => 0,
    }
}

fn text(state: &mut State<'_, '_>, value: &Value, method: &str, args: &[Value]) -> Result<Option<Value>, Error> {
    let text = value.as_str().unwrap_or_default();
    let mut given = Arguments::of("this method", &[])?;
    if !matches!(method, "format" | "join") {
        given = Arguments::of("this method", args)?;
    }
    Ok(Some(match method {
        "format" if has_attributes(text) => return formatted(state, text, args).map(Some),
        "zfill" => {
            let width = given.need::<usize>("width")?.min(MAX_WIDTH);
            let (sign, digits) = match text.strip_prefix(['-', '+']) {
                Some(digits) => text.split_at(text.len() - digits.len()),
                None => ("", text),
            };
            let zeros = width.saturating_sub(text.chars().count());
            format!("{sign}{}{digits}", "0".repeat(zeros)).into()
        }
        "ljust" | "rjust" | "center" => {
            let width = given.need::<usize>("width")?.min(MAX_WIDTH);
            let fill = given.get::<String>("fillchar")?.and_then(|fill| fill.chars().next()).unwrap_or(' ');
            let missing = width.saturating_sub(text.chars().count());
            let before = match method {
                "ljust" => 0,
                "rjust" => missing,
                _ => missing / 2 + (missing & width & 1),
            };
            let pad = |count: usize| fill.to_string().repeat(count);
            format!("{}{text}{}", pad(before), pad(missing - before)).into()
        }
        "swapcase" => {
            let swap =
                |c: char| if c.is_uppercase() { c.to_lowercase().to_string() } else { c.to_uppercase().to_string() };
            text.chars().map(swap).collect::<String>().into()
        }
        "casefold" => text.to_lowercase().into(),
        "removeprefix" => text.strip_prefix(&*given.need::<String>("prefix")?).unwrap_or(text).into(),
        "removesuffix" => text.strip_suffix(&*given.need::<String>("suffix")?).unwrap_or(text).into(),
        "partition" => {
            let by: String = given.need("sep")?;
            let (before, by, after) =
                text.split_once(&*by).map_or((text, "", ""), |(before, after)| (before, &*by, after));
            Value::from(Tuple::from([before.into(), by.into(), after.into()]))
        }
        "rpartition" => {
            let by: String = given.need("sep")?;
            let (before, by, after) =
                text.rsplit_once(&*by).map_or(("", "", text), |(before, after)| (before, &*by, after));
            Value::from(Tuple::from([before.into(), by.into(), after.into()]))
        }
        "rsplit" => {
            let by: Option<String> = given.get("sep")?;
            let limit = given.get::<i64>("maxsplit")?.and_then(|limit| usize::try_from(limit).ok());
            let limit = limit.map_or(usize::MAX, |limit| limit.saturating_add(1));
            let mut parts: Vec<Value> = match by {
                Some(by) => text.rsplitn(limit, &*by).map(Value::from).collect(),
                None => text.split_whitespace().rev().map(Value::from).collect(),
            };
            parts.reverse();
            Value::from(parts)
        }
        "encode" | "decode" => value.clone(),
        _ => return Ok(None),
    }))
}

/// Whether a format string looks into its values: `{0.year}`, `{d[k]}`, which the library does not.
fn has_attributes(text: &str) -> bool {
    text.split('{').skip(1).any(|part| part.split(['}', ':', '!']).next().is_some_and(|name| name.contains(['.', '['])))
}

/// `str.format` with attributes: each is looked up, and takes the place of a value of its own.
fn formatted(state: &mut State<'_, '_>, text: &str, args: &[Value]) -> Result<Value, Error> {
    let (Rest(by_place), by_name) = from_args::<(Rest<Value>, Kwargs)>(args)?;
    let mut out = String::new();
    let mut values = Vec::new();
    let mut next = 0;
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        if from.starts_with("{{") || from.starts_with("}}") {
            out.push_str(&from[..2]);
            rest = &from[2..];
            continue;
        }
        let Some((field, after)) = from[1..].split_once('}') else { break };
        let end = field.find([':', '!']).unwrap_or(field.len());
        let mut path = field[..end].split(['.', '[']).map(|part| part.trim_end_matches(']'));
        let first = path.next().unwrap_or_default();
        let mut value = match first {
            "" => {
                next += 1;
                by_place.get(next - 1).cloned()
            }
            place if place.parse::<usize>().is_ok() => by_place.get(place.parse::<usize>().unwrap_or(0)).cloned(),
            name => by_name.get::<Value>(name).ok(),
        }
        .ok_or_else(|| super::arguments::wrong(format!("format has no value for {first:?}")))?;
        for part in path {
            value = match part.parse::<i64>() {
                Ok(index) => value.get_item(&Value::from(index))?,
                Err(_) => value.get_attr(part)?,
            };
        }
        out.push_str(&format!("{{{}{}}}", values.len(), &field[end..]));
        values.push(value);
        rest = after;
    }
    by_name.args().for_each(drop);
    if size_of(&Value::from(out.as_str()), "format", &[]) > MAX_TEXT_BYTES {
        return Err(super::arguments::wrong(format!("format would give more than {MAX_TEXT_BYTES} bytes")));
    }
    pycompat::unknown_method_callback(state, &Value::from(out + rest), "format", &values)
}

fn map(value: &Value, method: &str, args: &[Value]) -> Result<Option<Value>, Error> {
    Ok(match method {
        "copy" => Some(value.clone()),
        "get" => {
            let mut args = Arguments::of("get", args)?;
            let key = args.need::<Value>("key")?;
            let default = args.value("default")?.unwrap_or_else(|| Value::from(()));
            args.done()?;
            let found = value.get_item(&key)?;
            Some(if found.is_undefined() { default } else { found })
        }
        _ => None,
    })
}

fn sequence(value: &Value, method: &str, args: &[Value]) -> Result<Option<Value>, Error> {
    Ok(match method {
        "copy" => Some(value.clone()),
        "index" => {
            let mut args = Arguments::of("index", args)?;
            let wanted = args.need::<Value>("value")?;
            args.done()?;
            let at = value.try_iter()?.position(|item| item == wanted);
            Some(at.ok_or_else(|| super::arguments::wrong("this value is not in the list"))?.into())
        }
        _ => None,
    })
}

fn number(value: &Value, method: &str, args: &[Value]) -> Result<Option<Value>, Error> {
    Ok(match method {
        "is_integer" => {
            Arguments::of("is_integer", args)?.done()?;
            Some(f64::try_from(value.clone()).is_ok_and(|number| number.fract() == 0.0).into())
        }
        "bit_length" => {
            i64::try_from(value.clone()).ok().map(|number| (64 - number.unsigned_abs().leading_zeros()).into())
        }
        _ => None,
    })
}
