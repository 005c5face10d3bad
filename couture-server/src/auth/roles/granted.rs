//! Everything that somebody may do.

use std::collections::BTreeSet;

use couture_store::{Permission, Role};

use super::action::Action;
use super::dag_filter::DagFilter;
use super::resource::Resource;

/// Everything that somebody may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Granted {
    pairs: BTreeSet<(Action, Resource)>,
    readable: DagFilter,
    editable: DagFilter,
}

impl Granted {
    /// Nothing.
    pub fn nothing() -> Self {
        let none = || DagFilter::Only(BTreeSet::new());
        Self { pairs: BTreeSet::new(), readable: none(), editable: none() }
    }

    /// What these roles permit together. A permission that this program does not know permits nothing.
    pub fn of<'r>(roles: impl IntoIterator<Item = &'r Role>) -> Self {
        let mut granted = Self::nothing();
        roles.into_iter().flat_map(|role| &role.permissions).for_each(|permission| granted.add(permission));
        granted
    }

    /// What these permissions permit.
    pub fn of_permissions<'p>(permissions: impl IntoIterator<Item = &'p Permission>) -> Self {
        let mut granted = Self::nothing();
        permissions.into_iter().for_each(|permission| granted.add(permission));
        granted
    }

    fn add(&mut self, permission: &Permission) {
        let Some(action) = Action::parse(&permission.action) else { return };
        let dags = match permission.resource.strip_prefix(Resource::DAG_PREFIX) {
            Some(dag_id) => DagFilter::Only(BTreeSet::from([dag_id.to_owned()])),
            None if permission.resource == Resource::ALL_DAGS => DagFilter::All,
            None => {
                if let Some(resource) = Resource::parse(&permission.resource)
                    && resource.actions().contains(&action)
                {
                    self.pairs.insert((action, resource));
                }
                return;
            }
        };
        match action {
            Action::Read => self.readable = self.readable.union(&dags),
            // Whoever may change a DAG may look at it.
            Action::Edit => {
                self.readable = self.readable.union(&dags);
                self.editable = self.editable.union(&dags);
            }
            Action::Create | Action::Delete => {}
        }
    }

    /// Everything that is permitted, as permissions.
    pub fn permissions(&self) -> BTreeSet<Permission> {
        let pairs = self.pairs.iter().map(|(action, resource)| Permission::new(action.name(), resource.name()));
        let of_dags = [(Action::Read, &self.readable), (Action::Edit, &self.editable)];
        let of_dags = of_dags.into_iter().flat_map(|(action, dags)| {
            let names = match dags.ids() {
                None => vec![Resource::ALL_DAGS.to_owned()],
                Some(ids) => ids.iter().map(|id| format!("{}{id}", Resource::DAG_PREFIX)).collect(),
            };
            names.into_iter().map(move |name| Permission::new(action.name(), name))
        });
        pairs.chain(of_dags).collect()
    }

    /// Whether nothing at all is permitted.
    pub fn is_nothing(&self) -> bool {
        self.pairs.is_empty() && self.readable.is_empty()
    }

    /// What both permit.
    pub fn intersection(&self, other: &Self) -> Self {
        Self {
            pairs: &self.pairs & &other.pairs,
            readable: self.readable.intersection(&other.readable),
            editable: self.editable.intersection(&other.editable),
        }
    }

    /// Whether `action` on `resource` is permitted at all: on some DAG at least, where it is of a DAG.
    pub fn may(&self, action: Action, resource: Resource) -> bool {
        match (action, resource) {
            (Action::Read | Action::Edit, Resource::Dags) => !self.dags(action).is_empty(),
            _ => self.pairs.contains(&(action, resource)) && (!resource.is_of_dag() || !self.dags(action).is_empty()),
        }
    }

    /// Whether `action` on `resource` of the DAG of this id is permitted: the DAG must be readable, and editable where something is
    /// changed.
    pub fn may_on_dag(&self, action: Action, resource: Resource, dag_id: &str) -> bool {
        self.may(action, resource) && self.dags(action).allows_id(dag_id)
    }

    /// The DAGs on which `action` may be done, as far as the DAGs' own permissions go.
    pub fn dags(&self, action: Action) -> &DagFilter {
        match action {
            Action::Read => &self.readable,
            Action::Edit | Action::Create | Action::Delete => &self.editable,
        }
    }
}

/// Whether a permission is one that this program knows; the error says what is wrong.
pub(in crate::auth) fn check_permission(permission: &Permission) -> Result<(), String> {
    let Permission { action, resource } = permission;
    let known = || format!("there is no permission {action:?} on {resource:?}");
    let parsed = Action::parse(action).ok_or_else(known)?;
    if resource == Resource::ALL_DAGS || resource.strip_prefix(Resource::DAG_PREFIX).is_some_and(|id| !id.is_empty()) {
        return if matches!(parsed, Action::Read | Action::Edit) { Ok(()) } else { Err(known()) };
    }
    let resource = Resource::parse(resource).ok_or_else(known)?;
    if resource.actions().contains(&parsed) { Ok(()) } else { Err(known()) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Action::{Create, Delete, Edit, Read};
    use super::Resource::{AuditLogs, DagRuns, Dags, Variables};
    use super::*;

    fn granted(pairs: &[(&str, &str)]) -> Granted {
        let permissions: Vec<_> = pairs.iter().map(|(action, resource)| Permission::new(*action, *resource)).collect();
        Granted::of_permissions(&permissions)
    }

    #[test]
    fn a_dag_needs_both_its_own_permission_and_the_general_one() {
        let check = |pairs: &[(&str, &str)], action, resource, dag: &str, expected: bool| {
            let found = granted(pairs).may_on_dag(action, resource, dag);
            assert_eq!(found, expected, "{pairs:?} {action:?} {resource:?} {dag}");
        };
        check(&[], Read, Dags, "a", false);
        check(&[("can_read", "all_dags")], Read, Dags, "a", true);
        check(&[("can_read", "all_dags")], Edit, Dags, "a", false);
        check(&[("can_edit", "DAG:a")], Edit, Dags, "a", true);
        check(&[("can_edit", "DAG:a")], Read, Dags, "a", true);
        check(&[("can_edit", "DAG:a")], Read, Dags, "b", false);
        check(&[("can_edit", "DAG:a")], Delete, Dags, "a", false);
        check(&[("can_edit", "DAG:a"), ("can_delete", "DAGs")], Delete, Dags, "a", true);
        check(&[("can_edit", "DAG:a"), ("can_delete", "DAGs")], Delete, Dags, "b", false);
        check(&[("can_read", "DAG:a")], Read, DagRuns, "a", false);
        check(&[("can_read", "DAG Runs")], Read, DagRuns, "a", false);
        check(&[("can_read", "DAG Runs"), ("can_read", "DAG:a")], Read, DagRuns, "a", true);
        check(&[("can_create", "DAG Runs"), ("can_read", "DAG:a")], Create, DagRuns, "a", false);
        check(&[("can_create", "DAG Runs"), ("can_edit", "DAG:a")], Create, DagRuns, "a", true);
        check(&[("can_read", "DAG:")], Read, Dags, "a", false);
        check(&[("CAN_READ", "all_dags"), ("can_read", "ALL_DAGS")], Read, Dags, "a", false);
    }

    #[test]
    fn lists_show_what_may_be_read() {
        let some = granted(&[("can_read", "DAG:a"), ("can_edit", "DAG:b"), ("can_read", "Audit Logs")]);
        let ids = |names: &[&str]| DagFilter::Only(names.iter().map(|name| (*name).to_owned()).collect());
        assert_eq!((some.dags(Read), some.dags(Edit)), (&ids(&["a", "b"]), &ids(&["b"])));
        assert!(some.may(Read, AuditLogs) && !some.may(Read, Variables) && !some.may(Read, DagRuns));
        let all = granted(&[("can_read", "DAG:a"), ("can_read", "all_dags")]);
        assert_eq!(all.dags(Read), &DagFilter::All);
        assert!(all.dags(Edit).is_empty());
    }

    #[test]
    fn only_known_permissions_are_given() {
        let check = |action: &str, resource: &str, expected: bool| {
            assert_eq!(check_permission(&Permission::new(action, resource)).is_ok(), expected, "{action} {resource}");
        };
        check("can_read", "Variables", true);
        check("can_edit", "all_dags", true);
        check("can_read", "DAG:any id", true);
        for (action, resource) in [
            ("can_create", "all_dags"),
            ("can_read", "DAG:"),
            ("can_fly", "Variables"),
            ("can_edit", "Jobs"),
            ("can_read", "x"),
        ] {
            check(action, resource, false);
        }
    }

    fn any_granted() -> impl Strategy<Value = Granted> {
        let action = prop::sample::select(vec!["can_read", "can_edit", "can_create", "can_delete", "odd"]);
        let resource = prop::sample::select(vec!["DAGs", "DAG Runs", "Variables", "all_dags", "DAG:a", "DAG:b", "odd"]);
        prop::collection::vec((action, resource), 0..8).prop_map(|pairs| granted(&pairs))
    }

    proptest! {
        #[test]
        fn a_scope_never_adds_anything(user in any_granted(), scope in any_granted()) {
            let both = user.intersection(&scope);
            for action in Action::ALL {
                for resource in [Dags, DagRuns, Variables] {
                    for dag in ["a", "b", "c"] {
                        let allowed = |granted: &Granted| granted.may_on_dag(action, resource, dag);
                        if resource.is_of_dag() {
                            prop_assert_eq!(allowed(&both), allowed(&user) && allowed(&scope));
                        }
                    }
                    prop_assert!(!both.may(action, resource) || (user.may(action, resource) && scope.may(action, resource)));
                }
            }
        }
    }
}
