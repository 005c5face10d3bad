//! The names that a DAG file may use.

use couture_core::dag::{DagAttributes, TaskOptions};

/// Makes a list of the fields of a type. It does not compile while a field is missing.
macro_rules! fields {
    ($list:ident: $type:ident { $($field:ident),* $(,)? } besides [$($more:literal),*]) => {
        pub(super) const $list: &[&str] = &[$($more,)* $(stringify!($field),)*];
        const _: fn(&$type) = |$type { $($field: _),* }| ();
    };
}

fields!(DAG_FIELDS: DagAttributes {
    dag_display_name, description, doc_md, owner, tags, params, param_specs, dialect, schedule, timezone, assets, known_assets,
    start_date, end_date, catchup, max_active_runs, max_active_tasks, is_paused_upon_creation, dagrun_timeout_ms, newest_version_on_clear,
    on_success_callback, on_failure_callback, sla_miss_callback, groups, edge_labels, template_searchpath,
} besides ["dag_id", "tasks", "concurrency"]);

fields!(TASK_FIELDS: TaskOptions {
    trigger_rule, retries, retry_delay_ms, retry_exponential_backoff, max_retry_delay_ms, execution_timeout_ms, pool,
    pool_slots, priority_weight, weight_rule, queue, depends_on_past, wait_for_downstream, max_active_tis_per_dag,
    max_active_tis_per_dagrun, role, group, do_xcom_push, sla_ms, owner, task_display_name,
    operator_class, ui_color, ui_fgcolor, doc_md, params, outlets, inlets, email,
    email_on_failure, email_on_retry, on_success_callback, on_failure_callback, on_retry_callback,
} besides ["task_id", "operator", "input", "upstream", "expand", "task_concurrency"]);
