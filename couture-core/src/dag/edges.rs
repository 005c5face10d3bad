//! Order without data: `a >> b`, `a >> [b, c]`, `[b, c] << a`.

use std::ops::{Shl, Shr};

use super::builder::Out;
use crate::ids::TaskIndex;

/// One task or several, on a side of `>>` or `<<`.
pub trait Nodes<'d> {
    #[doc(hidden)]
    fn each(&self, visit: &mut dyn FnMut(TaskIndex));
}

impl<'d, T> Nodes<'d> for Out<'d, T> {
    fn each(&self, visit: &mut dyn FnMut(TaskIndex)) {
        visit(self.index());
    }
}

impl<'d, N: Nodes<'d>, const COUNT: usize> Nodes<'d> for [N; COUNT] {
    fn each(&self, visit: &mut dyn FnMut(TaskIndex)) {
        self.iter().for_each(|node| node.each(visit));
    }
}

impl<'d, N: Nodes<'d>> Nodes<'d> for Vec<N> {
    fn each(&self, visit: &mut dyn FnMut(TaskIndex)) {
        self.iter().for_each(|node| node.each(visit));
    }
}

macro_rules! tuple_nodes {
    ($($name:ident $at:tt),*) => {
        impl<'d, $($name: Nodes<'d>),*> Nodes<'d> for ($($name,)*) {
            fn each(&self, visit: &mut dyn FnMut(TaskIndex)) {
                $(self.$at.each(visit);)*
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
        impl<'d, T, U, $($generics)*> Shr<Out<'d, U>> for $several {
            type Output = Out<'d, U>;
            fn shr(self, downstream: Out<'d, U>) -> Out<'d, U> {
                self.each(&mut |node| downstream.dag().edge(node, downstream.index()));
                downstream
            }
        }

        impl<'d, T, U, $($generics)*> Shl<Out<'d, U>> for $several {
            type Output = Out<'d, U>;
            fn shl(self, upstream: Out<'d, U>) -> Out<'d, U> {
                self.each(&mut |node| upstream.dag().edge(upstream.index(), node));
                upstream
            }
        }
    };
}
several!([const COUNT: usize] [Out<'d, T>; COUNT]);
several!([] Vec<Out<'d, T>>);
