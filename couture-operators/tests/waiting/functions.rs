//! What sensors and conditions of the tests ask.

use std::sync::atomic::{AtomicBool, Ordering};

use couture_core::{Failure, TaskContext};
use couture_operators::sensor::Poke;
use couture_operators::{function, sensor};
use serde_json::{Value, json};

async fn third_time((): (), cx: &TaskContext) -> Result<Poke, Failure> {
    let pokes = cx.waited().map_or(0, |waited| waited.pokes);
    Ok(if pokes >= 2 { Poke::Done(json!({"pokes": pokes})) } else { Poke::NotYet })
}
sensor!("wait.third_time", third_time);

sensor!("wait.never", async |(): (), _: &TaskContext| Ok::<_, Failure>(false));
sensor!("wait.fails", async |(): (), _: &TaskContext| Err::<bool, Failure>("it broke".into()));
sensor!("wait.fails_for_good", async |(): (), _: &TaskContext| Err::<bool, _>(Failure::fatal("it is hopeless")));

async fn fails_once((): (), cx: &TaskContext) -> Result<bool, Failure> {
    if cx.waited().is_none() { Err("it broke".into()) } else { Ok(true) }
}
sensor!("wait.fails_once", fails_once);

/// Opened by the tests of restarts, each its own.
pub static GATES: [AtomicBool; 2] = [AtomicBool::new(false), AtomicBool::new(false)];

async fn gate(number: usize, (): (), _: &TaskContext) -> Result<bool, Failure> {
    Ok(GATES[number].load(Ordering::Acquire))
}
sensor!("wait.gate", gate, params);

/// As the seed's `conditionally_trigger`.
async fn conditionally(params: Value, (): (), _: &TaskContext) -> Result<Value, Failure> {
    let wanted = params["condition_param"].as_bool().unwrap_or_default();
    Ok(if wanted { json!({"message": params["message"]}) } else { Value::Null })
}
function!("wait.conditionally", conditionally, params);

function!("wait.is_ready", async |answer: Value, _: &TaskContext| Ok::<_, Failure>(answer["text"] == "ready"));
function!("wait.length", async |answer: Value, _: &TaskContext| {
    Ok::<_, Failure>(answer["text"].as_str().unwrap_or_default().len())
});
function!("wait.above_two", async |cell: i64, _: &TaskContext| Ok::<_, Failure>(cell > 2));
function!("wait.day_before", async |date: couture_core::Timestamp, _: &TaskContext| {
    Ok::<_, Failure>(date - std::time::Duration::from_secs(86_400))
});

/// Fails where the run's configuration has a row with this number.
async fn batch(bad: i64, (): (), cx: &TaskContext) -> Result<Value, Failure> {
    let rows = cx.run().conf["metadata_df"].as_array().cloned().unwrap_or_default();
    if rows.iter().any(|row| row["n"] == bad) && cx.run().run_id.as_str().ends_with(char::is_numeric) {
        let is_repaired = cx.run().run_id.as_str().contains("__try");
        if !is_repaired {
            return Err("a bad row".into());
        }
    }
    Ok(Value::Array(rows))
}
function!("wait.batch", batch, params);
