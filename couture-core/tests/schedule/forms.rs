//! The JSON form of schedules, and what they say of themselves.

use couture_core::schedule::parse_period;
use couture_core::{Dialect, Schedule, Zone};
use serde_json::{Value, json};

fn read(written: &Value) -> Schedule {
    serde_json::from_value(written.clone()).unwrap_or_else(|error| panic!("{written}: {error}"))
}

#[test]
fn what_is_written_is_read_and_written_again() {
    let check = |written: Value, canonical: Value| {
        let schedule = read(&written);
        assert_eq!(serde_json::to_value(&schedule).unwrap(), canonical, "{written}");
        assert_eq!(read(&canonical), schedule, "{written}");
    };
    for same in [
        json!(null),
        json!("@once"),
        json!("@continuous"),
        json!("@daily"),
        json!("0 5 * * *"),
        json!({"cron": "0 5 * * *", "timezone": "Europe/Berlin"}),
        json!({"cron": "0 5 * * *", "timezone": "+02:00"}),
        json!({"delta_ms": 21_600_000}),
        json!({"cron_trigger": "0 5 * * *"}),
        json!({"cron_trigger": "0 5 * * *", "timezone": "UTC", "interval_ms": 60_000}),
    ] {
        check(same.clone(), same);
    }
    check(json!("none"), json!(null));
    check(json!("None"), json!(null));
    check(json!({"cron": "@once"}), json!("@once"));
    check(json!({"cron": "0 5 * * *"}), json!("0 5 * * *"));
    check(json!({"delta": "1d"}), json!({"delta_ms": 86_400_000}));
    check(json!({"delta": "1 day, 6:00:00"}), json!({"delta_ms": 108_000_000}));
    check(
        json!({"cron_trigger": "@daily", "interval": "1h"}),
        json!({"cron_trigger": "@daily", "interval_ms": 3_600_000}),
    );
    assert_ne!(Schedule::cron("@daily"), Schedule::cron("0 0 * * *"));
}

#[test]
fn periods_are_read() {
    let check = |text: &str, expected: Option<i64>| assert_eq!(parse_period(text).ok(), expected, "{text}");
    check("1d", Some(86_400_000));
    check("1h30m", Some(5_400_000));
    check("90 s", Some(90_000));
    check("1w", Some(604_800_000));
    check("500ms", Some(500));
    check("0.5h", Some(1_800_000));
    check("6:00:00", Some(21_600_000));
    check("0:00:01.500000", Some(1_500));
    check("2 days, 0:00:00", Some(172_800_000));
    for wrong in ["", "d", "5", "1x", "1:00", "-1d", "0s", "-1 day, 6:00:00", "200000d", "1d 2", "é"] {
        check(wrong, None);
    }
}

#[test]
fn presets_are_airflows() {
    let check = |preset: &str, expression: &str, dialect: Dialect| {
        let dates = |text: &str| {
            let after = couture_core::Timestamp::parse("2021-02-03T04:05:06Z").unwrap();
            Schedule::cron(text).dates_after(dialect, Zone::UTC, after, 20).unwrap()
        };
        assert_eq!(dates(preset), dates(expression), "{preset}");
    };
    for (preset, expression) in [
        ("@hourly", "0 * * * *"),
        ("@daily", "0 0 * * *"),
        ("@weekly", "0 0 * * 0"),
        ("@monthly", "0 0 1 * *"),
        ("@quarterly", "0 0 1 */3 *"),
        ("@yearly", "0 0 1 1 *"),
    ] {
        check(preset, expression, Dialect::V1_10);
        check(preset, expression, Dialect::V2);
    }
    check("@midnight", "0 0 * * *", Dialect::V2);
    check("@annually", "0 0 1 1 *", Dialect::V2);
}

#[test]
fn schedules_tell_themselves_in_words() {
    let check = |written: Value, words: &str| {
        let timetable = read(&written).timetable(Dialect::V2, Zone::UTC).unwrap();
        assert_eq!(timetable.description(), words, "{written}");
    };
    check(json!(null), "never, only when it is triggered");
    check(json!("@once"), "once, at the start date");
    check(json!({"delta": "1d"}), "every 1d");
    check(json!("* * * * *"), "every minute");
    check(json!("*/5 * * * *"), "every 5 minutes");
    check(json!("@hourly"), "every hour at minute 0");
    check(json!("10,40 */2 * * *"), "at minutes 10 and 40 of every 2 hours");
    check(json!("@daily"), "at 00:00");
    check(json!("30 6,18 * * 1-5"), "at 06:30 and 18:30 on monday to friday");
    check(json!("0 0 13 * FRI"), "at 00:00 on day 13 of the month or on friday");
    check(json!("0 0 L jan,jul *"), "at 00:00 on the last day of the month in january and july");
    check(json!("0 9 * * mon#1"), "at 09:00 on the 1st monday of the month");
    check(json!("0 9 * * L5"), "at 09:00 on the last friday of the month");
    check(json!("0 0 * * * 30"), "at 00:00:30");
    check(json!({"cron": "0 5 * * *", "timezone": "Europe/Berlin"}), "at 05:00, Europe/Berlin");
    check(json!("5-7/2 1-3 * 2-4 *"), "at minutes 5-7/2 of hours 1-3 in february to april");
}
