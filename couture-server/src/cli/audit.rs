//! `couture audit …`

use clap::Subcommand;

use super::args::Output;
use super::client::{Client, path};
use super::listing::show;
use super::print::print;
use super::verdict::{CliError, Verdict};

#[derive(Debug, Subcommand)]
pub(super) enum Audit {
    /// List what was done and looked at, the newest first.
    List(Rows),
    /// Print rows as they are, a JSON object in each line, the oldest first.
    Export(Rows),
}

#[derive(Debug, clap::Args)]
pub(super) struct Rows {
    /// By this user.
    #[arg(long)]
    user: Option<String>,
    /// Of this DAG.
    #[arg(long)]
    dag_id: Option<String>,
    /// Of this event, such as trigger_dag_run.
    #[arg(long)]
    event: Option<String>,
    /// Only what changed something, and no looks.
    #[arg(long)]
    changes: bool,
    /// From this address.
    #[arg(long)]
    source_ip: Option<String>,
    /// After this time.
    #[arg(long, value_name = "TIME")]
    after: Option<String>,
    /// Before this time.
    #[arg(long, value_name = "TIME")]
    before: Option<String>,
    /// That hold this text.
    #[arg(long, short = 'q', value_name = "TEXT")]
    search: Option<String>,
    /// At most so many.
    #[arg(long, default_value_t = 100)]
    limit: usize,
}

/// The most rows of one request.
const PAGE: usize = 1_000;

pub(super) async fn run(client: Client, output: Output, command: Audit) -> Result<Verdict, CliError> {
    let (rows, order) = match &command {
        Audit::List(rows) => (rows, "-when"),
        Audit::Export(rows) => (rows, "when"),
    };
    let given = [
        ("user", &rows.user),
        ("dag_id", &rows.dag_id),
        ("event", &rows.event),
        ("source_ip", &rows.source_ip),
        ("after", &rows.after),
        ("before", &rows.before),
        ("q", &rows.search),
    ];
    let word = |text: &str| path(&[text]).trim_start_matches("/api/v2/").to_owned();
    let mut filter: String = given
        .iter()
        .filter_map(|(name, value)| value.as_ref().map(|value| format!("&{name}={}", word(value))))
        .collect();
    if rows.changes {
        filter.push_str("&changes_only=true");
    }
    let mut found = Vec::new();
    while found.len() < rows.limit {
        let most = PAGE.min(rows.limit - found.len());
        let query = format!("?order_by={order}&limit={most}&offset={}{filter}", found.len());
        let mut answer = client.get(&format!("{}{query}", path(&["eventLogs"]))).await?;
        let part = answer["event_logs"].as_array_mut().map(std::mem::take).unwrap_or_default();
        let is_last = part.len() < most;
        found.extend(part);
        if is_last {
            break;
        }
    }
    if matches!(command, Audit::Export(_)) {
        found.iter().for_each(|row| print(&format!("{row}\n")));
        return Ok(Verdict::Done);
    }
    Ok(show(output, &found, &["when", "event", "user", "source_ip", "dag_id", "run_id", "task_id", "extra"]))
}
