//! Makes one report of those of parts.

use std::collections::BTreeMap;

use async_trait::async_trait;
use couture_core::{Failure, Operator, TaskContext};
use serde::{Deserialize, Serialize};

use super::attempt::{Attempt, Call};
use super::output::{EdaKind, OutputPlace};
use super::source_name::source_name;
use super::work;

/// What lies beside a `preliminary` report, to merge it by.
const STATE: &str = "data_info.eda";

/// Merges `preliminary` reports of parts of a data set, which [`EdaOperator`](super::EdaOperator)s have kept in the objects of the same
/// server, into one of the whole, in bounded memory and without reading the data again. What is exact in a report is exact in the merged
/// one.
///
/// Its input is the list of the reports' paths, in the order of the data, such as a mapped `EdaOperator` gives. Of a source with several
/// tables, the first counts. Its output is the path of the merged report.
///
/// ```
/// # use couture_core::DagBuilder;
/// # use couture_operators::{EdaMergeOperator, EdaOperator};
/// let dag = DagBuilder::new("flights");
/// let parts = ["/data/january.csv", "/data/february.csv"];
/// let reports = dag.expand_templates("look", EdaOperator::new("{{ element }}"), parts);
/// dag.task("whole", EdaMergeOperator::new("flights"), reports);
/// # dag.build().unwrap();
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EdaMergeOperator {
    /// What the whole is called among outputs; the task's id where absent; a template.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// Where the reports go: `outputs`, or a folder in it; a template.
    #[serde(default = "OutputPlace::root", skip_serializing_if = "OutputPlace::is_root")]
    pub outputs: String,
    /// The name of the run's folder; the time of now where absent; a template.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub timestamp: String,
    /// The memory that it may take, in MiB: what the program says where absent, 1,024 as a rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_limit_mb: Option<u32>,
}

impl EdaMergeOperator {
    /// The most parts.
    pub const MAX_PARTS: usize = 10_000;

    /// Makes a report that is called `name`.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), outputs: OutputPlace::root(), ..Self::default() }
    }

    async fn merge(&self, reports: &[String], attempt: &Attempt<'_>) -> Result<String, Failure> {
        let name = match self.name.as_str() {
            "" => source_name(attempt.cx.task().task_id.as_str(), false),
            name => name.to_owned(),
        };
        let place = attempt.place(&self.outputs, name, EdaKind::Preliminary, &self.timestamp).await?;
        let states = reports.iter().map(|report| state_of(report)).collect::<Result<Vec<_>, _>>()?;
        if states.is_empty() || states.len() > Self::MAX_PARTS {
            let most = Self::MAX_PARTS;
            return Err(Failure::fatal(format!("{} reports were given; it merges 1 to {most}", states.len())));
        }
        attempt.cx.log(format!("Merging {} reports; the whole will be at {}", states.len(), place.report()));
        tokio::fs::create_dir_all(attempt.folder.join(work::IN)).await?;
        let mut arguments = ["merge", "--quiet"].map(String::from).to_vec();
        arguments.extend([format!("--out={}", work::OUT), format!("--name={}", place.name)]);
        arguments.extend([format!("--timestamp={}", place.timestamp), "--".to_owned()]);
        // A part may be given several times.
        let mut copies = BTreeMap::new();
        for (state, report) in states.iter().zip(reports) {
            let next = format!("{}/{}.eda", work::IN, copies.len());
            let is_new = !copies.contains_key(state);
            let file = copies.entry(state).or_insert(next);
            if is_new {
                let fetched = attempt.program.files.fetch_output(state, &attempt.folder.join(&*file)).await;
                fetched
                    .map_err(|error| Failure::retry(format!("what {report:?} was made of is not there: {error}")))?;
            }
            arguments.push(file.clone());
        }
        attempt.run(Call { arguments, variable: None, folder: attempt.folder.clone() }).await?;
        attempt.keep(place).await
    }
}

/// The path of the state beside a report.
fn state_of(report: &str) -> Result<String, Failure> {
    let kind = EdaKind::Preliminary;
    let folder = report.strip_suffix(kind.report()).filter(|folder| folder.ends_with('/'));
    let folder = folder.filter(|folder| folder.split('/').rev().nth(2) == Some(kind.name()));
    let unfit = || format!("{report:?} is no report of the kind {}, which alone can be merged", kind.name());
    Ok(format!("{}{}", folder.ok_or_else(|| Failure::fatal(unfit()))?, STATE))
}

#[async_trait]
impl Operator for EdaMergeOperator {
    type Input = Vec<String>;
    type Output = String;

    async fn run(&self, reports: Vec<String>, cx: &TaskContext) -> Result<String, Failure> {
        let attempt = Attempt::begin(self.memory_limit_mb, cx).await?;
        let result = self.merge(&reports, &attempt).await;
        attempt.end(&result).await;
        result
    }

    fn resumable(&self) -> bool {
        true
    }

    fn template_fields(&self) -> &'static [&'static str] {
        &["name", "outputs", "timestamp"]
    }
}

couture_core::operator!(EdaMergeOperator, "eda_merge");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_lie_beside_preliminary_reports() {
        let check = |report: &str, expected: Option<&str>| assert_eq!(state_of(report).ok().as_deref(), expected);
        let state = "outputs/a.csv/preliminary/t/data_info.eda";
        check("outputs/a.csv/preliminary/t/data_info.html", Some(state));
        check("outputs/a.csv/preliminary/t/data_info.json", None);
        check("outputs/a.csv/data_importance/t/table_and_feature_importance.html", None);
        check("outputs/a.csv/data_importance/t/data_info.html", None);
        check("data_info.html", None);
        check("", None);
    }

    #[test]
    fn json_is_short_and_strict() {
        let read = serde_json::from_str::<EdaMergeOperator>;
        assert_eq!(serde_json::to_string(&read("{}").unwrap()).unwrap(), "{}");
        assert_eq!(read(r#"{"name":"flights"}"#).unwrap(), EdaMergeOperator::new("flights"));
        assert!(read(r#"{"nmae":"flights"}"#).is_err());
    }
}
