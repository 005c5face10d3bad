//! The words of what is done to runs, with Airflow's names where it has them.

use clap::{Subcommand, ValueEnum};

use super::many_runs::Many;

/// What a run is declared to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Mark {
    /// It counts as succeeded.
    Success,
    /// It counts as failed.
    Failed,
}

impl Mark {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Failed => "failed",
        }
    }
}

/// What a task instance is declared to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum MarkTask {
    /// It counts as succeeded.
    Success,
    /// It counts as failed.
    Failed,
    /// It counts as skipped.
    Skipped,
}

impl MarkTask {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
        }
    }
}

/// Whether it is done, only shown, or asked about.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(super) struct Asking {
    /// Only show what would be done.
    #[arg(long)]
    pub(super) dry_run: bool,
    /// Do not ask.
    #[arg(long, short)]
    pub(super) yes: bool,
}

/// Which other task instances go with the named ones.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(super) struct With {
    /// Also all tasks upstream.
    #[arg(long, short)]
    pub(super) upstream: bool,
    /// Also all tasks downstream.
    #[arg(long, short)]
    pub(super) downstream: bool,
    /// Also the runs before it.
    #[arg(long)]
    pub(super) past: bool,
    /// Also the runs after it.
    #[arg(long)]
    pub(super) future: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct TasksClear {
    /// The DAG.
    pub(super) dag_id: String,
    /// Only in this run.
    #[arg(long, value_name = "ID", conflicts_with_all = ["start_date", "end_date"])]
    pub(super) run_id: Option<String>,
    /// Only in runs from this logical date on.
    #[arg(long, short, value_name = "DATE")]
    pub(super) start_date: Option<String>,
    /// Only in runs up to this logical date.
    #[arg(long, short, value_name = "DATE")]
    pub(super) end_date: Option<String>,
    /// Only this task; may be given again. What holds characters that no task id has, such as 'load.*', is a regular expression.
    #[arg(long = "task-id", short, value_name = "ID|REGEX")]
    pub(super) task_ids: Vec<String>,
    /// Only tasks with a match of this regular expression in their ids; may be given again.
    #[arg(long = "task-regex", value_name = "REGEX", conflicts_with = "map_index")]
    pub(super) task_regexes: Vec<String>,
    /// Only this instance of the mapped task.
    #[arg(long, value_name = "N", requires = "task_ids")]
    pub(super) map_index: Option<i32>,
    /// Only what has failed.
    #[arg(long, short = 'f', conflicts_with = "only_running")]
    pub(super) only_failed: bool,
    /// Only what is running.
    #[arg(long, short = 'r')]
    pub(super) only_running: bool,
    #[command(flatten)]
    pub(super) version: Version,
    #[command(flatten)]
    pub(super) with: With,
    #[command(flatten)]
    pub(super) asking: Asking,
}

#[derive(Debug, clap::Args)]
pub(super) struct TaskMark {
    /// The DAG.
    pub(super) dag_id: String,
    /// The run.
    pub(super) run_id: String,
    /// The task.
    pub(super) task_id: String,
    /// What it is from now on.
    pub(super) state: MarkTask,
    /// Only this instance of a mapped task.
    #[arg(long, value_name = "N")]
    pub(super) map_index: Option<i32>,
    #[command(flatten)]
    pub(super) with: With,
    #[command(flatten)]
    pub(super) asking: Asking,
}

#[derive(Debug, clap::Args)]
pub(super) struct TaskRun {
    /// The DAG.
    pub(super) dag_id: String,
    /// The run.
    pub(super) run_id: String,
    /// The task.
    pub(super) task_id: String,
    /// Only this instance of a mapped task.
    #[arg(long, value_name = "N")]
    pub(super) map_index: Option<i32>,
}

#[derive(Debug, clap::Args)]
pub(super) struct RunClear {
    /// The DAG.
    pub(super) dag_id: String,
    /// The run.
    #[arg(required_unless_present = "states", conflicts_with = "states")]
    pub(super) run_id: Option<String>,
    /// Only what has failed.
    #[arg(long, short = 'f')]
    pub(super) only_failed: bool,
    #[command(flatten)]
    pub(super) version: Version,
    #[command(flatten)]
    pub(super) many: Many,
    #[command(flatten)]
    pub(super) asking: Asking,
}

#[derive(Debug, clap::Args)]
#[command(allow_missing_positional = true)]
#[command(override_usage = "couture runs mark <DAG_ID> <RUN_ID> <success|failed> [-y]\n       \
                            couture runs mark <DAG_ID> <success|failed> --state <STATE> [--before <DATE>] [-y]")]
pub(super) struct RunMark {
    /// The DAG.
    pub(super) dag_id: String,
    /// The run; left out with --state.
    #[arg(required_unless_present = "states", conflicts_with = "states")]
    pub(super) run_id: Option<String>,
    /// What it is from now on.
    pub(super) state: Mark,
    #[command(flatten)]
    pub(super) many: Many,
    #[command(flatten)]
    pub(super) asking: Asking,
}

#[derive(Debug, clap::Args)]
pub(super) struct RunCancel {
    /// The DAG.
    pub(super) dag_id: String,
    /// The run.
    #[arg(required_unless_present = "states", conflicts_with = "states")]
    pub(super) run_id: Option<String>,
    #[command(flatten)]
    pub(super) many: Many,
    #[command(flatten)]
    pub(super) asking: Asking,
}

/// What is done about dates that have a run already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Reprocess {
    /// Nothing.
    None,
    /// A run that has failed begins again.
    Failed,
    /// A finished run begins again.
    Completed,
}

#[derive(Debug, clap::Args)]
pub(super) struct How {
    /// From the last date to the first.
    #[arg(long, short = 'B')]
    pub(super) run_backwards: bool,
    /// How many of its runs may be unfinished at a time.
    #[arg(long, default_value_t = 10, value_name = "N")]
    pub(super) max_active_runs: u32,
    /// What is done about dates that have a run already.
    #[arg(long, value_enum, default_value_t = Reprocess::None)]
    pub(super) reprocess_behavior: Reprocess,
    #[command(flatten)]
    pub(super) asking: Asking,
}

#[derive(Debug, clap::Args)]
pub(super) struct DagBackfill {
    /// The DAG.
    pub(super) dag_id: String,
    /// The first logical date.
    #[arg(long, short, value_name = "DATE")]
    pub(super) start_date: String,
    /// The last one, included.
    #[arg(long, short, value_name = "DATE")]
    pub(super) end_date: String,
    /// The configuration of its runs: a JSON object.
    #[arg(long, short, value_name = "JSON")]
    pub(super) conf: Option<String>,
    #[command(flatten)]
    pub(super) how: How,
}

#[derive(Debug, Subcommand)]
pub(super) enum BackfillCommand {
    /// Begin a backfill.
    Create(BackfillCreate),
    /// List backfills, the newest first.
    List {
        /// Of this DAG only.
        #[arg(long)]
        dag_id: Option<String>,
    },
    /// Create no more runs for now.
    Pause {
        /// The backfill.
        backfill_id: i64,
    },
    /// Go on.
    Unpause {
        /// The backfill.
        backfill_id: i64,
    },
    /// End it; those of its runs that have not begun fail.
    Cancel {
        /// The backfill.
        backfill_id: i64,
    },
}

#[derive(Debug, clap::Args)]
pub(super) struct BackfillCreate {
    /// The DAG.
    #[arg(long)]
    pub(super) dag_id: String,
    /// The first logical date.
    #[arg(long, value_name = "DATE")]
    pub(super) from_date: String,
    /// The last one, included.
    #[arg(long, value_name = "DATE")]
    pub(super) to_date: String,
    /// The configuration of its runs: a JSON object.
    #[arg(long, value_name = "JSON")]
    pub(super) dag_run_conf: Option<String>,
    #[command(flatten)]
    pub(super) how: How,
}

impl From<BackfillCreate> for DagBackfill {
    fn from(create: BackfillCreate) -> Self {
        Self {
            dag_id: create.dag_id,
            start_date: create.from_date,
            end_date: create.to_date,
            conf: create.dag_run_conf,
            how: create.how,
        }
    }
}

/// In which version of the DAG what is cleared begins again: as the DAG says, unless it is said here.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(super) struct Version {
    /// In the newest version of the DAG; refused where its tasks do not fit the run.
    #[arg(long, conflicts_with = "own_version")]
    newest: bool,
    /// In the version that the run has.
    #[arg(long)]
    own_version: bool,
}

impl Version {
    /// As a field of a request.
    pub(super) fn wish(self) -> Option<bool> {
        (self.newest || self.own_version).then_some(self.newest)
    }
}
