//! The DAG that looks at data sets.

use std::collections::BTreeMap;
use std::time::Duration;

use couture_core::dag::ParamSpec;
use couture_core::{Dag, DagBuilder};
use couture_operators::EdaOperator;
use couture_operators::eda::EdaKind;
use serde_json::{Map, Value, json};

/// Its id.
pub const DAG_ID: &str = "exploratory_data_analysis";
/// The id of its task.
pub const TASK_ID: &str = "profile";

/// An attempt that takes longer is ended.
const TIMEOUT: Duration = Duration::from_secs(2 * 60 * 60);
/// Runs that are looked at at once; others wait.
const MAX_ACTIVE_RUNS: u32 = 4;
/// The parameters besides the kind: all are texts, empty where they are not given.
const TEXTS: [&str; 8] = ["source", "target", "conn_id", "table", "query", "upload", "name", "timestamp"];

/// Looks at the data set that a run's configuration names.
///
/// # Panics
/// Never: it is the same each time, and a test makes it.
pub fn exploratory_data_analysis() -> Dag {
    let kinds = ["", EdaKind::Preliminary.name(), EdaKind::DataImportance.name()];
    let mut params: BTreeMap<String, Value> = TEXTS.iter().map(|name| ((*name).to_owned(), json!(""))).collect();
    params.insert("kind".to_owned(), json!(kinds[0]));
    let text = |name: &str| spec(name, json!({ "type": "string" }));
    let specs = TEXTS.iter().map(|name| text(name)).chain([spec("kind", json!({ "type": "string", "enum": kinds }))]);
    let dag = DagBuilder::new(DAG_ID)
        .description("Looks at a data set: what is in it, or which of its columns tell about another one")
        .owner("couture")
        .tag("eda")
        .params(params)
        .attributes(|attributes| {
            attributes.is_paused_upon_creation = Some(false);
            attributes.max_active_runs = Some(MAX_ACTIVE_RUNS);
            attributes.param_specs = specs.collect();
        });
    let of_run = |name: &str| format!("{{{{ params.{name} }}}}");
    let operator = EdaOperator {
        kind: of_run("kind"),
        target: of_run("target"),
        conn_id: of_run("conn_id"),
        table: of_run("table"),
        query: of_run("query"),
        upload: of_run("upload"),
        name: of_run("name"),
        timestamp: of_run("timestamp"),
        ..EdaOperator::new(of_run("source"))
    };
    dag.task(TASK_ID, operator, ()).execution_timeout(TIMEOUT);
    dag.build().expect("a DAG of one task")
}

fn spec(name: &str, schema: Value) -> ParamSpec {
    let schema: Map<String, Value> = serde_json::from_value(schema).unwrap_or_default();
    ParamSpec { name: name.to_owned(), schema, ..ParamSpec::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_names_its_data_and_one_of_two_kinds() {
        let dag = exploratory_data_analysis();
        let check =
            |conf: Value, is_fit: bool| assert_eq!(dag.attributes.check_params(&conf).is_ok(), is_fit, "{conf}");
        check(json!({ "source": "/data/a.csv", "kind": "data_importance", "target": "x" }), true);
        check(json!({}), true);
        check(json!({ "source": "/data/a.csv", "target": "x" }), true);
        check(json!({ "kind": "L2" }), false);
        check(json!({ "source": 1 }), false);
        assert_eq!(dag.attributes.max_active_runs, Some(MAX_ACTIVE_RUNS));
        assert_eq!((dag.dag_id.as_str(), dag.tasks().len()), (DAG_ID, 1));
    }
}
