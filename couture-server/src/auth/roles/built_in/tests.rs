//! The matrix of roles, its expectations written from the lists in words and not from the tables.

use std::collections::BTreeMap;

use super::super::granted::Granted;
use super::super::offers::WITHOUT_OBJECT;
use super::*;

/// Which roles may, besides Admin, in the order Viewer, User, Op, Developer: `y` or `-`.
const EXPECTED: &str = "
can_read    Website                 yyyy
can_read    DAGs                    yyyy
can_edit    DAGs                    -yyy
can_delete  DAGs                    -yyy
can_read    DAG Code                yyyy
can_read    DAG Warnings            yyyy
can_read    DAG Runs                yyyy
can_create  DAG Runs                -yyy
can_edit    DAG Runs                -yyy
can_delete  DAG Runs                -yyy
can_read    Task Instances          yyyy
can_edit    Task Instances          -yyy
can_read    Task Logs               yyyy
can_read    Task XComs              yyyy
can_read    Backfills               yyyy
can_create  Backfills               -yyy
can_edit    Backfills               -yyy
can_read    SLA Misses              yyyy
can_read    ImportError             yyyy
can_read    Jobs                    yyyy
can_read    Audit Logs              yyyy
can_read    Version                 yyyy
can_read    Assets                  yyyy
can_create  Assets                  -yyy
can_read    XComs                   --y-
can_create  XComs                   --y-
can_edit    XComs                   --y-
can_delete  XComs                   --y-
can_read    Variables               --y-
can_create  Variables               --y-
can_edit    Variables               --y-
can_delete  Variables               --y-
can_read    Connections             --y-
can_create  Connections             --y-
can_edit    Connections             --y-
can_delete  Connections             --y-
can_read    Pools                   --y-
can_create  Pools                   --y-
can_edit    Pools                   --y-
can_delete  Pools                   --y-
can_read    Configurations          --y-
can_read    Cluster Configurations  ----
can_edit    Cluster Configurations  ----
can_read    Manage DAGs             ---y
can_create  Manage DAGs             ---y
can_edit    Manage DAGs             ---y
can_delete  Manage DAGs             ---y
can_read    Code Artifacts          ---y
can_create  Code Artifacts          ---y
can_edit    Code Artifacts          ---y
can_delete  Code Artifacts          ---y
can_read    Code Bricks             ---y
can_create  Code Bricks             ---y
can_edit    Code Bricks             ---y
can_delete  Code Bricks             ---y
can_read    Exploratory Data Analysis ---y
can_create  Exploratory Data Analysis ---y
can_delete  Exploratory Data Analysis ---y
can_read    Jupyter Notebook        ---y
can_edit    Jupyter Notebook        ---y
can_read    Models and Datasets     ---y
can_create  Models and Datasets     ---y
can_edit    Models and Datasets     ---y
can_delete  Models and Datasets     ---y
can_read    Git Configuration       ---y
can_edit    Git Configuration       ---y
can_read    Visualisations          ---y
can_edit    Visualisations          ---y
can_read    Users                   ----
can_create  Users                   ----
can_edit    Users                   ----
can_delete  Users                   ----
can_read    Roles                   ----
can_create  Roles                   ----
can_edit    Roles                   ----
can_delete  Roles                   ----
can_read    User's Statistics       ----
can_edit    Fernet Key              ----
can_read    My Profile              yyyy
can_edit    My Profile              yyyy
can_edit    My Password             yyyy
can_read    My API Tokens           yyyy
can_create  My API Tokens           yyyy
can_delete  My API Tokens           yyyy
can_read    all_dags                yyyy
can_edit    all_dags                -yyy
";

#[test]
fn each_role_may_what_the_lists_say_and_nothing_else() {
    let mut told: BTreeMap<Permission, &str> = BTreeMap::new();
    for line in EXPECTED.trim().lines() {
        let (action, rest) = line.split_once(' ').unwrap();
        let (resource, roles) = rest.trim().rsplit_once(' ').unwrap();
        assert!(told.insert(Permission::new(action, resource.trim()), roles).is_none(), "{line}");
    }
    let roles = [BuiltInRole::Viewer, BuiltInRole::User, BuiltInRole::Op, BuiltInRole::Developer];
    for (at, role) in roles.into_iter().enumerate() {
        let expected: BTreeSet<_> = told
            .iter()
            .filter(|(_, roles)| roles.as_bytes()[at] == b'y')
            .map(|(permission, _)| permission.clone())
            .collect();
        assert_eq!(role.permissions(), expected, "{role:?}");
    }
    assert_eq!(BuiltInRole::Admin.permissions(), told.into_keys().collect());
    assert_eq!(BuiltInRole::Public.permissions(), BTreeSet::new());
}

#[test]
fn every_name_of_the_lists_is_used_or_told_to_be_without_object() {
    let names = [&VIEWER_PERMS[..], &VIEWER_VMS, &USER_PERMS, &OP_PERMS, &OP_VMS].concat();
    let used = |name: &str| {
        OFFERS
            .iter()
            .any(|offer| matches!(offer.fate, Fate::Is(..)) && (offer.permission == name || offer.view == name))
    };
    for name in &names {
        let told = WITHOUT_OBJECT.iter().filter(|(other, reason)| other == name && !reason.is_empty()).count();
        assert_eq!(told + usize::from(used(name)), 1, "{name}");
    }
    for (name, _) in WITHOUT_OBJECT {
        assert!(names.contains(&name), "{name} is in no list");
    }
    for offer in OFFERS {
        assert!(names.contains(&offer.view) && names.contains(&offer.permission), "{offer:?}");
        if let Fate::Is(action, resource) = offer.fate {
            assert!(resource.actions().contains(&action), "{offer:?}");
        }
    }
}

/// Nobody gets a permission by a weaker name that means the same here.
#[test]
fn names_with_one_meaning_belong_to_the_same_roles() {
    let user = [&VIEWER_PERMS[..], &USER_PERMS[..]].concat();
    let op = ([user.clone(), OP_PERMS.to_vec()].concat(), [&VIEWER_VMS[..], &OP_VMS[..]].concat());
    let lists = [(VIEWER_PERMS.to_vec(), VIEWER_VMS.to_vec()), (user, VIEWER_VMS.to_vec()), op];
    let mut roles_of: BTreeMap<(Action, Resource), Vec<bool>> = BTreeMap::new();
    for offer in OFFERS {
        let Fate::Is(action, resource) = offer.fate else { continue };
        let roles: Vec<_> = lists
            .iter()
            .map(|(permissions, views)| permissions.contains(&offer.permission) && views.contains(&offer.view))
            .collect();
        let first = roles_of.entry((action, resource)).or_insert_with(|| roles.clone());
        assert_eq!(*first, roles, "{offer:?}");
    }
}

#[test]
fn kept_roles_are_read_back() {
    for role in built_in_roles() {
        role.check().unwrap();
        let granted = Granted::of([&role]);
        for resource in Resource::ALL.iter().filter(|resource| **resource != Resource::Dags) {
            for action in resource.actions() {
                let permission = Permission::new(action.name(), resource.name());
                assert_eq!(granted.may(*action, *resource), role.permissions.contains(&permission), "{permission:?}");
            }
        }
    }
}
