//! What cargo knows of the workspace and its dependencies.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde::Deserialize;

use crate::tree::Tree;

#[derive(Debug, Deserialize)]
pub(crate) struct Metadata {
    pub(crate) packages: Vec<Package>,
    workspace_members: Vec<String>,
    resolve: Resolve,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Package {
    id: String,
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) license: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
}

#[derive(Debug, Deserialize)]
struct Node {
    id: String,
    deps: Vec<Edge>,
}

#[derive(Debug, Deserialize)]
struct Edge {
    pkg: String,
    dep_kinds: Vec<EdgeKind>,
}

#[derive(Debug, Deserialize)]
struct EdgeKind {
    kind: Option<String>,
}

impl Edge {
    /// Part of what is built for users, not of tests alone.
    fn is_shipped(&self) -> bool {
        self.dep_kinds.iter().any(|kind| kind.kind.as_deref() != Some("dev"))
    }
}

impl Metadata {
    pub(crate) fn of_workspace() -> Self {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        // All features, so that an optional dependency is seen too.
        let output = Command::new(cargo)
            .args(["metadata", "--format-version", "1", "--locked", "--all-features"])
            .current_dir(Tree::root())
            .output()
            .expect("cargo runs");
        assert!(output.status.success(), "failed to read the metadata: {}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).expect("cargo's metadata")
    }

    /// The names of the workspace's own packages.
    pub(crate) fn members(&self) -> BTreeSet<&str> {
        let is_member = |package: &&Package| self.workspace_members.contains(&package.id);
        self.packages.iter().filter(is_member).map(|package| package.name.as_str()).collect()
    }

    /// What the member `name` needs itself.
    pub(crate) fn direct(&self, name: &str) -> BTreeSet<&str> {
        self.needs(name, false).into_keys().collect()
    }

    /// What the member `name` needs itself or through others, each with the package that asks for it.
    pub(crate) fn transitive(&self, name: &str) -> BTreeMap<&str, &str> {
        self.needs(name, true)
    }

    fn needs(&self, name: &str, through_others: bool) -> BTreeMap<&str, &str> {
        let names: BTreeMap<&str, &str> = self.packages.iter().map(|package| (&*package.id, &*package.name)).collect();
        let nodes: BTreeMap<&str, &Node> = self.resolve.nodes.iter().map(|node| (&*node.id, node)).collect();
        let is_root = |id: &&String| names.get(id.as_str()) == Some(&name);
        let mut open: Vec<&str> = self.workspace_members.iter().filter(is_root).map(String::as_str).collect();
        let mut found = BTreeMap::new();
        let mut seen = BTreeSet::new();
        while let Some(id) = open.pop() {
            for edge in nodes[id].deps.iter().filter(|edge| edge.is_shipped()) {
                found.entry(names[&*edge.pkg]).or_insert(names[id]);
                if through_others && seen.insert(&*edge.pkg) {
                    open.push(&edge.pkg);
                }
            }
        }
        found
    }

    /// A workspace of the packages of `edges` (name, what it needs, kind), for the tests of rules.
    pub(crate) fn example(edges: &[(&str, &str, &str)], licences: &[(&str, &str)]) -> Self {
        let ids: BTreeSet<&str> =
            edges.iter().flat_map(|edge| [edge.0, edge.1]).chain(licences.iter().map(|l| l.0)).collect();
        let package = |id: &&str| Package {
            id: (*id).into(),
            name: id.split('@').next().unwrap_or(id).into(),
            version: id.split('@').nth(1).unwrap_or("1").into(),
            license: licences.iter().find(|licence| licence.0 == *id).map(|licence| licence.1.into()),
        };
        let edge = |to: &str, kind: &str| Edge {
            pkg: to.into(),
            dep_kinds: vec![EdgeKind { kind: Some(kind.into()).filter(|_| !kind.is_empty()) }],
        };
        let node = |id: &&str| Node {
            id: (*id).into(),
            deps: edges.iter().filter(|e| e.0 == *id).map(|e| edge(e.1, e.2)).collect(),
        };
        Self {
            packages: ids.iter().map(package).collect(),
            workspace_members: ids.iter().filter(|id| id.starts_with("couture")).map(|id| (*id).into()).collect(),
            resolve: Resolve { nodes: ids.iter().map(node).collect() },
        }
    }
}
