use serde::{Deserialize, Serialize};

use crate::cell::Kind;

/// Up to so many different values, texts are categories.
const MOST_CATEGORIES: f64 = 100.0;

/// What a column means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names say it")]
pub enum Semantic {
    Empty,
    Boolean,
    Integer,
    Decimal,
    Date,
    DateTime,
    Time,
    Id,
    Category,
    Text,
    Url,
    Email,
    Code,
    Latitude,
    Longitude,
    Coordinates,
}

impl Semantic {
    /// The name as shown in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Boolean => "boolean",
            Self::Integer => "integer",
            Self::Decimal => "decimal",
            Self::Date => "date",
            Self::DateTime => "date and time",
            Self::Time => "time",
            Self::Id => "id",
            Self::Category => "category",
            Self::Text => "text",
            Self::Url => "URL",
            Self::Email => "e-mail",
            Self::Code => "code",
            Self::Latitude => "latitude",
            Self::Longitude => "longitude",
            Self::Coordinates => "coordinates",
        }
    }
}

/// What is known of a column.
pub(super) struct Clues<'a> {
    pub(super) name: &'a str,
    pub(super) kind: Option<Kind>,
    pub(super) distinct: f64,
    /// Cells that say something.
    pub(super) valued: f64,
    pub(super) leading_zeros: u64,
    pub(super) range: Option<(f64, f64)>,
    pub(super) mean_length: f64,
    /// Cells of the sampled rows that say something.
    pub(super) sampled: &'a [String],
}

/// Finds the meaning.
pub(super) fn find(clues: &Clues<'_>) -> Semantic {
    let Some(kind) = clues.kind else { return Semantic::Empty };
    match kind {
        Kind::NullToken => Semantic::Empty,
        Kind::Boolean => Semantic::Boolean,
        Kind::Date => Semantic::Date,
        Kind::DateTime => Semantic::DateTime,
        Kind::Time => Semantic::Time,
        Kind::Integer | Kind::Decimal | Kind::Infinity => number(clues, kind),
        Kind::Text => text(clues),
    }
}

fn number(clues: &Clues<'_>, kind: Kind) -> Semantic {
    let name = clues.name.to_lowercase();
    let words: Vec<&str> = name.split(|c: char| !c.is_alphanumeric()).collect();
    let within = |limit: f64| clues.range.is_some_and(|(low, high)| low >= -limit && high <= limit);
    let named = |names: &[&str]| words.iter().any(|word| names.contains(word));
    if named(&["lat", "latitude"]) && within(90.0) {
        return Semantic::Latitude;
    }
    if named(&["lon", "lng", "long", "longitude"]) && within(180.0) {
        return Semantic::Longitude;
    }
    if kind != Kind::Integer {
        return Semantic::Decimal;
    }
    if clues.leading_zeros > 0 {
        return Semantic::Code;
    }
    if clues.distinct <= 2.0 && clues.range == Some((0.0, 1.0)) {
        return Semantic::Boolean;
    }
    let is_named_id = named(&["id", "key", "uuid"]) || name.ends_with("id") || name.ends_with("key");
    let unique = clues.distinct >= 0.98 * clues.valued && clues.valued >= 20.0;
    if is_named_id && (unique || clues.distinct > MOST_CATEGORIES) || unique && name == "index" {
        return Semantic::Id;
    }
    Semantic::Integer
}

fn text(clues: &Clues<'_>) -> Semantic {
    let share = |test: &dyn Fn(&str) -> bool| {
        let fitting = clues.sampled.iter().filter(|cell| test(cell.trim())).count();
        fitting as f64 >= 0.9 * clues.sampled.len() as f64 && fitting > 0
    };
    if share(&is_url) {
        return Semantic::Url;
    }
    if share(&is_email) {
        return Semantic::Email;
    }
    if share(&is_coordinates) {
        return Semantic::Coordinates;
    }
    if share(&is_uuid) {
        return Semantic::Id;
    }
    let is_word = |cell: &str| !cell.contains(' ');
    let unique = clues.distinct >= 0.98 * clues.valued && clues.valued >= 20.0;
    if unique && clues.mean_length <= 40.0 && share(&is_word) {
        return Semantic::Id;
    }
    if clues.distinct <= MOST_CATEGORIES.max(0.005 * clues.valued.min(100_000.0)) && clues.distinct < 0.5 * clues.valued
    {
        return Semantic::Category;
    }
    let is_code = |cell: &str| is_word(cell) && cell.len() <= 20 && cell.bytes().any(|byte| byte.is_ascii_digit());
    if share(&is_code) {
        return Semantic::Code;
    }
    Semantic::Text
}

fn is_url(cell: &str) -> bool {
    cell.split_once("://").is_some_and(|(scheme, rest)| {
        scheme.len() <= 12 && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric()) && !rest.is_empty()
    }) || cell.starts_with("www.")
}

fn is_email(cell: &str) -> bool {
    cell.split_once('@').is_some_and(|(user, host)| {
        !user.is_empty() && host.contains('.') && !host.contains(['@', ' ']) && !user.contains(' ')
    })
}

fn is_coordinates(cell: &str) -> bool {
    let number = |text: &str, limit: f64| text.trim().parse::<f64>().is_ok_and(|value| value.abs() <= limit);
    cell.trim_matches(['(', ')'])
        .split_once(',')
        .is_some_and(|(a, b)| a.contains('.') && number(a, 90.0) && number(b, 180.0))
}

fn is_uuid(cell: &str) -> bool {
    cell.len() == 36
        && cell.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

#[test]
fn meanings_are_found() {
    let check =
        |name: &str, kind: Kind, distinct: f64, range: Option<(f64, f64)>, cells: &[&str], expected: Semantic| {
            let sampled: Vec<String> = cells.iter().map(|cell| (*cell).to_owned()).collect();
            let clues = Clues {
                name,
                kind: Some(kind),
                distinct,
                valued: 1000.0,
                leading_zeros: u64::from(name == "zip"),
                range,
                mean_length: 10.0,
                sampled: &sampled,
            };
            assert_eq!(find(&clues), expected, "{name}");
        };
    check("x", Kind::Integer, 500.0, Some((0.0, 9.0)), &[], Semantic::Integer);
    check("user_id", Kind::Integer, 1000.0, Some((0.0, 9.0)), &[], Semantic::Id);
    check("flag", Kind::Integer, 2.0, Some((0.0, 1.0)), &[], Semantic::Boolean);
    check("zip", Kind::Integer, 500.0, Some((0.0, 9.0)), &[], Semantic::Code);
    check("home_lat", Kind::Decimal, 500.0, Some((-80.0, 80.0)), &[], Semantic::Latitude);
    check("home_lat", Kind::Decimal, 500.0, Some((-80.0, 800.0)), &[], Semantic::Decimal);
    check("x", Kind::Text, 900.0, None, &["https://a.b/c"], Semantic::Url);
    check("x", Kind::Text, 900.0, None, &["a@b.c"], Semantic::Email);
    check("x", Kind::Text, 900.0, None, &["47.5, 8.25"], Semantic::Coordinates);
    check("x", Kind::Text, 1000.0, None, &["123e4567-e89b-12d3-a456-426614174000"], Semantic::Id);
    check("x", Kind::Text, 9.0, None, &["red", "dark red"], Semantic::Category);
    check("x", Kind::Text, 700.0, None, &["N14228", "N2"], Semantic::Code);
    check("x", Kind::Text, 1000.0, None, &["some words here"], Semantic::Text);
}
