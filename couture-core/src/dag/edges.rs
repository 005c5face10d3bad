//! Order without data: `a >> b`, `a >> [b, c]`, `[b, c] << a`.
//!
//! The compiler takes `a >> b;` for arithmetic whose result is lost, and warns. Put such lines into [`order!`](crate::order!), say
//! `#[allow(unused_must_use)]` on the function that defines the DAG, or write `a.set_downstream(&b)`.

use std::ops::{Shl, Shr};

use super::builder::{DagBuilder, Out};
use crate::ids::TaskIndex;

/// One task or several, on a side of `>>` or `<<`.
#[diagnostic::on_unimplemented(
    message = "`>>` and `<<` order tasks, and `{Self}` is none",
    label = "this is not a task",
    note = "write `a >> b`, `a >> [b, c]` or `a >> (b, c)` with what `DagBuilder::task` gave; a tuple's tasks may differ in their outputs"
)]
pub trait Nodes<'d> {
    /// Visits the places of the tasks in `dag`, which refuses to be built where one is of another DAG.
    #[doc(hidden)]
    fn each(&self, dag: &DagBuilder, visit: &mut dyn FnMut(TaskIndex));

    /// The same where others wait for the tasks: of a group, its last ones.
    #[doc(hidden)]
    fn each_last(&self, dag: &DagBuilder, visit: &mut dyn FnMut(TaskIndex)) {
        self.each(dag, visit);
    }
}

impl<'d, T> Nodes<'d> for Out<'d, T> {
    fn each(&self, dag: &DagBuilder, visit: &mut dyn FnMut(TaskIndex)) {
        visit(self.index_in(dag));
    }
}

impl<'d, N: Nodes<'d>, const COUNT: usize> Nodes<'d> for [N; COUNT] {
    fn each(&self, dag: &DagBuilder, visit: &mut dyn FnMut(TaskIndex)) {
        self.iter().for_each(|node| node.each(dag, visit));
    }
    fn each_last(&self, dag: &DagBuilder, visit: &mut dyn FnMut(TaskIndex)) {
        self.iter().for_each(|node| node.each_last(dag, visit));
    }
}

impl<'d, N: Nodes<'d>> Nodes<'d> for Vec<N> {
    fn each(&self, dag: &DagBuilder, visit: &mut dyn FnMut(TaskIndex)) {
        self.iter().for_each(|node| node.each(dag, visit));
    }
    fn each_last(&self, dag: &DagBuilder, visit: &mut dyn FnMut(TaskIndex)) {
        self.iter().for_each(|node| node.each_last(dag, visit));
    }
}

macro_rules! tuple_nodes {
    ($($name:ident $at:tt),*) => {
        impl<'d, $($name: Nodes<'d>),*> Nodes<'d> for ($($name,)*) {
            fn each(&self, dag: &DagBuilder, visit: &mut dyn FnMut(TaskIndex)) {
                $(self.$at.each(dag, visit);)*
            }
            fn each_last(&self, dag: &DagBuilder, visit: &mut dyn FnMut(TaskIndex)) {
                $(self.$at.each_last(dag, visit);)*
            }
        }
    };
}
tuple_nodes!(A 0, B 1);
tuple_nodes!(A 0, B 1, C 2);
tuple_nodes!(A 0, B 1, C 2, D 3);

impl<'d, T, N: Nodes<'d>> Shr<N> for Out<'d, T> {
    type Output = N;
    fn shr(self, downstream: N) -> N {
        self.set_downstream(&downstream);
        downstream
    }
}

impl<'d, T, N: Nodes<'d>> Shl<N> for Out<'d, T> {
    type Output = N;
    fn shl(self, upstream: N) -> N {
        self.set_upstream(&upstream);
        upstream
    }
}

macro_rules! several {
    ([$($generics:tt)*] $several:ty) => {
        impl<'d, U, $($generics)*> Shr<Out<'d, U>> for $several {
            type Output = Out<'d, U>;
            fn shr(self, downstream: Out<'d, U>) -> Out<'d, U> {
                downstream.set_upstream(&self);
                downstream
            }
        }

        impl<'d, U, $($generics)*> Shl<Out<'d, U>> for $several {
            type Output = Out<'d, U>;
            fn shl(self, upstream: Out<'d, U>) -> Out<'d, U> {
                upstream.set_downstream(&self);
                upstream
            }
        }
    };
}
several!([T, const COUNT: usize] [Out<'d, T>; COUNT]);
several!([T] Vec<Out<'d, T>>);
several!([A, B] (Out<'d, A>, Out<'d, B>));
several!([A, B, C] (Out<'d, A>, Out<'d, B>, Out<'d, C>));
several!([A, B, C, D] (Out<'d, A>, Out<'d, B>, Out<'d, C>, Out<'d, D>));

/// States order without data, without the compiler's warning about a computation whose result is lost:
/// `order! { a >> b >> c; a >> [d, e]; [d, e] << b }`.
///
/// ```
/// # use couture_core::{DagBuilder, Operator, TaskContext, Failure, operator, order};
/// # use serde::{Serialize, Deserialize};
/// # #[derive(Serialize, Deserialize, Debug)]
/// # struct Nothing;
/// # #[async_trait::async_trait]
/// # impl Operator for Nothing {
/// #     type Input = ();
/// #     type Output = ();
/// #     async fn run(&self, _: (), _: &TaskContext) -> Result<(), Failure> { Ok(()) }
/// # }
/// # operator!(Nothing, "doc.order");
/// let dag = DagBuilder::new("ordered");
/// let [a, b, c, d] = ["a", "b", "c", "d"].map(|id| dag.task(id, Nothing, ()));
/// order! { a >> b >> d; a >> c; d << c }
/// let dag = dag.build().unwrap();
/// assert_eq!(dag.task(dag.find("d").unwrap()).upstream.len(), 2);
/// ```
#[macro_export]
macro_rules! order {
    ($($edges:expr);+ $(;)?) => {{ $(let _ = $edges;)+ }};
}
