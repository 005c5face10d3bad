//! Timetables that users write in Rust.

use super::timetable::Timetable;

/// A [`Timetable`] that a DAG can store: JSON carries it under the key `type`. [`timetable!`](crate::timetable!) implements it.
#[typetag::serde(tag = "type")]
pub trait RegisteredTimetable: Timetable {}

/// A tag that [`timetable!`](crate::timetable!) registered.
#[doc(hidden)]
pub struct RegisteredTimetableTag(pub &'static str);

inventory::collect!(RegisteredTimetableTag);

/// The tags of all timetables in this program, in order. A tag that is there twice belongs to two timetables, and neither can
/// be found: a program that starts checks this.
pub fn registered_timetable_tags() -> Vec<&'static str> {
    let mut tags: Vec<_> = inventory::iter::<RegisteredTimetableTag>().map(|tag| tag.0).collect();
    tags.sort_unstable();
    tags
}

/// Registers a [`Timetable`] under a tag: `couture_core::timetable!(MarketDays, "bank.market_days");`
///
/// The type is also `Serialize` and `DeserializeOwned`. Tags are unique in a program and stable for ever.
#[macro_export]
macro_rules! timetable {
    ($timetable:ty, $tag:literal) => {
        const _: () = {
            use $crate::__private::typetag;

            $crate::__private::inventory::submit! { $crate::schedule::RegisteredTimetableTag($tag) }

            #[typetag::serde(name = $tag)]
            impl $crate::schedule::RegisteredTimetable for $timetable {}
        };
    };
}
