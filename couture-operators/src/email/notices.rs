//! Mails about what has happened.

use std::fmt::Write;

use couture_core::dag::Dag;
use couture_core::dialect::Dialect;
use couture_core::task::{Mail, Notice, NoticeKind};
use couture_core::{AttemptToken, MapIndex, RunInfo, TaskId, Timestamp};

/// The most of an error that a mail tells, in characters.
const MAX_ERROR_CHARS: usize = 8_000;

/// What a mail about an attempt says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alert {
    /// It failed for good.
    Failed,
    /// It failed, and is tried again.
    Retried,
}

/// The mail that a notice asks for: about a failure or a retry, to the task's `email`, unless `email_on_failure` or `email_on_retry`
/// says no; about missed SLAs, to those of all their tasks. `None` where nobody is to get one.
pub fn notice_mail(notice: &Notice, base_url: Option<&str>) -> Option<Mail> {
    match &notice.kind {
        NoticeKind::TaskFailed { token, error } => alert_mail(&notice.run, *token, Alert::Failed, error, base_url),
        NoticeKind::TaskRetried { token, error } => alert_mail(&notice.run, *token, Alert::Retried, error, base_url),
        NoticeKind::SlaMissed { tasks, blocking } => {
            sla_mail(&notice.run.dag, notice.run.logical_date, tasks, blocking)
        }
        NoticeKind::TaskSucceeded { .. } | NoticeKind::RunSucceeded | NoticeKind::RunFailed { .. } => None,
    }
}

/// The mail about an attempt that failed with `error`. `base_url` is the address of the web page, for a link to the log.
pub fn alert_mail(
    run: &RunInfo,
    token: AttemptToken,
    alert: Alert,
    error: &str,
    base_url: Option<&str>,
) -> Option<Mail> {
    let task = run.dag.task(token.task);
    let is_wanted = match alert {
        Alert::Failed => task.options.email_on_failure,
        Alert::Retried => task.options.email_on_retry,
    };
    if !is_wanted || task.options.email.is_empty() {
        return None;
    }
    let state = match alert {
        Alert::Failed => "failed",
        Alert::Retried => "up_for_retry",
    };
    let when = match run.dag.attributes.dialect {
        Dialect::V1_10 => run.logical_date.to_string(),
        Dialect::V2 => run.run_id.to_string(),
    };
    let subject = format!("Couture alert: <TaskInstance: {}.{} {when} [{state}]>", run.dag.dag_id, task.task_id);
    let shown: String = error.chars().take(MAX_ERROR_CHARS).collect();
    let mut html = format!(
        "Try {} out of {}<br>\nException:<br>{}<br>\n",
        token.try_number,
        u64::from(task.options.retries) + 1,
        escape(&shown).replace('\n', "<br>\n")
    );
    let _ = writeln!(html, "DAG: {}<br>", escape(run.dag.dag_id.as_str()));
    let _ = writeln!(html, "Task: {}<br>", escape(task.task_id.as_str()));
    let _ = writeln!(html, "Run: {}<br>", escape(run.run_id.as_str()));
    if let Some(base) = base_url {
        let encode =
            |text: &str| percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string();
        let map = if token.map_index == MapIndex::NONE { String::new() } else { format!("&map={}", token.map_index.0) };
        let path = format!(
            "{}/dags/{}/grid?run={}&task={}{map}&tab=log&try={}",
            base.trim_end_matches('/'),
            encode(run.dag.dag_id.as_str()),
            encode(run.run_id.as_str()),
            encode(task.task_id.as_str()),
            token.try_number
        );
        let _ = writeln!(html, "Log: <a href=\"{}\">Link</a><br>", escape(&path));
    }
    Some(Mail { to: task.options.email.clone(), subject, html, ..Mail::default() })
}

/// The mail about tasks that missed their SLA in the run of `logical_date`, with those that they wait for.
pub fn sla_mail(dag: &Dag, logical_date: Timestamp, tasks: &[TaskId], blocking: &[TaskId]) -> Option<Mail> {
    let mut to: Vec<String> = Vec::new();
    for task in tasks.iter().filter_map(|task| dag.find(task.as_str())) {
        for address in &dag.task(task).options.email {
            if !to.contains(address) {
                to.push(address.clone());
            }
        }
    }
    if to.is_empty() {
        return None;
    }
    let list = |tasks: &[TaskId]| -> String {
        tasks.iter().map(|task| format!("{} on {logical_date}\n", escape(task.as_str()))).collect()
    };
    let html = format!(
        "Here's a list of tasks that missed their SLAs:\n<pre><code>{}</code></pre>\nBlocking tasks:\n<pre><code>{}</code></pre>\n",
        list(tasks),
        list(blocking)
    );
    Some(Mail { to, subject: format!("[couture] SLA miss on DAG={}", dag.dag_id), html, ..Mail::default() })
}

fn escape(text: &str) -> String {
    minijinja::HtmlEscape(text).to_string()
}
