//! Operators that speak HTTP.

mod client;
mod operator;
mod request;

pub(crate) use client::{MAX_BODY_BYTES, body, client, cryptography};
pub use operator::{HttpOperator, SimpleHttpOperator};
pub use request::{HttpOptions, HttpRequest};
pub(crate) use request::{TEMPLATE_FIELDS, address};
