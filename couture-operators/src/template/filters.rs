//! Filters: Airflow's for dates, and those of Jinja2 that the template language leaves out.

use minijinja::value::{Kwargs, Value};
use minijinja::{Environment, Error, State};

use super::arguments::wrong;
use super::time::{Flavour, Moment};

/// Adds them.
pub(super) fn add(env: &mut Environment<'_>) {
    env.add_filter("ds", |value: &Value| dated(value, "%Y-%m-%d"));
    env.add_filter("ds_nodash", |value: &Value| dated(value, "%Y%m%d"));
    env.add_filter("ts", |value: &Value| Ok::<_, Error>(moment(value)?.map(|time| time.isoformat("T"))));
    env.add_filter("ts_nodash", |value: &Value| dated(value, "%Y%m%dT%H%M%S"));
    env.add_filter("ts_nodash_with_tz", |value: &Value| {
        Ok::<_, Error>(moment(value)?.map(|time| time.isoformat("T").replace(['-', ':'], "")))
    });
    env.add_filter("truncate", truncate);
    env.add_filter("filesizeformat", minijinja_contrib::filters::filesizeformat);
    env.add_filter("striptags", minijinja_contrib::filters::striptags);
    env.add_filter("center", |state: &mut State<'_, '_>, value: Value, width: Option<usize>| {
        let text = Value::from(value.to_string());
        text.call_method(state, "center", &[Value::from(width.unwrap_or(80))])
    });
    env.add_filter("wordcount", |text: &str| text.split_whitespace().count());
    env.add_filter("random", |values: Vec<Value>| match values.len() {
        0 => Value::UNDEFINED,
        length => values[fastrand::usize(..length)].clone(),
    });
    env.add_filter("xmlattr", xmlattr);
    env.add_filter("forceescape", |state: &mut State<'_, '_>, value: Value| {
        state.apply_filter("escape", &[Value::from(value.to_string())])
    });
    env.add_function("cycler", minijinja_contrib::globals::cycler);
    env.add_function("joiner", minijinja_contrib::globals::joiner);
}

fn moment(value: &Value) -> Result<Option<Moment>, Error> {
    if value.is_none() {
        return Ok(None);
    }
    value.downcast_object::<Moment>().map(|moment| Some(*moment)).ok_or_else(|| wrong("this filter needs a date"))
}

/// `None` stays `None`, as in Airflow.
fn dated(value: &Value, format: &str) -> Result<Option<String>, Error> {
    moment(value)?.map(|time| time.with_flavour(Flavour::Python).strftime(format)).transpose()
}

/// As Jinja2's, with its arguments by place or by name.
fn truncate(
    text: String,
    length: Option<usize>,
    killwords: Option<bool>,
    end: Option<String>,
    kwargs: Kwargs,
) -> Result<String, Error> {
    let length = kwargs.get::<Option<usize>>("length")?.or(length).unwrap_or(255);
    let killwords = kwargs.get::<Option<bool>>("killwords")?.or(killwords).unwrap_or(false);
    let end = kwargs.get::<Option<String>>("end")?.or(end).unwrap_or_else(|| "...".into());
    let leeway = kwargs.get::<Option<usize>>("leeway")?.unwrap_or(5);
    kwargs.assert_all_used()?;
    if text.chars().count() <= length.saturating_add(leeway) {
        return Ok(text);
    }
    let kept: String = text.chars().take(length.saturating_sub(end.chars().count())).collect();
    let kept = if killwords { &*kept } else { kept.rsplit_once(' ').map_or(&*kept, |(kept, _)| kept) };
    Ok(format!("{kept}{end}"))
}

fn xmlattr(state: &mut State<'_, '_>, attributes: Value, _: Kwargs) -> Result<String, Error> {
    let mut out = String::new();
    for name in attributes.try_iter()? {
        let value = attributes.get_item(&name)?;
        if value.is_none() || value.is_undefined() {
            continue;
        }
        if name.as_str().is_none_or(|name| name.contains([' ', '/', '>', '='])) {
            return Err(wrong("xmlattr: this is no name of an attribute"));
        }
        let value = state.apply_filter("escape", &[Value::from(value.to_string())])?;
        out.push_str(&format!(" {name}=\"{value}\""));
    }
    Ok(out)
}
