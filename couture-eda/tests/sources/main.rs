//! Files, folders, patterns, URLs, and databases in files.

mod forbidden;
mod importance;
mod places;
