//! The command line's words.

use std::path::PathBuf;

use super::operation_args::{
    BackfillCommand, DagBackfill, RunCancel, RunClear, RunMark, TaskMark, TaskRun, TasksClear,
};

use clap::{Parser, Subcommand, ValueEnum};

use super::archives::{Exported, Imported};
use super::assets::Assets;
use super::audit::Audit;
use super::bricks::Bricks;
use super::connections::Connections;
use super::db::Db;
use super::eda::Eda;
use super::fernet::Fernet;
use super::kept_files::{Artifacts, Download, Upload};
use super::login::{Login, PasswordFrom};
use super::pools::Pools;
use super::roles::Roles;
use super::server_facts::Config;
use super::tokens::Tokens;
use super::users::Users;
use super::variables::Variables;
use super::xcom::XCom;

/// Couture's command line: looks at DAGs and runs, and starts, follows and ends them.
#[derive(Debug, Parser)]
#[command(
    name = "couture",
    version,
    after_help = "Exit code: 0 all went well; 1 it did not, or a run that was followed failed; 2 wrong usage."
)]
pub(super) struct Args {
    /// Address of the server [default: the environment variable COUTURE_SERVER, or the server of the data folder here, or http://127.0.0.1:8080].
    #[arg(long, global = true, value_name = "URL")]
    pub(super) server: Option<String>,
    /// How results are printed.
    #[arg(long, short, global = true, value_enum, default_value_t = Format::Table)]
    pub(super) output: Format,
    #[command(subcommand)]
    pub(super) command: Command,
}

/// How results are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people.
    Table,
    /// For programs.
    Json,
    /// For programs, and people too.
    Yaml,
}

/// Whom results are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Output {
    /// For people.
    Table,
    /// For programs: data, in JSON or YAML.
    Json,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// DAGs.
    #[command(subcommand)]
    Dags(Dags),
    /// DAG runs.
    #[command(subcommand)]
    Runs(Runs),
    /// Task instances.
    #[command(subcommand)]
    Tasks(Tasks),
    /// Assets: what tasks write, and DAGs wait for.
    #[command(subcommand)]
    Assets(Assets),
    /// Backfills: runs for a range of dates.
    #[command(subcommand)]
    Backfill(BackfillCommand),
    /// Variables: values that tasks look up by a key.
    #[command(subcommand)]
    Variables(Variables),
    /// Connections: how tasks reach systems outside.
    #[command(subcommand)]
    Connections(Connections),
    /// Code artifacts: code that tasks refer to by name.
    #[command(subcommand)]
    Artifacts(Artifacts),
    /// Code bricks: titled snippets for DAG files.
    #[command(subcommand)]
    Bricks(Bricks),
    /// Exploratory data analysis: what is in a data set.
    #[command(subcommand)]
    Eda(Eda),
    /// Write DAGs, configurations of clusters or libraries for jobs to a tar.gz.
    Export(Exported),
    /// Put the files of a tar.gz to the others, all or none.
    Import(Imported),
    /// Pools: how many tasks run at a time.
    #[command(subcommand)]
    Pools(Pools),
    /// What tasks left for others.
    #[command(subcommand, name = "xcom")]
    XCom(XCom),
    /// Log in at a server, and stay logged in.
    Login(Login),
    /// Forget the login at a server.
    Logout,
    /// Change one's own password.
    Password(PasswordFrom),
    /// One's own API tokens.
    #[command(subcommand)]
    Tokens(Tokens),
    /// Users.
    #[command(subcommand)]
    Users(Users),
    /// Roles: what users may do.
    #[command(subcommand)]
    Roles(Roles),
    /// The audit log: who did what.
    #[command(subcommand)]
    Audit(Audit),
    /// Schedulers and workers.
    Jobs,
    /// The server's settings.
    #[command(subcommand)]
    Config(Config),
    /// The database of a data folder.
    #[command(subcommand)]
    Db(Db),
    /// The key that encrypts variables and connections.
    #[command(subcommand)]
    Fernet(Fernet),
    /// Encrypt all variables and connections with the server's first Fernet key.
    RotateFernetKey,
    /// Versions of this program and of the server.
    Version,
    /// Print what makes a shell complete this command line, such as: couture completion bash > /etc/bash_completion.d/couture
    Completion {
        /// The shell.
        shell: clap_complete::Shell,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum Dags {
    /// List DAGs.
    List {
        /// Also those that are not defined anywhere any more.
        #[arg(long)]
        all: bool,
    },
    /// Show a DAG and its tasks.
    Show {
        /// The DAG.
        dag_id: String,
    },
    /// Show everything that is known of a DAG.
    Details {
        /// The DAG.
        dag_id: String,
    },
    /// Print the source of a DAG.
    Source {
        /// The DAG.
        dag_id: String,
    },
    /// Print the logical date of the next run.
    NextExecution {
        /// The DAG.
        dag_id: String,
    },
    /// List files that should define DAGs and do not.
    ImportErrors,
    /// Start a run.
    Trigger(Trigger),
    /// Show what a DAG file holds, or what is wrong with it, without a server.
    Parse {
        /// The file: .py, .zip, .yaml, .yml or .json.
        file: String,
    },
    /// List the files of the server's DAG folder.
    Files {
        /// A part of their name.
        #[arg(long, short)]
        search: Option<String>,
    },
    /// Put DAG files into the server's DAG folder, all or none, after the server has parsed them.
    Upload(Upload),
    /// Write a file of the server's DAG folder to a file here.
    Download(Download),
    /// Tell what became of a file of the server's DAG folder.
    History {
        /// Its path in the folder.
        path: String,
    },
    /// Run a whole DAG here, without a server.
    Test(Test),
    /// Run a DAG for a range of dates.
    Backfill(DagBackfill),
    /// Forget the finished runs of a DAG, and the DAG where it is not defined any more.
    Delete {
        /// The DAG.
        dag_id: String,
        /// Do not ask.
        #[arg(long, short)]
        yes: bool,
    },
    /// Stop scheduling a DAG.
    Pause {
        /// The DAG.
        dag_id: String,
    },
    /// Resume scheduling a DAG.
    Unpause {
        /// The DAG.
        dag_id: String,
    },
}

#[derive(Debug, clap::Args)]
pub(super) struct Trigger {
    /// The DAG.
    pub(super) dag_id: String,
    /// The run's configuration: a JSON object.
    #[arg(long, short, value_name = "JSON")]
    pub(super) conf: Option<String>,
    /// The run's id; made of its logical date where absent.
    #[arg(long, short, value_name = "ID")]
    pub(super) run_id: Option<String>,
    /// What the run is about, such as 2026-01-31; now where absent.
    #[arg(long, short, visible_alias = "exec-date", visible_short_alias = 'e', value_name = "DATE")]
    pub(super) logical_date: Option<String>,
    /// Begin not before this; at once where absent.
    #[arg(long, value_name = "DATE")]
    pub(super) run_after: Option<String>,
    /// Where the time whose data it is about begins; it follows from the schedule where absent.
    #[arg(long, value_name = "DATE", requires = "data_interval_end")]
    pub(super) data_interval_start: Option<String>,
    /// Where it ends.
    #[arg(long, value_name = "DATE", requires = "data_interval_start")]
    pub(super) data_interval_end: Option<String>,
    /// Wait for the end; the exit code tells whether the run succeeded.
    #[arg(long)]
    pub(super) wait: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct Test {
    /// A DAG file that holds one DAG, or the id of a DAG among the files in the DAG folder and the examples.
    #[arg(value_name = "FILE|DAG_ID")]
    pub(super) dag: String,
    /// What the run is about, such as 2026-01-31; now where absent.
    #[arg(value_name = "DATE")]
    pub(super) date: Option<String>,
    /// Keep database and logs in this data folder, instead of a temporary one.
    #[arg(long, value_name = "DIR")]
    pub(super) data: Option<PathBuf>,
    /// The run's configuration: a JSON object.
    #[arg(long, short, value_name = "JSON")]
    pub(super) conf: Option<String>,
}

#[derive(Debug, clap::Args)]
pub(super) struct TaskTest {
    /// A DAG file that holds one DAG, or the id of a DAG among the files in the DAG folder and the examples.
    #[arg(value_name = "FILE|DAG_ID")]
    pub(super) dag: String,
    /// The task.
    pub(super) task_id: String,
    /// What the run is about, such as 2026-01-31; now where absent.
    #[arg(value_name = "DATE")]
    pub(super) date: Option<String>,
    /// Only this instance of a task that is mapped over a list in the file. In the test it is the only one, so its own index is 0.
    #[arg(long, value_name = "N")]
    pub(super) map_index: Option<usize>,
    /// Keep database and logs in this data folder, instead of a temporary one.
    #[arg(long, value_name = "DIR")]
    pub(super) data: Option<PathBuf>,
    /// The run's configuration: a JSON object.
    #[arg(long, short, value_name = "JSON")]
    pub(super) conf: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(super) enum Runs {
    /// List runs, the newest first.
    List {
        /// Of this DAG only.
        dag_id: Option<String>,
        /// At most so many.
        #[arg(long, default_value_t = 25)]
        limit: usize,
    },
    /// Show a run and its task instances.
    Show {
        /// The DAG.
        dag_id: String,
        /// The run.
        run_id: String,
    },
    /// Print what the callbacks of a DAG have printed about a run.
    Log {
        /// The DAG.
        dag_id: String,
        /// The run.
        run_id: String,
    },
    /// Let all tasks of a run, or of all runs in a state, begin again.
    Clear(RunClear),
    /// Declare a run, or all runs in a state, to be successful or failed, and its tasks what follows from that.
    Mark(RunMark),
    /// End a run, or all runs in a state: live attempts are killed, and it fails.
    Cancel(RunCancel),
}

#[derive(Debug, Subcommand)]
pub(super) enum Tasks {
    /// List the tasks of a DAG.
    List {
        /// The DAG.
        dag_id: String,
        /// What comes after what, as a tree.
        #[arg(long, short)]
        tree: bool,
    },
    /// List the task instances of a run and their states.
    States {
        /// The DAG.
        dag_id: String,
        /// The run.
        run_id: String,
    },
    /// Print the fields of a task instance with their templates filled in.
    Render {
        /// The DAG.
        dag_id: String,
        /// The run.
        run_id: String,
        /// The task.
        task_id: String,
    },
    /// Let task instances begin again.
    Clear(TasksClear),
    /// Declare task instances to be successful, failed or skipped.
    Mark(TaskMark),
    /// Run one task of a run, whatever its upstream tasks came to.
    Run(TaskRun),
    /// Run one task here, without a server, and without the tasks before it.
    Test(TaskTest),
    /// Print the log of a task instance.
    Log {
        /// The DAG.
        dag_id: String,
        /// The run.
        run_id: String,
        /// The task.
        task_id: String,
        /// Which try; the last one where absent.
        #[arg(long = "try", value_name = "N")]
        try_number: Option<u32>,
        /// Which instance of a mapped task.
        #[arg(long, value_name = "N")]
        map_index: Option<i32>,
        /// Go on until the try is over.
        #[arg(long, short)]
        follow: bool,
    },
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory as _, Parser as _};

    use super::{Args, Command, Dags, Format};

    #[test]
    fn the_command_line_is_sound() {
        super::Args::command().debug_assert();
    }
    #[test]
    fn the_short_flags_are_those_of_airflow() {
        let check = |date: &str| {
            let line = ["couture", "dags", "trigger", "d", "-c", "{}", "-r", "r1", date, "2026-01-31", "-o", "json"];
            let args = Args::try_parse_from(line).unwrap();
            let Command::Dags(Dags::Trigger(trigger)) = args.command else { panic!("{date}: another command") };
            let given = [trigger.conf, trigger.run_id, trigger.logical_date].map(Option::unwrap_or_default);
            assert_eq!(given, ["{}", "r1", "2026-01-31"]);
            assert_eq!(args.output, Format::Json);
        };
        ["-l", "-e", "--logical-date", "--exec-date"].iter().copied().for_each(check);
    }
}
