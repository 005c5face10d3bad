//! The DAG under load: shell tasks that write down that they ran, some of which fail at first, some are skipped, with native ones
//! between.

use std::path::Path;

use serde_json::{Value, json};

pub const DAG_ID: &str = "load";
/// Lines that every shell task logs.
pub const LINES: usize = 50;
const LAYERS: usize = 4;
const WIDTH: usize = 5;
/// All tasks: a shell task and a native one at each place, and a last one.
pub const TASKS: usize = LAYERS * WIDTH * 2 + 1;

pub fn is_shell(task: &str) -> bool {
    task.starts_with("shell")
}

fn fails_at_first(task: &str) -> bool {
    is_shell(task) && task.ends_with("_1")
}

fn skips(task: &str) -> bool {
    task == "shell_3_4"
}

pub fn expected_tries(task: &str) -> u32 {
    if fails_at_first(task) { 2 } else { 1 }
}

pub fn expected_state(task: &str) -> &'static str {
    if skips(task) { "skipped" } else { "success" }
}

pub fn dag(ledger: &Path) -> Value {
    let mut tasks = Vec::new();
    for layer in 0..LAYERS {
        for place in 0..WIDTH {
            let (shell, native) = (format!("shell_{layer}_{place}"), format!("native_{layer}_{place}"));
            let upstream: Vec<String> = match layer {
                0 => Vec::new(),
                _ => vec![
                    format!("native_{}_{place}", layer - 1),
                    format!("native_{}_{}", layer - 1, (place + 1) % WIDTH),
                ],
            };
            tasks.push(json!({
                "task_id": shell,
                "operator": {"type": "bash", "bash_command": command(ledger, &shell)},
                "upstream": upstream,
                "retries": 1,
                "retry_delay_ms": 10,
            }));
            tasks.push(json!({
                "task_id": native,
                "operator": {"type": "empty"},
                "upstream": [shell],
                "trigger_rule": "all_done",
            }));
        }
    }
    let last: Vec<String> = (0..WIDTH).map(|place| format!("native_{}_{place}", LAYERS - 1)).collect();
    tasks.push(json!({"task_id": "last", "operator": {"type": "empty"}, "upstream": last}));
    json!({"dag_id": DAG_ID, "tasks": tasks})
}

fn command(ledger: &Path, task: &str) -> String {
    let end = if fails_at_first(task) {
        r#"test "$COUTURE_CTX_TRY_NUMBER" -ge 2"#
    } else if skips(task) {
        "exit 99"
    } else {
        "true"
    };
    format!(
        r#"echo "$COUTURE_CTX_DAG_RUN_ID {task} $COUTURE_CTX_TRY_NUMBER" >> {ledger}
for n in $(seq {LINES}); do echo "line $n of {LINES}"; done
sleep 0.0$((RANDOM % 9))
{end}"#,
        ledger = ledger.display()
    )
}
