//! Tidy: what the compiler does not check of the whole workspace, from `cargo metadata` and the sources.
//!
//! A rule is a function that reports what breaks it. Each has a test that shows it a small offender, so that a rule which finds
//! nothing is known to be able to.

mod architecture;
mod arrows;
mod data;
mod licences;
mod marks;
mod metadata;
mod names;
mod places;
mod purity;
mod report;
mod roots;
mod rust_code;
mod sizes;
mod sleeps;
mod tree;
mod unsafety;

use report::Report;
use tree::Tree;

#[test]
fn every_file_is_tidy() {
    let tree = Tree::read();
    let mut report = Report::default();
    for file in &tree.files {
        for rule in
            [marks::check, names::check, places::check, purity::check, roots::check, sleeps::check, unsafety::check]
        {
            rule(file, &mut report);
        }
    }
    report.assert_empty();
}

#[test]
fn the_tree_as_a_whole_is_tidy() {
    let tree = Tree::read();
    let mut report = Report::default();
    for rule in [architecture::check, data::check, sizes::check, sleeps::check_allowed] {
        rule(&tree, &mut report);
    }
    report.assert_empty();
}

#[test]
fn dependencies_are_tidy() {
    let metadata = metadata::Metadata::of_workspace();
    let mut report = Report::default();
    for rule in [arrows::check, arrows::check_single_versions, licences::check] {
        rule(&metadata, &mut report);
    }
    report.assert_empty();
}
