//! What changes, as it changes: events from the store's journals.

mod changed_dags;
mod event;
mod hub;
mod naming;
mod position;
mod subscription;

pub use changed_dags::{Changed, ChangedDags};
pub use event::{LiveChange, LiveEvent};
pub use hub::{LiveHub, LiveSources};
pub use position::Position;
pub use subscription::{Delivery, Subscription};
