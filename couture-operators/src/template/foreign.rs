//! Template fields of operators that live in another process.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use couture_core::TaskContext;
use minijinja::value::{Rest, Value, ValueOrKwargs};
use serde_json::{Map, Value as Json};

use super::calls::{Call, Caller, received};
use super::engine::{Filter, Own};
use super::fields;
use super::lookups::Lookups;
use super::objects::serialized;
use super::service::{JinjaTemplates, Job, keep, rendered, told};

/// How deep names of one's own may lie in each other.
const MAX_DEPTH: usize = 20;
/// The key of an object that stands for a function.
const CALL: &str = "__call__";

/// Fields to render, and what their templates know besides Airflow's names.
#[derive(Debug, Default)]
pub(crate) struct ForeignFields {
    /// The fields, each of any shape.
    pub(crate) fields: Map<String, Json>,
    /// Endings of the names of template files.
    pub(crate) endings: Vec<String>,
    /// Names. An object `{"__call__": name}` stands for a function that the caller calls, however deep it lies.
    pub(crate) names: Map<String, Json>,
    /// The names of filters, which are functions of the same name.
    pub(crate) filters: Vec<String>,
    /// Folders of template files, by their paths in the folder of DAG files or as a whole, the first one first.
    pub(crate) folders: Vec<PathBuf>,
    /// Whether they are no fields of the task: nobody is shown them.
    pub(crate) is_passing: bool,
}

/// Fields that were rendered.
#[derive(Debug, Default)]
pub(crate) struct RenderedFields {
    pub(crate) fields: Map<String, Json>,
    /// The XComs that the templates gave.
    pub(crate) xcoms: BTreeMap<String, Json>,
}

impl JinjaTemplates {
    /// `foreign` rendered, and kept as the fields of native operators are. The error tells the field and the line, without secrets.
    pub(crate) async fn render_foreign(
        &self,
        foreign: ForeignFields,
        caller: &dyn Caller,
        cx: &TaskContext,
    ) -> Result<RenderedFields, String> {
        let json = Json::Object(foreign.fields.clone()).to_string();
        let endings: Vec<&str> = foreign.endings.iter().map(|ending| &**ending).collect();
        if !fields::may_have_templates(&json, &endings) {
            return Ok(RenderedFields { fields: foreign.fields, ..RenderedFields::default() });
        }
        let is_quick =
            !fields::reads_files(&json) && !endings.iter().any(|ending| json.contains(&format!("{ending}\"")));
        let lookups = self.lookups();
        let own = own(foreign.names, foreign.filters, &lookups);
        let folders = foreign.folders.iter().map(|folder| self.folder().join(folder)).collect();
        let engine = self.engine(cx, lookups.clone(), folders, own);
        let job = Job { fields: foreign.fields.clone(), endings: foreign.endings.into() };
        let rendered = rendered(engine, &lookups, job, is_quick, Some(caller), cx).await;
        let rendered = rendered.map_err(|error| told(&error, cx))?;
        if rendered != foreign.fields && cx.waited().is_none() && !foreign.is_passing {
            keep(&rendered, cx);
        }
        Ok(RenderedFields { fields: rendered, xcoms: lookups.take_pushed() })
    }
}

fn own(names: Map<String, Json>, filters: Vec<String>, lookups: &Arc<Lookups>) -> Own {
    let names = names.into_iter().map(|(name, json)| (name, named(json, lookups, 0))).collect();
    let filter = |name: String| {
        let (lookups, function) = (lookups.clone(), name.clone());
        let filter: Filter =
            Box::new(move |args| lookups.called(Call::of(&function, &args.into_values())?).map(received));
        (name, filter)
    };
    Own { names, filters: filters.into_iter().map(filter).collect() }
}

/// A value in which functions may lie.
fn named(json: Json, lookups: &Arc<Lookups>, depth: usize) -> Value {
    let is_plain = |json: &Json| !json.to_string().contains(CALL);
    match json {
        Json::Object(fields) if fields.len() == 1 && fields.get(CALL).is_some_and(Json::is_string) => {
            let function = fields.get(CALL).and_then(Json::as_str).unwrap_or_default().to_owned();
            let lookups = lookups.clone();
            Value::from_function(move |args: Rest<ValueOrKwargs>| {
                lookups.called(Call::of(&function, &args.into_values())?).map(received)
            })
        }
        json if depth > MAX_DEPTH || is_plain(&json) => serialized(json),
        Json::Object(fields) => {
            let fields = fields.into_iter().map(|(name, json)| (name, named(json, lookups, depth + 1)));
            Value::from(fields.collect::<BTreeMap<_, _>>())
        }
        Json::Array(items) => items.into_iter().map(|json| named(json, lookups, depth + 1)).collect(),
        other => serialized(other),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use async_trait::async_trait;
    use couture_core::schedule::DataInterval;
    use couture_core::task::{Cancellation, RunInfo};
    use couture_core::{
        AttemptToken, DagBuilder, MapIndex, RunId, RunKey, RunType, Services, ShardId, TaskIndex, Timestamp,
    };
    use serde_json::json;

    use super::*;
    use crate::EmptyOperator;

    /// Answers calls, and remembers them.
    #[derive(Default)]
    struct Other(Mutex<Vec<Call>>);

    #[async_trait]
    impl Caller for Other {
        async fn call(&self, call: &Call) -> Result<Json, String> {
            let mut calls = self.0.lock().unwrap();
            calls.push(call.clone());
            match &*call.name {
                "count" => Ok(json!(calls.len())),
                "wrong" => Err("ValueError: no".into()),
                _ => Ok(json!({"args": call.args, "kwargs": call.kwargs})),
            }
        }
    }

    fn context() -> TaskContext {
        let dag = DagBuilder::new("d");
        dag.task("t", EmptyOperator {}, ());
        let logical_date = Timestamp::parse("2026-01-31").unwrap();
        let run = RunInfo {
            key: RunKey::new(ShardId(0), 1),
            dag: Arc::new(dag.build().unwrap()),
            run_id: RunId::new("r").unwrap(),
            run_type: RunType::Manual,
            logical_date,
            data_interval: DataInterval::at(logical_date),
            backfill: None,
            conf: json!({}),
        };
        let (map_index, task) = (MapIndex::NONE, TaskIndex(0));
        let token = AttemptToken { run: run.key, task, map_index, try_number: 1, launch: 1 };
        TaskContext::new(Arc::new(run), token, Cancellation::default(), Arc::new(Services::default()))
    }

    #[tokio::test]
    async fn functions_are_called_once_each() {
        let check = async |template: &str, expected: Result<&str, &str>, calls: usize| {
            let other = Other::default();
            let call = |name: &str| json!({ "__call__": name });
            let names = json!({
                "count": call("count"), "wrong": call("wrong"), "show": call("show"), "tools": {"show": call("show"), "n": 3},
            });
            let foreign = ForeignFields {
                fields: Map::from_iter([("x".to_owned(), json!([template]))]),
                names: names.as_object().unwrap().clone(),
                filters: vec!["count".into()],
                ..ForeignFields::default()
            };
            let rendered = JinjaTemplates::default().render_foreign(foreign, &other, &context()).await;
            match (rendered, expected) {
                (Ok(rendered), Ok(expected)) => assert_eq!(rendered.fields["x"], json!([expected]), "{template}"),
                (Err(error), Err(words)) => assert!(error.contains(words) && error.contains("x[0]"), "{error}"),
                (found, _) => panic!("{template}: {found:?}"),
            }
            assert_eq!(other.0.lock().unwrap().len(), calls, "{template}");
        };
        check("plain {{ ds }}", Ok("plain 2026-01-31"), 0).await;
        check("{{ count() }} {{ count() }} {{ 'a' | count }}", Ok("1 2 3"), 3).await;
        check("{% for i in range(5) %}{{ count(i) }}{% endfor %}", Ok("12345"), 5).await;
        check("{{ tools.n }} {{ tools.show(1, a='b').kwargs.a }}", Ok("3 b"), 1).await;
        check("{{ wrong() }}", Err("ValueError: no"), 1).await;
        let sent = "{{ show(ti, execution_date, dag, [ds], macros.timedelta(days=1)).args | tojson }}";
        let expected = "[{\"__name__\": \"ti\"}, {\"__datetime__\": \"2026-01-31T00:00:00+00:00\"}, {\"__name__\": \"dag\"}, \
                        [\"2026-01-31\"], {\"__timedelta__\": 86400.0}]";
        check(sent, Ok(expected), 1).await;
    }
}
