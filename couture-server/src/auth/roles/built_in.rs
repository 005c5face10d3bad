//! The roles that Couture brings.

use std::collections::BTreeSet;

use couture_store::{Permission, Role};

use super::action::Action::{self, Create, Delete, Edit, Read};
use super::offers::{Fate, OFFERS};
use super::resource::Resource::{
    self, Assets, Backfills, CodeArtifacts, CodeBricks, DagFiles, DagWarnings, Eda, Git, ImportErrors, Models,
    MyPassword, MyProfile, MyTokens, Notebooks, Visualisations,
};
use super::seed_lists::{OP_PERMS, OP_VMS, USER_PERMS, VIEWER_PERMS, VIEWER_VMS};

/// A role that Couture brings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum BuiltInRole {
    /// Everything.
    Admin,
    /// A User who also writes DAGs and everything around them.
    Developer,
    /// A Viewer who also runs DAGs.
    User,
    /// A User who also administers what tasks need.
    Op,
    /// Looks at everything about DAGs.
    Viewer,
    /// Nothing: what people have who did not log in.
    Public,
}

type Pairs = &'static [(Action, Resource)];

/// What is newer than the lists, and goes to whoever may look at DAGs.
const NEW_FOR_VIEWERS: Pairs = &[
    (Read, DagWarnings),
    (Read, ImportErrors),
    (Read, Assets),
    (Read, Backfills),
    (Read, MyProfile),
    (Edit, MyProfile),
    (Edit, MyPassword),
    (Read, MyTokens),
    (Create, MyTokens),
    (Delete, MyTokens),
];

/// What is newer than the lists, and goes to whoever may trigger runs.
const NEW_FOR_USERS: Pairs = &[(Create, Backfills), (Edit, Backfills), (Create, Assets)];

/// What the original product told of Developers in words: the menu Developer.
const FOR_DEVELOPERS: [Resource; 8] =
    [DagFiles, CodeArtifacts, CodeBricks, Eda, Notebooks, Models, Git, Visualisations];

impl BuiltInRole {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Admin, Self::Developer, Self::User, Self::Op, Self::Viewer, Self::Public];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Admin => Role::ADMIN,
            Self::Developer => "Developer",
            Self::User => "User",
            Self::Op => "Op",
            Self::Viewer => "Viewer",
            Self::Public => "Public",
        }
    }

    /// What it permits.
    pub fn permissions(self) -> BTreeSet<Permission> {
        let mut pairs: BTreeSet<(Action, Resource)> = BTreeSet::new();
        let user_perms = || [&VIEWER_PERMS[..], &USER_PERMS[..]].concat();
        match self {
            Self::Public => {}
            Self::Viewer => pairs.extend(cut(&VIEWER_PERMS, &VIEWER_VMS)),
            Self::User | Self::Developer => pairs.extend(cut(&user_perms(), &VIEWER_VMS)),
            Self::Op => {
                let views = [&VIEWER_VMS[..], &OP_VMS[..]].concat();
                pairs.extend(cut(&[user_perms(), OP_PERMS.to_vec()].concat(), &views));
            }
            Self::Admin => {
                let all = |resource: &Resource| {
                    resource.actions().iter().map(|action| (*action, *resource)).collect::<Vec<_>>()
                };
                pairs.extend(Resource::ALL.iter().flat_map(all));
            }
        }
        if self != Self::Public {
            pairs.extend(NEW_FOR_VIEWERS);
        }
        if matches!(self, Self::User | Self::Op | Self::Developer) {
            pairs.extend(NEW_FOR_USERS);
        }
        if self == Self::Developer {
            pairs.extend(
                FOR_DEVELOPERS.iter().flat_map(|resource| resource.actions().iter().map(|action| (*action, *resource))),
            );
        }
        let of_dags: &[Action] = match self {
            Self::Public => &[],
            Self::Viewer => &[Read],
            _ => &[Read, Edit],
        };
        let of_dags = of_dags.iter().map(|action| Permission::new(action.name(), Resource::ALL_DAGS));
        pairs.iter().map(|(action, resource)| Permission::new(action.name(), resource.name())).chain(of_dags).collect()
    }
}

/// What the views offer, cut with the lists.
fn cut(permissions: &[&str], views: &[&str]) -> Vec<(Action, Resource)> {
    let is_in = |offer: &&super::offers::Offer| permissions.contains(&offer.permission) && views.contains(&offer.view);
    let pair = |offer: &super::offers::Offer| match offer.fate {
        Fate::Is(action, resource) => Some((action, resource)),
        Fate::WithoutObject(_) => None,
    };
    OFFERS.iter().filter(is_in).filter_map(pair).collect()
}

/// The roles as they are kept.
pub fn built_in_roles() -> Vec<Role> {
    let role = |role: BuiltInRole| Role { built_in: true, ..Role::new(role.name(), role.permissions()) };
    BuiltInRole::ALL.into_iter().map(role).collect()
}

#[cfg(test)]
mod tests;
