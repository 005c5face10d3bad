//! Which runs exist under a frozen clock, as Airflow made them.

use couture_core::schedule::parse_period;
use couture_core::{DataInterval, Dialect, NextRun, Restriction, Schedule, Timestamp, Zone};
use serde::Deserialize;

use crate::oracle::{Tally, cases, moment};

/// Airflow was asked for so many runs at most.
const MOST_RUNS: usize = 12;

#[derive(Deserialize)]
struct Case {
    name: String,
    schedule: String,
    start_date: Option<String>,
    timezone: String,
    end_date: Option<String>,
    catchup: bool,
    now: String,
    tasks: Vec<TaskDates>,
    airflow_1_10_15: Vec<String>,
    airflow_2_10_5: Vec<Run>,
}

#[derive(Deserialize)]
struct TaskDates {
    start_date: Option<String>,
    end_date: Option<String>,
}

#[derive(Deserialize)]
struct Run {
    execution_date: String,
    data_interval: [String; 2],
    run_after: String,
}

impl Case {
    fn schedule(&self) -> Schedule {
        // Airflow's own text: a timedelta is as Python prints it.
        match parse_period(&self.schedule) {
            Ok(delta_ms) => Schedule::Delta { delta_ms },
            Err(_) => serde_json::from_value(self.schedule.as_str().into()).unwrap(),
        }
    }

    fn runs(&self, dialect: Dialect) -> Result<Vec<NextRun>, String> {
        let date = |text: &Option<String>| text.as_deref().map(moment);
        let tasks = self.tasks.iter().map(|task| (date(&task.start_date), date(&task.end_date)));
        let restriction =
            Restriction::of_dag(dialect, date(&self.start_date), date(&self.end_date), tasks, self.catchup);
        let restriction = restriction.map_err(|error| error.to_string())?;
        let zone = Zone::parse(&self.timezone).map_err(|error| error.to_string())?;
        let timetable = self.schedule().timetable(dialect, zone).map_err(|error| error.to_string())?;
        let (mut runs, now) = (Vec::<NextRun>::new(), moment(&self.now));
        while runs.len() < MOST_RUNS {
            let last = runs.last().map(|run| run.data_interval);
            match timetable.next_run(last.as_ref(), &restriction, now).filter(|run| run.is_due(now)) {
                Some(run) => runs.push(run),
                None => break,
            }
        }
        Ok(runs)
    }

    fn check(&self, dialect: Dialect) -> Result<(), String> {
        let runs = self.runs(dialect)?;
        if dialect == Dialect::V1_10 {
            let found: Vec<_> = runs.iter().map(|run| run.logical_date).collect();
            let expected: Vec<Timestamp> = self.airflow_1_10_15.iter().map(|date| moment(date)).collect();
            return if found == expected { Ok(()) } else { Err(format!("expected {expected:?}, found {found:?}")) };
        }
        let expected: Vec<_> = self.airflow_2_10_5.iter().map(Run::expected).collect();
        if runs == expected { Ok(()) } else { Err(format!("expected {expected:?}, found {runs:?}")) }
    }
}

impl Run {
    fn expected(&self) -> NextRun {
        let [start, end] = &self.data_interval;
        NextRun {
            logical_date: moment(&self.execution_date),
            data_interval: DataInterval::new(moment(start), moment(end)),
            run_after: moment(&self.run_after),
        }
    }
}

fn check(dialect: Dialect) {
    let mut tally = Tally::new("scheduling", dialect);
    for case in cases::<Case>("scheduling_cases.json") {
        tally.count(&case.name, case.check(dialect));
    }
    tally.finish();
}

#[test]
fn runs_as_airflow_1_10() {
    check(Dialect::V1_10);
}

#[test]
fn runs_as_airflow_2() {
    check(Dialect::V2);
}
