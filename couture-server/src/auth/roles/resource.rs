//! To what something may be done.

use std::fmt;

use super::action::Action;
use super::action::Action::{Create, Delete, Edit, Read};

macro_rules! resources {
    ($($(#[doc = $doc:literal])* $name:ident = $text:literal: $actions:expr, $of_dag:expr;)*) => {
        /// To what something may be done, by the name that a permission has for it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Resource { $($(#[doc = $doc])* $name,)* }

        impl Resource {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// Its name in a permission.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// What can be done to it.
            pub const fn actions(self) -> &'static [Action] {
                match self { $(Self::$name => &$actions,)* }
            }

            /// Whether each belongs to a DAG, so that the DAG's own permissions count too.
            pub const fn is_of_dag(self) -> bool {
                match self { $(Self::$name => $of_dag,)* }
            }
        }
    };
}

/// It belongs to a DAG.
const DAG: bool = true;
/// It belongs to no DAG.
const ALONE: bool = false;

resources! {
    /// DAGs themselves: whoever may read or edit a DAG needs nothing more for that.
    Dags = "DAGs": [Read, Edit, Delete], DAG;
    /// The source of a DAG.
    DagCode = "DAG Code": [Read], DAG;
    /// What is odd about a DAG.
    DagWarnings = "DAG Warnings": [Read], DAG;
    /// Runs of DAGs.
    DagRuns = "DAG Runs": [Read, Create, Edit, Delete], DAG;
    /// Task instances.
    TaskInstances = "Task Instances": [Read, Edit], DAG;
    /// Logs of attempts.
    TaskLogs = "Task Logs": [Read], DAG;
    /// The XComs of one task instance.
    TaskXComs = "Task XComs": [Read], DAG;
    /// Backfills.
    Backfills = "Backfills": [Read, Create, Edit], DAG;
    /// SLA misses.
    SlaMisses = "SLA Misses": [Read], DAG;
    /// DAG files that cannot be read.
    ImportErrors = "ImportError": [Read], ALONE;
    /// The first page.
    Website = "Website": [Read], ALONE;
    /// The schedulers and workers.
    Jobs = "Jobs": [Read], ALONE;
    /// The audit log.
    AuditLogs = "Audit Logs": [Read], ALONE;
    /// The version of the server.
    Version = "Version": [Read], ALONE;
    /// Assets and their events.
    Assets = "Assets": [Read, Create], ALONE;
    /// All XComs together, and changing them.
    XComs = "XComs": [Read, Create, Edit, Delete], DAG;
    /// Variables.
    Variables = "Variables": [Read, Create, Edit, Delete], ALONE;
    /// Connections.
    Connections = "Connections": [Read, Create, Edit, Delete], ALONE;
    /// Pools.
    Pools = "Pools": [Read, Create, Edit, Delete], ALONE;
    /// The settings of the server.
    Configurations = "Configurations": [Read], ALONE;
    /// Spark, Hadoop, Livy, LDAP and Kerberos configurations.
    ClusterConfigurations = "Cluster Configurations": [Read, Edit], ALONE;
    /// The files of DAGs.
    DagFiles = "Manage DAGs": [Read, Create, Edit, Delete], ALONE;
    /// Code artifacts.
    CodeArtifacts = "Code Artifacts": [Read, Create, Edit, Delete], ALONE;
    /// Code bricks.
    CodeBricks = "Code Bricks": [Read, Create, Edit, Delete], ALONE;
    /// Exploratory data analysis.
    Eda = "Exploratory Data Analysis": [Read, Create, Delete], ALONE;
    /// Notebooks.
    Notebooks = "Jupyter Notebook": [Read, Edit], ALONE;
    /// Models and data sets.
    Models = "Models and Datasets": [Read, Create, Edit, Delete], ALONE;
    /// The Git configuration.
    Git = "Git Configuration": [Read, Edit], ALONE;
    /// Dashboards.
    Visualisations = "Visualisations": [Read, Edit], ALONE;
    /// Users.
    Users = "Users": [Read, Create, Edit, Delete], ALONE;
    /// Roles.
    Roles = "Roles": [Read, Create, Edit, Delete], ALONE;
    /// How often users logged in.
    UserStatistics = "User's Statistics": [Read], ALONE;
    /// The key that encrypts variables and connections.
    FernetKey = "Fernet Key": [Edit], ALONE;
    /// One's own name and e-mail.
    MyProfile = "My Profile": [Read, Edit], ALONE;
    /// One's own password.
    MyPassword = "My Password": [Edit], ALONE;
    /// One's own API tokens and sessions.
    MyTokens = "My API Tokens": [Read, Create, Delete], ALONE;
}

impl Resource {
    /// What a permission on every DAG is on.
    pub const ALL_DAGS: &'static str = "all_dags";
    /// What a permission on one DAG is on, followed by its id.
    pub const DAG_PREFIX: &'static str = "DAG:";

    /// The resource of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|resource| resource.name() == name)
    }
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        for resource in Resource::ALL {
            assert_eq!(Resource::parse(resource.name()), Some(*resource));
            assert!(!resource.actions().is_empty() && resource.name() != Resource::ALL_DAGS);
        }
        for action in Action::ALL {
            assert_eq!(Action::parse(action.name()), Some(action));
        }
        assert_eq!((Resource::parse("DAG:x"), Action::parse("can_fly")), (None, None));
    }
}
