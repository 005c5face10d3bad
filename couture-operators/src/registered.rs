//! What is linked into this program: operators by tag, functions by name.

use couture_core::registered_tags;

use crate::function::RegisteredFunction;
use crate::{
    BashOperator, BranchDateTimeOperator, BranchDayOfWeekOperator, BranchOperator, EmailOperator, EmptyOperator,
    FnOperator, LatestOnlyOperator, ShortCircuitOperator,
};

/// Makes sure that the operators of this crate are linked into the program.
///
/// A crate that a program uses nothing of is not linked, and then a stored DAG does not find its operators.
pub fn link() {
    std::hint::black_box([
        std::any::type_name::<BashOperator>(),
        std::any::type_name::<crate::EdaMergeOperator>(),
        std::any::type_name::<crate::EdaOperator>(),
        std::any::type_name::<EmailOperator>(),
        std::any::type_name::<BranchDateTimeOperator>(),
        std::any::type_name::<BranchDayOfWeekOperator>(),
        std::any::type_name::<BranchOperator>(),
        std::any::type_name::<EmptyOperator>(),
        std::any::type_name::<FnOperator>(),
        std::any::type_name::<LatestOnlyOperator>(),
        std::any::type_name::<ShortCircuitOperator>(),
        std::any::type_name::<crate::sensor::FnSensor>(),
        std::any::type_name::<crate::DagOperator>(),
        std::any::type_name::<crate::LoopableBatchOperator>(),
        std::any::type_name::<crate::SimpleHttpOperator>(),
        std::any::type_name::<crate::PythonOperator>(),
    ]);
    std::hint::black_box(Registered::now as fn() -> Registered);
}

/// The operators and functions of this program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registered {
    /// The tags of operators, in order; one that is there twice is wrong.
    pub tags: Vec<&'static str>,
    /// The names of functions, in order; one that is there twice is wrong.
    pub functions: Vec<&'static str>,
}

/// Names that two operators or two functions of this program share.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("these names are registered twice: {}; rename one of each", .names.join(", "))]
pub struct RegistrationError {
    /// Those names.
    pub names: Vec<String>,
}

impl Registered {
    /// What is linked.
    pub fn now() -> Self {
        let mut functions: Vec<_> = inventory::iter::<RegisteredFunction>().map(|function| function.name).collect();
        functions.sort_unstable();
        Self { tags: registered_tags(), functions }
    }

    /// Refuses equal names. A program calls this at its start.
    pub fn check(&self) -> Result<(), RegistrationError> {
        let twice = |kind: &str, names: &[&str]| -> Vec<String> {
            let mut found: Vec<_> = names.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]).collect();
            found.dedup();
            found.into_iter().map(|name| format!("{kind} {name:?}")).collect()
        };
        let mut names = twice("operator", &self.tags);
        names.extend(twice("function", &self.functions));
        if names.is_empty() { Ok(()) } else { Err(RegistrationError { names }) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_names_are_found() {
        link();
        let registered = Registered::now();
        assert_eq!(registered.check(), Ok(()));
        for tag in ["bash", "email", "empty", "fn"] {
            assert!(registered.tags.contains(&tag), "{tag}");
        }
        let twice = Registered { tags: vec!["a", "bash", "bash", "bash"], functions: vec!["f", "f", "g"] };
        let error = twice.check().unwrap_err().to_string();
        assert_eq!(error, "these names are registered twice: operator \"bash\", function \"f\"; rename one of each");
    }
}
