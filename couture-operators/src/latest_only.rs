//! The operator that goes on only in the latest scheduled run.

use async_trait::async_trait;
use couture_core::task::Decision;
use couture_core::{Dialect, Failure, Operator, RunType, TaskContext};
use serde::{Deserialize, Serialize};

/// Goes on only where now is in the interval after the run's own one: a run that catches up skips what comes after. A run that somebody
/// asked for goes on always, as does one with no other after it on the schedule.
///
/// Direct downstream tasks are skipped; in dialect 1.10 all downstream tasks, whatever their trigger rules.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LatestOnlyOperator {}

#[async_trait]
impl Operator for LatestOnlyOperator {
    type Input = ();
    type Output = ();

    async fn run(&self, (): (), cx: &TaskContext) -> Result<(), Failure> {
        if cx.run().run_type == RunType::Manual {
            cx.log("a run that somebody asked for: going on");
            return Ok(());
        }
        let timetable = &cx.run().dag.timetable;
        let begin = timetable.following(cx.run().logical_date);
        let Some((begin, end)) = begin.and_then(|begin| Some((begin, timetable.following(begin)?))) else {
            cx.log("the last run of the schedule: going on");
            return Ok(());
        };
        let now = cx.now();
        if begin < now && now <= end {
            cx.log(format!("now, {now}, is between {begin} and {end}: going on"));
            return Ok(());
        }
        cx.log(format!("now, {now}, is not between {begin} and {end}: skipping what comes after"));
        cx.decide(match cx.run().dag.attributes.dialect {
            Dialect::V1_10 => Decision::SkipAll,
            Dialect::V2 => Decision::Follow(Vec::new()),
        })
    }
}

couture_core::operator!(LatestOnlyOperator, "latest_only");
