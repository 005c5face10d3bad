//! Dynamic task mapping: one task, as many instances as there are elements.

use std::sync::Arc;

use serde_json::Value;

use crate::ids::TaskIndex;

/// What a mapped task is expanded over: all combinations of the elements of its sources, the last source changing fastest. With one
/// source an instance's input is the element; with several it is the JSON array of the elements.
#[derive(Clone, Debug, PartialEq)]
pub struct Expand {
    /// At least one.
    pub sources: Box<[ExpandSource]>,
}

/// A list of elements.
#[derive(Clone, Debug, PartialEq)]
pub enum ExpandSource {
    /// These.
    Literal(Arc<[Value]>),
    /// Those of the list that a task gives; of an object, its `[key, value]` pairs by key; of a mapped task, its instances' outputs.
    Output(TaskIndex),
}

impl Expand {
    /// The tasks whose outputs it takes.
    pub fn upstream(&self) -> impl Iterator<Item = TaskIndex> {
        self.sources.iter().filter_map(|source| match source {
            ExpandSource::Output(task) => Some(*task),
            ExpandSource::Literal(_) => None,
        })
    }

    /// Which element of each source belongs to instance `map_index`, given the sources' lengths, of which none is 0.
    pub fn elements(lengths: &[usize], map_index: usize) -> Vec<usize> {
        let mut rest = map_index;
        let mut at = vec![0; lengths.len()];
        for (place, length) in lengths.iter().enumerate().rev() {
            at[place] = rest % length;
            rest /= length;
        }
        at
    }
}
