//! `/ui/…`: what the page shows of a DAG, each view in one answer.

mod calendar;
mod cell;
mod dashboard;
mod focus;
mod graph;
mod grid;
mod group_tree;
mod history;
mod routing;

pub(super) use routing::{doc, routes};
