//! Templates: Jinja with Airflow's names, filled in just before an attempt runs.
//!
//! [`JinjaTemplates`] is the service. One attempt is rendered from its `Facts`, through an `Engine` that holds the DAG's names,
//! filters and files. A value that must be looked up (a variable, a connection, an XCom) ends the rendering; it is fetched, and the
//! rendering begins again: so no thread ever waits.

mod arguments;
mod arithmetic;
mod asset_events;
mod bounded;
mod calls;
pub(crate) mod changes;
mod code;
mod context;
pub(crate) mod earlier;
mod engine;
mod error;
mod fields;
mod files;
mod filters;
mod foreign;
mod json;
mod lookups;
mod macros;
mod methods;
mod names;
mod objects;
mod service;
mod shape;
mod task_instance;
mod time;

pub(crate) use calls::{Call, Caller};
pub(crate) use context::Facts as AttemptFacts;
pub use engine::TemplateLimits;
pub(crate) use foreign::ForeignFields;
pub use service::{JinjaTemplates, TemplateSettings};
