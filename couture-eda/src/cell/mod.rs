//! What one cell of text says: its kind and, where it has one, its value as a number.

mod kind;
mod moment;
mod number;
mod reading;

pub use kind::{Kind, Kinds};
pub use reading::{Cell, NULL_TOKENS, classify, null_token};
