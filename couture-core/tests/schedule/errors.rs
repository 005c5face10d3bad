//! What is wrong is said: the field, the text, and what is allowed.

use couture_core::{Dialect, Restriction, Schedule, ScheduleError, Timestamp, Zone};
use serde_json::{Value, json};

fn error(text: &str, dialect: Dialect) -> ScheduleError {
    let found = Schedule::cron(text).timetable(dialect, Zone::UTC);
    found.err().unwrap_or_else(|| panic!("{text:?} is read in dialect {dialect}"))
}

#[test]
fn wrong_cron_text_is_named() {
    let check = |text: &str, words: &[&str]| {
        for dialect in [Dialect::V1_10, Dialect::V2] {
            let message = error(text, dialect).to_string();
            for word in words {
                assert!(message.contains(word), "{text:?}, dialect {dialect}: {word:?} is not in {message:?}");
            }
        }
    };
    check("60 * * * *", &["minute", "\"60\"", "out of range", "0 to 59"]);
    check("* 24 * * *", &["hour", "\"24\"", "0 to 23"]);
    check("* * 32 * *", &["day of month", "\"32\"", "1 to 31"]);
    check("* * * 13 *", &["month", "\"13\"", "jan to dec"]);
    check("* * * FOO *", &["month", "\"foo\"", "not known"]);
    check("* * * * 8", &["day of week", "\"8\"", "sun to sat"]);
    check("* * * * 1#6", &["day of week", "\"1#6\"", "from 1 to 5"]);
    check("* * * * * 60", &["second", "\"60\"", "0 to 59"]);
    check("*/0 * * * *", &["minute", "\"*/0\"", "step"]);
    check("1- * * * *", &["minute", "\"1-\"", "missing"]);
    check("1,,2 * * * *", &["minute", "\"\"", "missing"]);
    check("H * * * *", &["minute", "\"h\"", "hashed"]);
    check("99999 * * * *", &["minute", "\"99999\"", "out of range"]);
    check("* * * *", &["\"* * * *\"", "4 fields", "minute, hour, day of month, month, day of week"]);
    check("", &["0 fields"]);
    check("* * * * * * * *", &["8 fields"]);
    check("0 0 31 2 *", &["0 0 31 2 *", "none of its months has the day 31"]);
    check("0 0 31 4,6 *", &["none of its months has the day 31"]);
    check("0 0 1 * 1#2", &["never fall on one day"]);
    check("@every_minute", &["@every_minute", "no such preset", "@daily"]);
}

#[test]
fn dialects_refuse_what_their_airflow_refuses() {
    let check = |text: &str, refused: Dialect, read: Dialect| {
        error(text, refused);
        Schedule::cron(text).timetable(read, Zone::UTC).unwrap();
    };
    for text in
        ["@midnight", "@annually", "0 22-2 * * *", "0 0 ? * *", "0 0 * * fri-mon", "0 0 * * L5", "0 0 1 1 * 0 2030"]
    {
        check(text, Dialect::V1_10, Dialect::V2);
    }
    for text in ["* * 0 * *", "* * * 0 *", "0 0 * * 1,3#2", "0 0 * * 7 0"] {
        check(text, Dialect::V2, Dialect::V1_10);
    }
}

#[test]
fn unknown_zones_get_a_suggestion() {
    let check = |name: &str, nearest: Option<&str>| match Zone::parse(name) {
        Err(ScheduleError::UnknownZone { name: named, nearest: found }) => {
            assert_eq!((&*named, found.as_deref()), (name, nearest));
        }
        other => panic!("{name}: {other:?}"),
    };
    check("Europe/Berln", Some("Europe/Berlin"));
    check("America/New York", Some("America/New_York"));
    check("Berlin", Some("Europe/Berlin"));
    check("Europa/Paris", Some("Europe/Paris"));
    check("nowhere at all that anybody knows", None);
    assert_eq!(Zone::parse("europe/berlin").unwrap().to_string(), "Europe/Berlin");
    assert_eq!(Zone::parse("UTC+2").unwrap().to_string(), "+02:00");
    assert_eq!(Zone::parse("UTC").unwrap(), Zone::UTC);
    assert!(Zone::parse("+25:00").is_err());
}

#[test]
fn wrong_objects_are_named() {
    let check = |written: Value, words: &[&str]| {
        let message = serde_json::from_value::<Schedule>(written.clone()).unwrap_err().to_string();
        for word in words {
            assert!(message.contains(word), "{written}: {word:?} is not in {message:?}");
        }
    };
    check(json!({"cron": "@daily", "timezone": "Europe/Berln"}), &["Europe/Berln", "Europe/Berlin"]);
    check(json!({"cron": "@daily", "zone": "UTC"}), &["zone"]);
    check(json!({"cron": "@daily", "interval": "1h"}), &["interval"]);
    check(json!({"delta": "-1d"}), &["-1d", "negative"]);
    check(json!({"delta_ms": -5}), &["-5ms", "negative"]);
    check(json!({"delta_ms": 0}), &["zero"]);
    check(json!({"delta": "1d", "delta_ms": 1}), &["leave one out"]);
    check(json!({"timetable": {"type": "nobody.knows"}}), &["nobody.knows"]);
    check(json!({}), &["a schedule is text"]);
    check(json!(5), &["a schedule is text"]);
    let trigger = Schedule::CronTrigger { expression: "@daily".into(), timezone: None, interval_ms: -1 };
    assert!(trigger.timetable(Dialect::V2, Zone::UTC).unwrap_err().to_string().contains("negative"));
}

#[test]
fn an_end_before_the_start_is_refused() {
    let at = |text: &str| Some(Timestamp::parse(text).unwrap());
    let error = Restriction::new(at("2021-02-01"), at("2021-01-01"), true).unwrap_err();
    assert!(error.to_string().contains("before the start date"), "{error}");
    Restriction::new(at("2021-01-01"), at("2021-01-01"), true).unwrap();
}
