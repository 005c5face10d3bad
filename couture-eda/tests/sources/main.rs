//! Files, folders, patterns, URLs, and databases in files.

mod importance;
mod places;
