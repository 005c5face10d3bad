//! The page at `/`: what runs, and how to use it. No scripts; everything in it that comes from elsewhere is escaped.

mod answer;
mod contents;
mod escaped;

pub(crate) use answer::get;
