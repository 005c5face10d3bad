//! Data edges: which handles fit which input type.

use super::builder::Out;
use super::model::Input;

/// What can be wired into an operator whose input is a `T`.
#[diagnostic::on_unimplemented(
    message = "this operator takes `{T}` as input, but `{Self}` is wired to it",
    label = "this carries something else",
    note = "`()` fits an operator without input; one task's `Out<T>` fits `T`; a tuple `(Out<A>, Out<B>)` fits `(A, B)`; a `Vec<Out<T>>` or array fits `Vec<T>`",
    note = "for order without data, pass `()` and write `a >> b`"
)]
pub trait Wire<T> {
    /// The tasks whose outputs make the input.
    fn sources(&self) -> Input;
}

impl Wire<()> for () {
    fn sources(&self) -> Input {
        Input::None
    }
}

impl<T> Wire<T> for Out<'_, T> {
    fn sources(&self) -> Input {
        Input::One(self.index())
    }
}

impl<T> Wire<Vec<T>> for Vec<Out<'_, T>> {
    fn sources(&self) -> Input {
        Input::Many(self.iter().map(Out::index).collect())
    }
}

impl<T, const N: usize> Wire<Vec<T>> for [Out<'_, T>; N] {
    fn sources(&self) -> Input {
        Input::Many(self.iter().map(Out::index).collect())
    }
}

macro_rules! tuple_wire {
    ($($name:ident $at:tt),*) => {
        impl<$($name),*> Wire<($($name,)*)> for ($(Out<'_, $name>,)*) {
            fn sources(&self) -> Input {
                Input::Many([$(self.$at.index()),*].into())
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
