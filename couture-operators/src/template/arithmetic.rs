//! Arithmetic that the template language does not have: with dates and timedeltas, and `'…' % values`.

use minijinja::value::{Value, ValueKind};
use minijinja::{Error, ErrorKind, State, context};

use super::arguments::wrong;
use super::time::{Moment, Span};

/// Whether this failure may be one of operands that only [`compute`] knows.
pub(super) fn may_help(error: &Error) -> bool {
    let mut error = error;
    loop {
        if error.kind() == ErrorKind::InvalidOperation
            && error.detail().is_some_and(|detail| {
                detail.starts_with("tried to use") || detail.starts_with("strings can only be multiplied")
            })
        {
            return true;
        }
        match std::error::Error::source(error).and_then(|source| source.downcast_ref::<Error>()) {
            Some(source) => error = source,
            None => return false,
        }
    }
}

/// `left symbol right`, as Python has it.
pub(super) fn compute(state: &mut State<'_, '_>, symbol: &str, left: Value, right: Value) -> Result<Value, Error> {
    if symbol == "%" && left.kind() == ValueKind::String {
        return formatted(state, left, right);
    }
    if let Some(value) = with_times(symbol, &left, &right) {
        return value;
    }
    let expression = match symbol {
        "+" => "left + right",
        "-" => "left - right",
        "*" => "left * right",
        "/" => "left / right",
        "//" => "left // right",
        "%" => "left % right",
        _ => return Err(wrong("this operator is not known")),
    };
    state.env().compile_expression(expression)?.eval(context! { left, right })
}

fn formatted(state: &mut State<'_, '_>, left: Value, right: Value) -> Result<Value, Error> {
    let mut args = vec![left];
    // Python's tuple gives several values; everything else is one.
    match right.kind() {
        ValueKind::Seq | ValueKind::Iterable => args.extend(right.try_iter()?.take(1_000)),
        _ => args.push(right),
    }
    state.apply_filter("format", &args)
}

fn with_times(symbol: &str, left: &Value, right: &Value) -> Option<Result<Value, Error>> {
    let moment = |value: &Value| value.downcast_object::<Moment>().map(|moment| *moment);
    let span = |value: &Value| value.downcast_object::<Span>().map(|span| *span);
    let number =
        |value: &Value| (value.kind() == ValueKind::Number).then(|| f64::try_from(value.clone()).ok()).flatten();
    let value = |moment: Result<Moment, Error>| moment.map(Moment::value);
    let length = |micros: f64| Span::from_micros_f64(micros).map(Span::value);
    Some(match (symbol, moment(left), moment(right), span(left), span(right)) {
        ("+", Some(time), _, _, Some(span)) | ("+", _, Some(time), Some(span), _) => value(time.plus(span)),
        ("-", Some(time), _, _, Some(span)) => value(time.plus(span.times(-1.0).ok()?)),
        ("-", Some(time), Some(other), _, _) => time.since(other).map(Span::value),
        ("+", _, _, Some(a), Some(b)) => length(a.micros() + b.micros()),
        ("-", _, _, Some(a), Some(b)) => length(a.micros() - b.micros()),
        ("/", _, _, Some(_), Some(b)) | ("//", _, _, Some(_), Some(b)) if b.micros() == 0.0 => {
            Err(wrong("division by a timedelta of zero"))
        }
        ("/", _, _, Some(a), Some(b)) => Ok(Value::from(a.micros() / b.micros())),
        ("//", _, _, Some(a), Some(b)) => Ok(Value::from((a.micros() / b.micros()).floor() as i64)),
        ("*", _, _, Some(span), _) => span.times(number(right)?).map(Span::value),
        ("*", _, _, _, Some(span)) => span.times(number(left)?).map(Span::value),
        ("/" | "//", _, _, Some(span), _) => match number(right)? {
            0.0 => Err(wrong("division of a timedelta by zero")),
            divisor => span.times(1.0 / divisor).map(Span::value),
        },
        _ => return None,
    })
}
