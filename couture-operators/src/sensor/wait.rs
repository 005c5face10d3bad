//! From poke to poke, until it is there.

use std::time::Duration;

use couture_core::task::Deferral;
use couture_core::{Dialect, Failure, TaskContext, error_chain};
use serde_json::Value;

use super::poke::{Poke, Sensor};
use super::settings::{SensorMode, SensorSettings};

/// Pokes until it is there, and returns its value. Between two pokes the attempt holds nothing, unless the mode is
/// [`SensorMode::Poke`].
pub async fn wait<S: Sensor + ?Sized>(sensor: &S, cx: &TaskContext) -> Result<Value, Failure> {
    let settings = sensor.settings();
    settings.check()?;
    let since = match cx.waited() {
        Some(waited) => waited.since,
        None => {
            cx.log(format!("waiting {}", sensor.awaits(cx)));
            cx.now()
        }
    };
    loop {
        let poke = match sensor.poke(cx).await {
            Ok(Poke::Done(value)) => return Ok(value),
            Ok(poke) => poke,
            Err(failure) => forgiven(settings, failure, cx)?,
        };
        let now = cx.now();
        let elapsed = now.since(since);
        let Some(left) = settings.timeout.checked_sub(elapsed).filter(|left| !left.is_zero()) else {
            return Err(timed_out(settings, elapsed, cx));
        };
        let on_run = match &poke {
            Poke::AfterRun(dag_id, run_id) => Some((dag_id.clone(), run_id.clone())),
            _ => None,
        };
        let after = match poke {
            // A microsecond late rather than never: moments have no finer parts.
            Poke::Until(moment) => moment.since(now) + Duration::from_micros(1),
            _ => settings.interval(elapsed, cx.token()),
        };
        let after = after.min(left);
        if settings.mode == SensorMode::Reschedule {
            return Err(Failure::Defer(Deferral { after, on_run, reason: sensor.awaits(cx) }));
        }
        tokio::select! {
            () = cx.cancelled() => return Err(Failure::retry("it was told to end while it waited")),
            () = cx.sleep(after) => {}
        }
    }
}

/// What Airflow's sensors make of a poke that failed.
fn forgiven(settings: &SensorSettings, failure: Failure, cx: &TaskContext) -> Result<Poke, Failure> {
    match failure {
        Failure::Fatal(error) if settings.soft_fail => {
            Err(Failure::Skip(format!("skipped for soft_fail: {}", error_chain(&*error))))
        }
        Failure::Fatal(error) | Failure::Retry(error) if settings.never_fail => {
            Err(Failure::Skip(format!("skipped for never_fail: {}", error_chain(&*error))))
        }
        Failure::Retry(error) if settings.silent_fail && !cx.is_cancelled() => {
            cx.log(format!("the poke failed, which counts as nothing found: {}", error_chain(&*error)));
            Ok(Poke::NotYet)
        }
        other => Err(other),
    }
}

fn timed_out(settings: &SensorSettings, elapsed: Duration, cx: &TaskContext) -> Failure {
    let message = format!("sensor has timed out: it waited for {elapsed:?}, and its timeout is {:?}", settings.timeout);
    if settings.soft_fail || settings.never_fail {
        return Failure::Skip(message);
    }
    match cx.run().dag.attributes.dialect {
        Dialect::V1_10 => Failure::retry(message),
        Dialect::V2 => Failure::fatal(message),
    }
}
