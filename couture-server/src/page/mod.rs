//! The web page: embedded files that the build makes of `ui/`, served to everybody alike.

mod absent;
mod answer;
mod file;

pub(crate) use answer::answer;
