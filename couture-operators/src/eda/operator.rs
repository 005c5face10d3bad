//! Runs `eda` over a data set.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use couture_core::values::{Values as _, mask_addresses};
use couture_core::{Failure, Operator, ProcessCommand, ProcessEnd, TaskContext, error_chain};
use serde::{Deserialize, Serialize};

use super::output::{EdaKind, OutputPlace};
use super::own_data::{check_path, leads_into};
use super::program::EdaProgram;
use super::source_name::{query_name, source_name};
use super::{database, environment, work};
use crate::bash::process_failure;
use crate::child::signal_name;

/// Looks at a data set with the program `eda`, in bounded memory, and keeps its reports. The path of the report is its output.
///
/// What is looked at is `source`, or a `table` or `query` of the database of `conn_id`, or an `upload`. Texts that are empty count as
/// absent, so that a template may give one or none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EdaOperator {
    /// A whole path of this machine (a file, a folder, a pattern), or a URL: `s3:`, `gs:`, `az:`, `hdfs:`, or that of a database, with its
    /// table behind a `#`; a template. Where there is an upload, the name of its file.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub source: String,
    /// `preliminary` or `data_importance`; where absent, the latter if there is a target; a template.
    #[serde(default, deserialize_with = "known_kind", skip_serializing_if = "String::is_empty")]
    pub kind: String,
    /// For `data_importance`: the column that the others are to tell about, or a comparison such as `delay > 15`; one is proposed where it
    /// is absent; a template.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub target: String,
    /// The connection: of type `sqlite`, `postgres` or `mysql`; a template.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub conn_id: String,
    /// A table of its database; a template.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub table: String,
    /// A query to it, in place of a table; a template.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub query: String,
    /// An upload, as its server knows it; a template. It is gone when the task has ended.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub upload: String,
    /// Where the reports go: `outputs`, or a folder in it; a template.
    #[serde(default = "outputs", skip_serializing_if = "is_outputs")]
    pub outputs: String,
    /// What the source is called there; made of the source where absent; a template.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// The name of the run's folder; the time of now where absent; a template.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub timestamp: String,
    /// The memory that it may take, in MiB: what the program says where absent, 1,024 as a rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_limit_mb: Option<u32>,
}

/// A text that is no kind, and cannot become one, is an error.
fn known_kind<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let kind = String::deserialize(deserializer)?;
    let is_template = kind.contains("{{") || kind.contains("{%");
    if !kind.is_empty() && !is_template {
        kind.parse::<EdaKind>().map_err(serde::de::Error::custom)?;
    }
    Ok(kind)
}

fn outputs() -> String {
    OutputPlace::ROOT.to_owned()
}

fn is_outputs(outputs: &String) -> bool {
    outputs == OutputPlace::ROOT
}

/// The variable that tells a child its source, where a password may be in it.
const SOURCE_VARIABLE: &str = "COUTURE_EDA_SOURCE";
/// Limits the data that a process may have, and becomes another program: threads and files that are mapped do not count, as they would
/// in a limit of addresses.
const LIMITED: &str = "ulimit -d \"$0\" && exec \"$@\"";

/// The folder of an attempt that its upload lies in, away from what is made of it.
const UPLOADED: &str = "in";

/// What a child is told of its source.
struct Given {
    arguments: Vec<String>,
    /// The value of [`SOURCE_VARIABLE`].
    variable: Option<String>,
    is_upload: bool,
}

impl EdaOperator {
    /// From TERM to KILL.
    pub const KILL_GRACE: Duration = Duration::from_secs(5);

    /// Looks at what is in `source`.
    pub fn new(source: impl Into<String>) -> Self {
        Self { source: source.into(), outputs: outputs(), ..Self::default() }
    }

    fn kind(&self) -> Result<EdaKind, Failure> {
        let kind = match self.kind.as_str() {
            "" if self.target.is_empty() => EdaKind::Preliminary,
            "" => EdaKind::DataImportance,
            kind => kind.parse().map_err(|error: super::UnknownKind| Failure::fatal(error.to_string()))?,
        };
        if kind == EdaKind::Preliminary && !self.target.is_empty() {
            return Err(Failure::fatal("a target is for the kind data_importance; leave out the target or the kind"));
        }
        Ok(kind)
    }

    /// What it is called among sources.
    fn shown_source(&self) -> String {
        match (self.conn_id.as_str(), self.table.as_str()) {
            ("", _) => self.source.clone(),
            (conn_id, "") => format!("{conn_id}/{}", query_name(&self.query)),
            (conn_id, table) => format!("{conn_id}/{table}"),
        }
    }

    /// Where its reports go.
    fn place(&self, kind: EdaKind, cx: &TaskContext) -> Result<OutputPlace, Failure> {
        let name = match self.name.as_str() {
            "" => source_name(&self.shown_source(), !self.conn_id.is_empty()),
            name => name.to_owned(),
        };
        let timestamp = match self.timestamp.as_str() {
            "" => OutputPlace::timestamp(cx.now()),
            timestamp => timestamp.to_owned(),
        };
        for (what, part) in [("name", &name), ("timestamp", &timestamp)] {
            if part.contains(['/', '\\']) || part.starts_with('.') {
                return Err(Failure::fatal(format!("the {what} {part:?} is not one of a folder")));
            }
        }
        let mut folders = self.outputs.split('/');
        if folders.next() != Some(OutputPlace::ROOT)
            || folders.any(|folder| folder.is_empty() || folder.starts_with('.'))
        {
            return Err(Failure::fatal(format!("outputs is {:?}; it is \"outputs\", or a folder in it", self.outputs)));
        }
        Ok(OutputPlace { outputs: self.outputs.clone(), name, kind, timestamp })
    }

    /// The source as arguments, and as a variable. `folder` is that of the attempt.
    async fn source_arguments(&self, program: &EdaProgram, folder: &Path, cx: &TaskContext) -> Result<Given, Failure> {
        if !self.upload.is_empty() {
            let name = source_name(&self.source, false);
            let inner = folder.join(UPLOADED);
            tokio::fs::create_dir_all(&inner).await?;
            let file = inner.join(&name);
            let fetched = program.files.fetch(&self.upload, &file).await;
            fetched.map_err(|error| Failure::fatal(format!("the upload is gone ({error}); upload the file again")))?;
            return Ok(Given { arguments: vec!["--".into(), name], variable: None, is_upload: true });
        }
        if !self.conn_id.is_empty() {
            let connection = cx.values().connection(&self.conn_id).await?;
            let url = database::url(&connection)?;
            refuse_own(&url, program).await?;
            let what = match (self.table.as_str(), self.query.as_str()) {
                ("", "") => return Err(Failure::fatal("neither a table nor a query is given; give one of them")),
                ("", query) => format!("--query={query}"),
                (table, "") => format!("--table={table}"),
                _ => return Err(Failure::fatal("a table and a query are given; give one of them")),
            };
            let arguments = vec![format!("--source-env={SOURCE_VARIABLE}"), what];
            return Ok(Given { arguments, variable: Some(url), is_upload: false });
        }
        if self.source.is_empty() {
            return Err(Failure::fatal("no source is given: a path, a URL, or a conn_id with a table or a query"));
        }
        refuse_own(&self.source, program).await?;
        let query = (!self.query.is_empty()).then(|| format!("--query={}", self.query));
        let arguments = [format!("--source-env={SOURCE_VARIABLE}")].into_iter().chain(query).collect();
        Ok(Given { arguments, variable: Some(self.source.clone()), is_upload: false })
    }

    fn command(&self, program: &EdaProgram, folder: PathBuf, place: &OutputPlace, given: Given) -> ProcessCommand {
        let kib = u64::from(self.memory_limit_mb.unwrap_or(program.memory_mib)) * 1024;
        let mut args = vec!["-c".to_owned(), LIMITED.to_owned(), kib.to_string(), program.program.clone()];
        args.extend(program.role.iter().cloned());
        let (out, cwd) = if given.is_upload { ("../out", folder.join(UPLOADED)) } else { ("out", folder) };
        args.extend(["profile".to_owned(), format!("--out={out}"), format!("--timestamp={}", place.timestamp)]);
        // An upload lies in the own folder itself, and its name is this server's.
        if !given.is_upload {
            args.push(format!("--forbid={}", program.own_folder.display()));
        }
        if place.kind == EdaKind::DataImportance {
            args.push(format!("--target={}", if self.target.is_empty() { "auto" } else { &self.target }));
        }
        args.extend(given.arguments);
        let mut env = environment::inherited();
        // The last line that it prints is to say why it failed.
        env.insert("RUST_BACKTRACE".to_owned(), "0".to_owned());
        env.extend(given.variable.map(|source| (SOURCE_VARIABLE.to_owned(), source)));
        ProcessCommand {
            program: "sh".into(),
            args,
            env,
            clear_env: true,
            cwd: Some(cwd),
            secrets: Vec::new(),
            kill_grace: Self::KILL_GRACE,
            greeting: None,
            warm: None,
        }
    }

    /// Runs `eda`, and keeps what it has made.
    async fn look(&self, program: &EdaProgram, folder: &Path, cx: &TaskContext) -> Result<String, Failure> {
        let place = self.place(self.kind()?, cx)?;
        let source = self.source_arguments(program, folder, cx).await?;
        let shown = self.shown_source();
        let shown = mask_addresses(&shown).unwrap_or(shown);
        cx.log(format!("Looking at {shown}; the report will be at {}", place.report()));
        let command = self.command(program, folder.to_owned(), &place, source);
        let end = cx.services().processes.run(command, cx).await.map_err(process_failure)?;
        self.check(&end, program, cx)?;
        let (out, kind, timestamp) = (folder.join("out"), place.kind, place.timestamp.clone());
        let made = blocking(move || work::made(&out, kind, &timestamp)).await?;
        if made.files.is_empty() {
            return Err(Failure::Lost("what it has made was removed before it was kept".into()));
        }
        let place = free(place, program).await?;
        for (file, path) in &made.files {
            program.files.keep(&format!("{place}/{path}"), file).await?;
        }
        cx.log(format!("The report is at {}", place.report()));
        Ok(place.report())
    }

    /// What the end of the child means.
    fn check(&self, end: &ProcessEnd, program: &EdaProgram, cx: &TaskContext) -> Result<(), Failure> {
        if end.code == Some(0) {
            return Ok(());
        }
        let said = end.last_line.strip_prefix("eda: ").unwrap_or(&end.last_line);
        let is_short = ["memory allocation of", "Cannot allocate memory", "os error 12"];
        // A Rust program aborts where memory fails; what it prints last may be a hint on how to see more.
        let aborted = signal_name(end.signal.unwrap_or(0)) == "SIGABRT";
        if aborted || is_short.iter().any(|words| said.contains(words)) {
            let limit = self.memory_limit_mb.unwrap_or(program.memory_mib);
            let how = "raise memory_limit_mb of the task, or eda.memory_mib of the server";
            return Err(Failure::fatal(format!("it needs more than its {limit} MiB of memory; {how}")));
        }
        let reason = match (end.code, end.signal) {
            (Some(127), _) => format!("failed to start {}: {said}; name the program in eda.program", program.program),
            (Some(_), _) if !said.is_empty() => said.to_owned(),
            (Some(code), _) => format!("eda ended with exit code {code}"),
            (None, signal) => format!("eda was ended by {}: {said}", signal_name(signal.unwrap_or(0))),
        };
        Err(Failure::retry(cx.values().masked(reason)))
    }
}

async fn refuse_own(source: &str, program: &EdaProgram) -> Result<(), Failure> {
    let (source, own) = (source.to_owned(), program.own_folder.clone());
    let refused = blocking(move || {
        check_path(&source).map_err(|unfit| Failure::fatal(unfit.to_string()))?;
        Ok(leads_into(&source, &own))
    });
    if refused.await? {
        return Err(Failure::fatal("the source leads into the folder of the server's own files; name other data"));
    }
    Ok(())
}

/// The place, or, where there are files already, the first of `TIMESTAMP-2`, `TIMESTAMP-3` and so on where there are none.
async fn free(mut place: OutputPlace, program: &EdaProgram) -> Result<OutputPlace, Failure> {
    const MOST: u32 = 1_000;
    let wanted = place.timestamp.clone();
    for number in 2..=MOST {
        if !program.files.is_taken(&place.to_string()).await? {
            return Ok(place);
        }
        place.timestamp = format!("{wanted}-{number}");
    }
    Err(Failure::fatal(format!("there are {MOST} reports of the timestamp {wanted} already; give another one")))
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, Failure> + Send + 'static) -> Result<T, Failure> {
    tokio::task::spawn_blocking(work).await?
}

#[async_trait]
impl Operator for EdaOperator {
    type Input = ();
    type Output = String;

    async fn run(&self, (): (), cx: &TaskContext) -> Result<String, Failure> {
        let Some(program) = cx.services().extensions.get::<EdaProgram>() else {
            return Err(Failure::fatal("exploratory data analysis is not part of this program"));
        };
        let (parent, token) = (program.work.clone(), cx.token());
        let folder = blocking(move || Ok(work::prepare(&parent, token)?)).await?;
        let result = self.look(&program, &folder, cx).await;
        if let Err(Failure::Retry(error) | Failure::Fatal(error)) = &result {
            cx.log(cx.values().masked(error_chain(&**error)));
        }
        let removed = tokio::task::spawn_blocking(move || std::fs::remove_dir_all(folder)).await;
        if let Ok(Err(error)) = removed {
            tracing::warn!("failed to remove the folder of an attempt: {error}");
        }
        if !self.upload.is_empty() && !may_come_back(&result, cx) {
            self.forget(&program).await;
        }
        result
    }

    fn resumable(&self) -> bool {
        true
    }

    fn template_fields(&self) -> &'static [&'static str] {
        &["source", "kind", "target", "conn_id", "table", "query", "upload", "outputs", "name", "timestamp"]
    }
}

/// Whether the same task instance is run again by itself.
fn may_come_back<T>(result: &Result<T, Failure>, cx: &TaskContext) -> bool {
    match result {
        Ok(_) | Err(Failure::Fatal(_) | Failure::Skip(_)) => false,
        Err(Failure::Retry(_)) => !cx.is_cancelled() && cx.try_number() <= cx.task().options.retries,
        Err(_) => true,
    }
}

impl EdaOperator {
    async fn forget(&self, program: &Arc<EdaProgram>) {
        if let Err(error) = program.files.forget(&self.upload).await {
            tracing::warn!("failed to remove an upload: {error}");
        }
    }
}

couture_core::operator!(EdaOperator, "eda");

#[cfg(test)]
mod tests {
    use couture_core::DynOperator;

    use super::*;

    #[test]
    fn json_is_short_and_strict() {
        let check = |json: &str, expected: Result<&str, &str>| {
            let operator = serde_json::from_str::<Box<dyn DynOperator>>(json);
            let again = operator.map(|operator| serde_json::to_string(&operator).unwrap());
            match (again, expected) {
                (Ok(again), Ok(expected)) => assert_eq!(again, expected),
                (Err(error), Err(expected)) => assert!(error.to_string().contains(expected), "{error}"),
                (again, _) => panic!("{json}: {again:?}"),
            }
        };
        let short = r#"{"type":"eda","source":"/data/a.csv"}"#;
        check(short, Ok(short));
        check(r#"{"type":"eda","source":"/data/a.csv","outputs":"outputs","kind":""}"#, Ok(short));
        check(r#"{"type":"eda","soruce":"/data/a.csv"}"#, Err("soruce"));
        check(r#"{"type":"eda","source":"/data/a.csv","kind":"L2"}"#, Err("preliminary or data_importance"));
        let template = r#"{"type":"eda","source":"/data/a.csv","kind":"{{ params.kind }}"}"#;
        check(template, Ok(template));
    }

    #[test]
    fn a_target_tells_the_kind() {
        let kind = |kind: &str, target: &str| {
            EdaOperator { kind: kind.into(), target: target.into(), ..EdaOperator::default() }.kind()
        };
        assert_eq!(kind("", "").unwrap(), EdaKind::Preliminary);
        assert_eq!(kind("", "delay").unwrap(), EdaKind::DataImportance);
        assert_eq!(kind("data_importance", "").unwrap(), EdaKind::DataImportance);
        assert!(format!("{:?}", kind("preliminary", "delay").unwrap_err()).contains("a target is for"));
    }

    #[test]
    fn a_source_has_one_name() {
        let check = |operator: EdaOperator, expected: &str| assert_eq!(operator.shown_source(), expected);
        let conn_id = || "shop".to_owned();
        check(EdaOperator::new("/data/a.csv"), "/data/a.csv");
        check(EdaOperator { conn_id: conn_id(), table: "orders".into(), ..EdaOperator::default() }, "shop/orders");
        let query = EdaOperator { conn_id: conn_id(), query: "select 1".into(), ..EdaOperator::default() };
        check(query, &format!("shop/{}", query_name("select 1")));
    }
}
