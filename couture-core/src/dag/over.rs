//! Dynamic task mapping, as it is written: the elements must fit the operator.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;

use super::builder::{DagBuilder, Out};
use super::error::DagError;
use super::expand::{Expand, ExpandSource};
use super::model::Input;
use crate::task::{DynOperator, Operator};

/// What an operator whose input is a `T` can be mapped over: a list of `T`, here or as the output of a task; or two or three
/// of these, whose elements are combined into the tuple `T`.
#[diagnostic::on_unimplemented(
    message = "this operator takes `{T}` as input, and `{Self}` has no elements of that type",
    label = "this cannot be mapped over",
    note = "a `Vec<T>` or an array fits, as does a task's `Out<Vec<T>>` (of a map, its pairs); a tuple of two or three of them fits `(A, B)` or `(A, B, C)`"
)]
pub trait Over<T> {
    /// Where the elements come from, one of a tuple after the other.
    fn sources(&self, dag: &DagBuilder) -> Vec<ExpandSource>;
}

fn literal<T: Serialize>(list: &[T], dag: &DagBuilder) -> Vec<ExpandSource> {
    let list: Result<Arc<[Value]>, _> = list.iter().map(serde_json::to_value).collect();
    let list = list.unwrap_or_else(|error| {
        dag.refuse(DagError::Attribute(format!("an element to map over cannot be held as JSON: {error}")));
        Arc::default()
    });
    vec![ExpandSource::Literal(list)]
}

impl<T: Serialize> Over<T> for Vec<T> {
    fn sources(&self, dag: &DagBuilder) -> Vec<ExpandSource> {
        literal(self, dag)
    }
}

impl<T: Serialize, const N: usize> Over<T> for [T; N] {
    fn sources(&self, dag: &DagBuilder) -> Vec<ExpandSource> {
        literal(self, dag)
    }
}

impl<T> Over<T> for Out<'_, Vec<T>> {
    fn sources(&self, dag: &DagBuilder) -> Vec<ExpandSource> {
        vec![ExpandSource::Output(self.index_in(dag))]
    }
}

impl<K, V> Over<(K, V)> for Out<'_, BTreeMap<K, V>> {
    fn sources(&self, dag: &DagBuilder) -> Vec<ExpandSource> {
        vec![ExpandSource::Output(self.index_in(dag))]
    }
}

macro_rules! tuple_over {
    ($($name:ident $element:ident $at:tt),*) => {
        impl<$($name: Over<$element>, $element),*> Over<($($element,)*)> for ($($name,)*) {
            fn sources(&self, dag: &DagBuilder) -> Vec<ExpandSource> {
                [$(self.$at.sources(dag)),*].concat()
            }
        }
    };
}
tuple_over!(A X 0, B Y 1);
tuple_over!(A X 0, B Y 1, C Z 2);

impl DagBuilder {
    /// Adds a mapped task: one instance for each element of `over`, or for each combination where it is a tuple. Those after it get the
    /// list of all that the instances give.
    pub fn expand<O, W>(&self, task_id: impl AsRef<str>, operator: O, over: W) -> Out<'_, Vec<O::Output>>
    where
        O: Operator + DynOperator,
        W: Over<O::Input>,
    {
        self.erased_expand(task_id, Arc::new(operator), over.sources(self))
    }

    /// The same for an operator without input, whose templates name the element: `{{ element }}`.
    pub fn expand_templates<O, T, W>(&self, task_id: impl AsRef<str>, operator: O, over: W) -> Out<'_, Vec<O::Output>>
    where
        O: Operator<Input = ()> + DynOperator,
        W: Over<T>,
    {
        self.erased_expand(task_id, Arc::new(operator), over.sources(self))
    }

    /// Adds a mapped task whose operator's types are known to the caller alone; nothing checks that the elements fit.
    pub fn erased_expand<T>(
        &self,
        task_id: impl AsRef<str>,
        operator: Arc<dyn DynOperator>,
        sources: Vec<ExpandSource>,
    ) -> Out<'_, T> {
        self.add(task_id.as_ref(), operator, Input::None, Some(Box::new(Expand { sources: sources.into() })))
    }
}
