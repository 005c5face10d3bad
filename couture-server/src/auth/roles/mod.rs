//! What there is to permit, and which role may what.
//!
//! `seed_lists` holds the names of the original product's permissions and views, `offers` what each became here, and `built_in`
//! makes the roles of them.

mod action;
mod built_in;
mod dag_filter;
mod granted;
mod offers;
mod resource;
mod seed_lists;

pub use action::Action;
pub use built_in::{BuiltInRole, built_in_roles};
pub use dag_filter::DagFilter;
pub use granted::Granted;
pub(in crate::auth) use granted::check_permission;
pub use offers::{Fate, OFFERS, Offer, WITHOUT_OBJECT};
pub use resource::Resource;
pub use seed_lists::{OP_PERMS, OP_VMS, USER_PERMS, VIEWER_PERMS, VIEWER_VMS};
