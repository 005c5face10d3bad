//! Which crate may never see which.

use crate::metadata::Metadata;
use crate::report::Report;

const MANIFEST: &str = "Cargo.toml";

/// A crate, and what it may not depend on, not even through others.
const NEVER: [(&str, &[&str]); 4] = [
    (
        "couture-core",
        &[
            "couture-operators",
            "couture-store",
            "couture-server",
            "couture-eda",
            "sqlx",
            "sqlx-core",
            "object_store",
            "hyper",
            "axum",
            "arrow",
            "arrow-array",
            "parquet",
        ],
    ),
    ("couture-operators", &["couture-store", "couture-server", "couture-eda", "arrow", "parquet"]),
    ("couture-store", &["couture-operators", "couture-server", "couture-eda"]),
    ("couture-eda", &["couture-core", "couture-operators", "couture-store", "couture-server"]),
];
/// A crate, and what it may only reach through others.
const NEVER_ITSELF: [(&str, &[&str]); 1] = [("couture-server", &["sqlx", "sqlx-core"])];
/// Members that nothing depends on.
const ENDS: [&str; 2] = ["examples", "benches"];
/// What the tree holds in one version: values of these crates pass between crates.
const SINGLE: [&str; 8] = ["arrow", "arrow-array", "axum", "http", "hyper", "object_store", "sqlx", "tokio"];

pub(crate) fn check(metadata: &Metadata, report: &mut Report) {
    let members = metadata.members();
    for (member, never) in NEVER.into_iter().chain(ENDS.map(|end| (end, [].as_slice()))) {
        if !members.contains(member) {
            report.add("arrows", MANIFEST, 0, format!("{member} is not a member of the workspace any more"));
        }
        let needs = metadata.transitive(member);
        for name in never {
            if let Some(through) = needs.get(name) {
                report.add(
                    "arrows",
                    MANIFEST,
                    0,
                    format!("{member} depends on {name} (through {through}), which it may never see"),
                );
            }
        }
    }
    for member in members {
        let direct = metadata.direct(member);
        let never = NEVER_ITSELF.iter().filter(|(name, _)| *name == member).flat_map(|(_, never)| *never);
        for name in never.chain(&ENDS).filter(|name| direct.contains(**name)) {
            report.add("arrows", MANIFEST, 0, format!("{member} depends on {name} itself, which it may not"));
        }
    }
}

pub(crate) fn check_single_versions(metadata: &Metadata, report: &mut Report) {
    for name in SINGLE {
        let versions =
            || metadata.packages.iter().filter(|package| package.name == name).map(|package| &*package.version);
        if versions().count() > 1 {
            let versions: Vec<_> = versions().collect();
            report.add(
                "arrows",
                "Cargo.lock",
                0,
                format!("{name} is there in versions {}: keep one", versions.join(" and ")),
            );
        }
    }
}

#[test]
fn wrong_arrows_are_found() {
    let check_arrows = |edges: &[(&str, &str, &str)], expected: &str| {
        // Every member must be there; a loop of a package to itself changes nothing.
        let loops =
            ["couture-core", "couture-operators", "couture-store", "couture-eda"].map(|name| (name, "serde", ""));
        let mut report = Report::default();
        check(&Metadata::example(&[&loops, edges].concat(), &[]), &mut report);
        let messages: Vec<_> = report.violations.iter().map(|violation| &violation.message).collect();
        let found = messages.iter().filter(|message| !message.contains("not a member")).any(|m| m.contains(expected));
        assert!(found != expected.is_empty(), "{edges:?}: {messages:?}");
    };
    check_arrows(&[("couture-core", "a", ""), ("a", "hyper", "")], "couture-core depends on hyper (through a)");
    check_arrows(&[("couture-operators", "couture-store", "build")], "couture-operators depends on couture-store");
    check_arrows(&[("couture-eda", "couture-core", "")], "couture-eda depends on couture-core");
    check_arrows(&[("couture-server", "sqlx", "")], "couture-server depends on sqlx itself");
    check_arrows(&[("couture-server", "examples", "")], "couture-server depends on examples");
    check_arrows(&[("couture-core", "hyper", "dev"), ("couture-server", "couture-store", "")], "");
    check_arrows(&[("couture-server", "couture-store", ""), ("couture-store", "sqlx", "")], "");
}

#[test]
fn members_that_left_and_second_versions_are_found() {
    let mut report = Report::default();
    check(&Metadata::example(&[("couture-core", "serde", "")], &[]), &mut report);
    assert!(report.violations.iter().any(|violation| violation.message.starts_with("couture-store is not a member")));
    let mut report = Report::default();
    check_single_versions(&Metadata::example(&[("arrow@1", "serde", ""), ("b", "arrow@2", "")], &[]), &mut report);
    assert_eq!(report.violations[0].message, "arrow is there in versions 1 and 2: keep one");
}
