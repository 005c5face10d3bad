//! The rows of a CSV file as JSON objects.

use couture_core::Failure;
use serde_json::{Map, Value};

/// What pandas reads as nothing.
const NOTHING: [&str; 9] = ["", "NA", "N/A", "NaN", "nan", "null", "NULL", "None", "#N/A"];

/// How the values of a column are read: as what all of them are.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Integer,
    Float,
    Truth,
    Text,
}

impl Kind {
    fn of<'t>(cells: impl Iterator<Item = &'t str> + Clone) -> Self {
        let fits = |kind: Self| cells.clone().all(|cell| kind.read(cell).is_some());
        [Self::Integer, Self::Float, Self::Truth].into_iter().find(|kind| fits(*kind)).unwrap_or(Self::Text)
    }

    fn read(self, cell: &str) -> Option<Value> {
        if NOTHING.contains(&cell) {
            return Some(Value::Null);
        }
        match self {
            Self::Integer => cell.parse::<i64>().ok().map(Value::from),
            Self::Float => cell.parse::<f64>().ok().and_then(serde_json::Number::from_f64).map(Value::Number),
            Self::Truth => match cell {
                "True" | "true" | "TRUE" => Some(Value::Bool(true)),
                "False" | "false" | "FALSE" => Some(Value::Bool(false)),
                _ => None,
            },
            Self::Text => Some(cell.into()),
        }
    }
}

/// The rows of `csv`, whose first line names the columns; with `filter`, only those that have one of the values in the column.
pub(super) fn rows(csv: &[u8], filter: Option<(&str, &[Value])>) -> Result<Vec<Value>, Failure> {
    let csv = csv.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(csv);
    let mut reader = csv::Reader::from_reader(csv);
    let wrong = |error: csv::Error| Failure::fatal(format!("the metadata file is not CSV: {error}"));
    let names: Vec<String> = reader.headers().map_err(wrong)?.iter().map(str::to_owned).collect();
    let records: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().map_err(wrong)?;
    let filter = filter.map(|(column, values)| Ok::<_, Failure>((position(&names, column)?, values))).transpose()?;
    let kinds: Vec<Kind> =
        (0..names.len()).map(|at| Kind::of(records.iter().map(move |row| row.get(at).unwrap_or_default()))).collect();
    let cell = |row: &csv::StringRecord, at: usize| {
        let text = row.get(at).unwrap_or_default();
        kinds[at].read(text).unwrap_or_else(|| text.into())
    };
    let kept = records.iter().filter(|row| match filter {
        Some((at, values)) => {
            values.iter().any(|wanted| is_same(wanted, &cell(row, at), row.get(at).unwrap_or_default()))
        }
        None => true,
    });
    let object = |row| names.iter().enumerate().map(|(at, name)| (name.clone(), cell(row, at))).collect::<Map<_, _>>();
    Ok(kept.map(|row| Value::Object(object(row))).collect())
}

fn position(names: &[String], column: &str) -> Result<usize, Failure> {
    names.iter().position(|name| name == column).ok_or_else(|| {
        let known = names.join(", ");
        Failure::fatal(format!("the metadata file has no column {column:?}, which filter_by names; it has: {known}"))
    })
}

fn is_same(wanted: &Value, cell: &Value, text: &str) -> bool {
    match wanted {
        Value::String(wanted) => wanted == text,
        Value::Number(wanted) => cell.is_number() && wanted.as_f64() == cell.as_f64(),
        wanted => wanted == cell,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn rows_have_the_types_of_their_columns() {
        let check =
            |csv: &str, expected: Value| assert_eq!(rows(csv.as_bytes(), None).unwrap(), *expected.as_array().unwrap());
        check("a,b\n1,x\n2,y\n", json!([{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]));
        check("a\n1\n2.5\n\n", json!([{"a": 1.0}, {"a": 2.5}]));
        check("a,b\n1,\n,2\n", json!([{"a": 1, "b": null}, {"a": null, "b": 2}]));
        check("a,b\nTrue,1\nFalse,x\n", json!([{"a": true, "b": "1"}, {"a": false, "b": "x"}]));
        check("\u{FEFF}a\n\"x, \"\"y\"\"\"\n", json!([{"a": "x, \"y\""}]));
        check("a,b\n", json!([]));
    }

    #[test]
    fn rows_are_filtered() {
        let csv = b"lang,n\nen,1\nde,2\nen,3\n";
        let check = |column: &str, values: Value, expected: &[i64]| {
            let found = rows(csv, Some((column, values.as_array().unwrap()))).unwrap();
            assert_eq!(found.iter().map(|row| row["n"].as_i64().unwrap()).collect::<Vec<_>>(), expected);
        };
        check("lang", json!(["en"]), &[1, 3]);
        check("lang", json!(["en", "de"]), &[1, 2, 3]);
        check("lang", json!([]), &[]);
        check("n", json!([2, "3"]), &[2, 3]);
    }

    #[test]
    fn what_is_wrong_is_said() {
        let check = |csv: &[u8], filter: Option<(&str, &[Value])>, expected: &str| {
            let Err(Failure::Fatal(error)) = rows(csv, filter) else { panic!("not refused") };
            assert!(error.to_string().contains(expected), "{error}");
        };
        check(b"a,b\n1\n", None, "not CSV");
        let column = "the metadata file has no column \"lang\", which filter_by names; it has: a, b";
        check(b"a,b\n1,2\n", Some(("lang", &[])), column);
    }
}
