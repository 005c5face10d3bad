//! What each view of the original product offered, and what that is here.
//!
//! A role could do on a view what the view offered, cut with the role's lists: being in both lists gives nothing that the view does not
//! have. This is the one place where the old names meet the new ones.

use super::action::Action::{self, Create, Delete, Edit, Read};
use super::resource::Resource::{
    self, AuditLogs, Configurations, Connections, DagCode, DagRuns, Dags, Jobs, Pools, SlaMisses, TaskInstances,
    TaskLogs, TaskXComs, Variables, Version, Website, XComs,
};

/// Something that a view offered.
#[derive(Clone, Copy, Debug)]
pub struct Offer {
    /// The view.
    pub view: &'static str,
    /// The permission.
    pub permission: &'static str,
    /// What became of it.
    pub fate: Fate,
}

/// What became of something that was offered.
#[derive(Clone, Copy, Debug)]
pub enum Fate {
    /// It is this.
    Is(Action, Resource),
    /// There is no such thing here, for a reason.
    WithoutObject(&'static str),
}

macro_rules! offers {
    ($($view:literal { $($permission:literal => $fate:expr;)* })*) => {
        /// Every pair of view and permission that was offered.
        pub const OFFERS: &[Offer] =
            &[$($(Offer { view: $view, permission: $permission, fate: $fate },)*)*];
    };
}

const fn is(action: Action, resource: Resource) -> Fate {
    Fate::Is(action, resource)
}

const PICKLES: Fate = Fate::WithoutObject("nothing is ever pickled");

offers! {
    "Airflow" {
        "can_index" => is(Read, Website);
        "can_dag_stats" => is(Read, DagRuns);
        "can_task_stats" => is(Read, TaskInstances);
        "can_blocked" => is(Read, DagRuns);
        "can_dag_details" => is(Read, Dags);
        "can_code" => is(Read, DagCode);
        "can_log" => is(Read, TaskLogs);
        "can_get_logs_with_metadata" => is(Read, TaskLogs);
        "can_rendered" => is(Read, TaskInstances);
        "can_task" => is(Read, TaskInstances);
        "can_task_instances" => is(Read, TaskInstances);
        "can_xcom" => is(Read, TaskXComs);
        "can_pickle_info" => PICKLES;
        "can_graph" => is(Read, TaskInstances);
        "can_tree" => is(Read, TaskInstances);
        "can_gantt" => is(Read, TaskInstances);
        "can_tries" => is(Read, TaskInstances);
        "can_duration" => is(Read, TaskInstances);
        "can_landing_times" => is(Read, TaskInstances);
        "can_run" => is(Edit, TaskInstances);
        "can_clear" => is(Edit, TaskInstances);
        "can_success" => is(Edit, TaskInstances);
        "can_dagrun_clear" => is(Edit, DagRuns);
        "can_trigger" => is(Create, DagRuns);
        "can_paused" => is(Edit, Dags);
        "can_refresh" => is(Edit, Dags);
        "can_delete" => is(Delete, Dags);
    }
    "DagModelView" {
        "can_list" => is(Read, Dags);
        "can_show" => is(Read, Dags);
    }
    "DagRunModelView" {
        "can_list" => is(Read, DagRuns);
        "can_add" => is(Create, DagRuns);
        "muldelete" => is(Delete, DagRuns);
        "set_running" => is(Edit, DagRuns);
        "set_failed" => is(Edit, DagRuns);
        "set_success" => is(Edit, DagRuns);
    }
    "TaskInstanceModelView" {
        "can_list" => is(Read, TaskInstances);
        "clear" => is(Edit, TaskInstances);
        "set_running" => is(Edit, TaskInstances);
        "set_failed" => is(Edit, TaskInstances);
        "set_success" => is(Edit, TaskInstances);
    }
    "SlaMissModelView" { "can_list" => is(Read, SlaMisses); }
    "JobModelView" { "can_list" => is(Read, Jobs); }
    "LogModelView" { "can_list" => is(Read, AuditLogs); }
    "VersionView" { "can_version" => is(Read, Version); }
    "ConfigurationView" { "can_conf" => is(Read, Configurations); }
    "ConnectionModelView" {
        "can_list" => is(Read, Connections);
        "can_add" => is(Create, Connections);
        "can_edit" => is(Edit, Connections);
        "can_delete" => is(Delete, Connections);
        "muldelete" => is(Delete, Connections);
    }
    "PoolModelView" {
        "can_list" => is(Read, Pools);
        "can_add" => is(Create, Pools);
        "can_edit" => is(Edit, Pools);
        "can_delete" => is(Delete, Pools);
        "muldelete" => is(Delete, Pools);
    }
    "VariableModelView" {
        "can_list" => is(Read, Variables);
        "can_add" => is(Create, Variables);
        "can_edit" => is(Edit, Variables);
        "can_delete" => is(Delete, Variables);
        "muldelete" => is(Delete, Variables);
        "can_varimport" => is(Create, Variables);
    }
    "XComModelView" {
        "can_list" => is(Read, XComs);
        "can_add" => is(Create, XComs);
        "can_edit" => is(Edit, XComs);
        "can_delete" => is(Delete, XComs);
        "muldelete" => is(Delete, XComs);
    }
}

const MENU: &str = "an entry of a menu: it is shown to whoever may read what is behind it";

/// Names of the lists that stand for nothing here, each with the reason.
pub const WITHOUT_OBJECT: [(&str, &str); 20] = [
    ("menu_access", MENU),
    ("can_chart", "the pages of charts that users made of SQL were not part of the product's own page"),
    ("can_pickle_info", "nothing is ever pickled"),
    ("Browse", MENU),
    ("DAG Runs", MENU),
    ("Task Instances", MENU),
    ("SLA Misses", MENU),
    ("Jobs", MENU),
    ("Logs", MENU),
    ("Docs", "links to pages elsewhere, which need no permission"),
    ("Documentation", "a link to pages elsewhere, which needs no permission"),
    ("GitHub", "a link to pages elsewhere, which needs no permission"),
    ("About", MENU),
    ("Version", MENU),
    ("Admin", MENU),
    ("Configurations", MENU),
    ("Connections", MENU),
    ("Pools", MENU),
    ("Variables", MENU),
    ("XComs", MENU),
];
