//! The permissions and views of the original product's roles, name by name.

/// What a Viewer may do.
pub const VIEWER_PERMS: [&str; 24] = [
    "menu_access",
    "can_index",
    "can_list",
    "can_show",
    "can_chart",
    "can_dag_stats",
    "can_dag_details",
    "can_task_stats",
    "can_code",
    "can_log",
    "can_get_logs_with_metadata",
    "can_tries",
    "can_graph",
    "can_tree",
    "can_task",
    "can_task_instances",
    "can_xcom",
    "can_gantt",
    "can_landing_times",
    "can_duration",
    "can_blocked",
    "can_rendered",
    "can_pickle_info",
    "can_version",
];

/// Where a Viewer may do it; a User, too.
pub const VIEWER_VMS: [&str; 19] = [
    "Airflow",
    "DagModelView",
    "Browse",
    "DAG Runs",
    "DagRunModelView",
    "Task Instances",
    "TaskInstanceModelView",
    "SLA Misses",
    "SlaMissModelView",
    "Jobs",
    "JobModelView",
    "Logs",
    "LogModelView",
    "Docs",
    "Documentation",
    "GitHub",
    "About",
    "Version",
    "VersionView",
];

/// What a User may do besides.
pub const USER_PERMS: [&str; 15] = [
    "can_dagrun_clear",
    "can_run",
    "can_trigger",
    "can_add",
    "can_edit",
    "can_delete",
    "can_paused",
    "can_refresh",
    "can_success",
    "muldelete",
    "set_failed",
    "set_running",
    "set_success",
    "clear",
    "can_clear",
];

/// What an Op may do besides a User.
pub const OP_PERMS: [&str; 2] = ["can_conf", "can_varimport"];

/// Where an Op may do it besides.
pub const OP_VMS: [&str; 11] = [
    "Admin",
    "Configurations",
    "ConfigurationView",
    "Connections",
    "ConnectionModelView",
    "Pools",
    "PoolModelView",
    "Variables",
    "VariableModelView",
    "XComs",
    "XComModelView",
];
