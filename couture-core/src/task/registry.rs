//! Which operators are linked into this program.

/// A tag that [`operator!`](crate::operator!) registered.
#[doc(hidden)]
pub struct RegisteredTag(pub &'static str);

inventory::collect!(RegisteredTag);

/// The tags of all operators in this program, in order. A tag that is there twice belongs to two operators, and neither can
/// be found: a program that starts checks this.
pub fn registered_tags() -> Vec<&'static str> {
    let mut tags: Vec<_> = inventory::iter::<RegisteredTag>().map(|tag| tag.0).collect();
    tags.sort_unstable();
    tags
}
