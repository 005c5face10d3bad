//! Data edges: which handles fit which input type.

use super::builder::{DagBuilder, Out};
use super::model::Input;
use crate::ids::TaskIndex;

/// What can be wired into an operator whose input is a `T`.
#[diagnostic::on_unimplemented(
    message = "this operator takes `{T}` as input, but `{Self}` is wired to it",
    label = "this does not carry it",
    note = "`()` fits an operator without input; one task's `Out<T>` fits `T`; a tuple `(Out<A>, Out<B>)` fits `(A, B)`; a `Vec<Out<T>>` or array fits `Vec<T>`",
    note = "for order without data, pass `()` and write `a >> b`"
)]
pub trait Wire<T> {
    /// The tasks of `dag` whose outputs make the input. A task of another DAG is refused by [`DagBuilder::build`].
    fn sources(&self, dag: &DagBuilder) -> Input;
}

impl Wire<()> for () {
    fn sources(&self, _: &DagBuilder) -> Input {
        Input::None
    }
}

impl<T> Wire<T> for Out<'_, T> {
    fn sources(&self, dag: &DagBuilder) -> Input {
        Input::One(self.index_in(dag))
    }
}

impl<T> Wire<Vec<T>> for Vec<Out<'_, T>> {
    fn sources(&self, dag: &DagBuilder) -> Input {
        Input::Many(indexes(self, dag))
    }
}

impl<T, const N: usize> Wire<Vec<T>> for [Out<'_, T>; N] {
    fn sources(&self, dag: &DagBuilder) -> Input {
        Input::Many(indexes(self, dag))
    }
}

fn indexes<T>(tasks: &[Out<'_, T>], dag: &DagBuilder) -> Box<[TaskIndex]> {
    tasks.iter().map(|task| task.index_in(dag)).collect()
}

macro_rules! tuple_wire {
    ($($name:ident $at:tt),*) => {
        impl<$($name),*> Wire<($($name,)*)> for ($(Out<'_, $name>,)*) {
            fn sources(&self, dag: &DagBuilder) -> Input {
                Input::Many([$(self.$at.index_in(dag)),*].into())
            }
        }
    };
}
tuple_wire!(A 0);
tuple_wire!(A 0, B 1);
tuple_wire!(A 0, B 1, C 2);
tuple_wire!(A 0, B 1, C 2, D 3);
tuple_wire!(A 0, B 1, C 2, D 3, E 4);
tuple_wire!(A 0, B 1, C 2, D 3, E 4, F 5);
