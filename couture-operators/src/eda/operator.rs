//! Runs `eda` over a data set.

use async_trait::async_trait;
use couture_core::values::{Values as _, mask_addresses};
use couture_core::{Failure, Operator, TaskContext};
use serde::{Deserialize, Serialize};

use super::attempt::{Attempt, Call, blocking};
use super::output::{EdaKind, OutputPlace};
use super::own_data::{check_path, leads_into};
use super::program::EdaProgram;
use super::source_name::{query_name, source_name};
use super::{database, work};

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
    #[serde(default = "OutputPlace::root", skip_serializing_if = "OutputPlace::is_root")]
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

/// The variable that tells a child its source, where a password may be in it.
const SOURCE_VARIABLE: &str = "COUTURE_EDA_SOURCE";
/// What a child is told of its source.
struct Given {
    arguments: Vec<String>,
    /// The value of [`SOURCE_VARIABLE`].
    variable: Option<String>,
    is_upload: bool,
}

impl EdaOperator {
    /// Looks at what is in `source`.
    pub fn new(source: impl Into<String>) -> Self {
        Self { source: source.into(), outputs: OutputPlace::root(), ..Self::default() }
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

    /// What it is called among outputs.
    fn shown_name(&self) -> String {
        match self.name.as_str() {
            "" => source_name(&self.shown_source(), !self.conn_id.is_empty()),
            name => name.to_owned(),
        }
    }

    /// The source as arguments, and as a variable.
    async fn source_arguments(&self, attempt: &Attempt<'_>) -> Result<Given, Failure> {
        let program = &*attempt.program;
        if !self.upload.is_empty() {
            let name = source_name(&self.source, false);
            let inner = attempt.folder.join(work::IN);
            tokio::fs::create_dir_all(&inner).await?;
            let file = inner.join(&name);
            let fetched = program.files.fetch(&self.upload, &file).await;
            fetched
                .map_err(|error| Failure::retry(format!("the upload is not there ({error}); upload the file again")))?;
            return Ok(Given { arguments: vec!["--".into(), name], variable: None, is_upload: true });
        }
        if !self.conn_id.is_empty() {
            let connection = attempt.cx.values().connection(&self.conn_id).await?;
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

    fn call(&self, attempt: &Attempt<'_>, place: &OutputPlace, given: Given) -> Call {
        let out = if given.is_upload { format!("../{}", work::OUT) } else { work::OUT.to_owned() };
        let mut arguments = ["profile", "--quiet"].map(String::from).to_vec();
        arguments.extend([format!("--out={out}"), format!("--timestamp={}", place.timestamp)]);
        // An upload lies in the own folder itself, and its name is this server's.
        if !given.is_upload {
            arguments.push(format!("--forbid={}", attempt.program.own_folder.display()));
        }
        if place.kind == EdaKind::DataImportance {
            arguments.push(format!("--target={}", if self.target.is_empty() { "auto" } else { &self.target }));
        }
        arguments.extend(given.arguments);
        let folder = if given.is_upload { attempt.folder.join(work::IN) } else { attempt.folder.clone() };
        Call { arguments, variable: given.variable.map(|source| (SOURCE_VARIABLE, source)), folder }
    }

    /// Runs `eda`, and keeps what it has made.
    async fn look(&self, attempt: &Attempt<'_>) -> Result<String, Failure> {
        // What is shown goes into logs and the names of folders.
        let masked = |text: &String| attempt.cx.values().masked(text.clone());
        let shown = Self { source: masked(&self.source), query: masked(&self.query), ..self.clone() };
        let place = attempt.place(&self.outputs, shown.shown_name(), self.kind()?, &self.timestamp).await?;
        let source = self.source_arguments(attempt).await?;
        let shown = shown.shown_source();
        let shown = mask_addresses(&shown).unwrap_or(shown);
        attempt.cx.log(format!("Looking at {shown}; the report will be at {}", place.report()));
        attempt.run(self.call(attempt, &place, source)).await?;
        attempt.keep(place).await
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

#[async_trait]
impl Operator for EdaOperator {
    type Input = ();
    type Output = String;

    async fn run(&self, (): (), cx: &TaskContext) -> Result<String, Failure> {
        let attempt = Attempt::begin(self.memory_limit_mb, cx).await?;
        let (result, program) = (self.look(&attempt).await, attempt.program.clone());
        attempt.end(&result).await;
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
    async fn forget(&self, program: &EdaProgram) {
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
