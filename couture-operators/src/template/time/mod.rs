//! Times, as Python and pendulum have them.

mod difference;
mod format;
mod methods;
mod moment;
mod span;
mod zone;

pub(super) use difference::for_humans;
pub(super) use format::strptime;
pub(super) use methods::civil;
pub(super) use moment::{Flavour, Moment};
pub(super) use span::Span;
pub(super) use zone::Zone;
