//! Files, folders, patterns, URLs, databases in files, and the program itself.

mod importance;
mod places;
mod program;
