//! A timetable that a user writes.

use couture_core::schedule::registered_timetable_tags;
use couture_core::{DataInterval, Dialect, NextRun, Restriction, Schedule, Timestamp, Timetable, Zone};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// At listed moments.
#[derive(Debug, Serialize, Deserialize)]
struct Listed {
    moments: Vec<Timestamp>,
}

couture_core::timetable!(Listed, "test.listed");

impl Timetable for Listed {
    fn next_run(&self, last: Option<&DataInterval>, restriction: &Restriction, _: Timestamp) -> Option<NextRun> {
        let earliest = restriction.earliest?;
        let is_next = |moment: &&Timestamp| **moment >= earliest && last.is_none_or(|last| **moment > last.start);
        let moment = *self.moments.iter().find(is_next)?;
        restriction.allows(moment).then(|| NextRun::of(DataInterval::at(moment)))
    }

    fn infer_manual_interval(&self, run_after: Timestamp) -> DataInterval {
        DataInterval::at(run_after)
    }

    fn previous(&self, logical_date: Timestamp) -> Option<Timestamp> {
        self.moments.iter().rev().find(|moment| **moment < logical_date).copied()
    }

    fn following(&self, logical_date: Timestamp) -> Option<Timestamp> {
        self.moments.iter().find(|moment| **moment > logical_date).copied()
    }

    fn description(&self) -> String {
        format!("at {} moments", self.moments.len())
    }
}

#[test]
fn it_is_stored_and_asked() {
    assert_eq!(registered_timetable_tags(), ["test.listed"]);
    let written = json!({"timetable": {"type": "test.listed", "moments": ["2021-01-01T00:00:00+00:00", "2021-03-01T00:00:00+00:00"]}});
    let schedule: Schedule = serde_json::from_value(written.clone()).unwrap();
    assert_eq!(serde_json::to_value(&schedule).unwrap(), written);
    assert_eq!(schedule, schedule.clone());
    assert_ne!(schedule, Schedule::None);
    let timetable = schedule.timetable(Dialect::V2, Zone::UTC).unwrap();
    assert_eq!(timetable.description(), "at 2 moments");
    let at = |text: &str| Timestamp::parse(text).unwrap();
    let restriction = Restriction::new(Some(at("2021-01-01")), None, true).unwrap();
    let first = timetable.next_run(None, &restriction, at("2021-06-01")).unwrap();
    let second = timetable.next_run(Some(&first.data_interval), &restriction, at("2021-06-01")).unwrap();
    assert_eq!((first.logical_date, second.logical_date), (at("2021-01-01"), at("2021-03-01")));
    assert_eq!(timetable.next_run(Some(&second.data_interval), &restriction, at("2021-06-01")), None);
}
