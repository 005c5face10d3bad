//! Roles.

use std::collections::BTreeSet;

use couture_store::{AccountError, Permission, Role, Roles};

use super::suite::{AccountFixture, at, cases, id, user};

cases![
    roles_are_there_after_a_restart,
    what_exists_and_what_does_not,
    built_in_roles_stay,
    a_role_that_users_have_stays,
    what_cannot_be_kept_changes_nothing,
    there_are_so_many_at_most,
];

fn role(name: &str, resources: &[&str]) -> Role {
    Role::new(name, resources.iter().map(|resource| Permission::new("can_read", *resource)))
}

async fn own(roles: &dyn Roles) -> Vec<Role> {
    roles.list().await.unwrap().into_iter().filter(|role| !role.built_in).collect()
}

async fn roles_are_there_after_a_restart(fixture: &mut dyn AccountFixture) {
    let many: Vec<_> = (0..Role::MAX_PERMISSIONS).map(|n| format!("DAG:ünnö \"{n}\"")).collect();
    let big = role("big", &many.iter().map(String::as_str).collect::<Vec<_>>());
    let small = Role { built_in: true, ..role("Small one", &[]) };
    fixture.roles().create(&small).await.unwrap();
    fixture.roles().create(&big).await.unwrap();
    fixture.reopen().await;
    let found = own(fixture.roles()).await;
    assert_eq!(found, [role("Small one", &[]), big.clone()]);
    let names = BTreeSet::from(["big".to_owned(), "Viewer".into(), "none".into()]);
    let found: Vec<_> = fixture.roles().get(&names).await.unwrap().into_iter().map(|role| role.name).collect();
    assert_eq!(found, ["Viewer", "big"]);
    assert_eq!(fixture.roles().get(&BTreeSet::new()).await.unwrap(), []);
}

async fn what_exists_and_what_does_not(fixture: &mut dyn AccountFixture) {
    let roles = fixture.roles();
    roles.create(&role("r", &["a"])).await.unwrap();
    assert!(matches!(roles.create(&role("r", &["b"])).await, Err(AccountError::Exists { .. })));
    assert_eq!(own(roles).await, [role("r", &["a"])]);
    roles.change(&role("r", &["b", "c"])).await.unwrap();
    assert_eq!(own(roles).await, [role("r", &["b", "c"])]);
    roles.change(&role("r", &["b", "c"])).await.unwrap();
    assert!(matches!(roles.change(&role("x", &[])).await, Err(AccountError::Missing { .. })));
    assert!(matches!(roles.delete("x").await, Err(AccountError::Missing { .. })));
    roles.delete("r").await.unwrap();
    assert_eq!(own(roles).await, []);
}

async fn built_in_roles_stay(fixture: &mut dyn AccountFixture) {
    let roles = fixture.roles();
    assert!(matches!(roles.delete("Viewer").await, Err(AccountError::BuiltIn(_))));
    assert!(matches!(roles.change(&role("Viewer", &["all"])).await, Err(AccountError::BuiltIn(_))));
    assert!(matches!(roles.create(&role("Viewer", &["all"])).await, Err(AccountError::Exists { .. })));
    // A newer program brings other permissions, and a role that users made is now built in.
    roles.create(&role("Late", &["a"])).await.unwrap();
    roles.set_built_in(&[role("Viewer", &["v"]), role("Late", &["l"])]).await.unwrap();
    let built_in = |role: Role| Role { built_in: true, ..role };
    let expected = [role("Admin", &[]), role("Late", &["l"]), role("Viewer", &["v"])].map(built_in);
    assert_eq!(roles.list().await.unwrap(), expected);
}

async fn a_role_that_users_have_stays(fixture: &mut dyn AccountFixture) {
    let roles = fixture.roles();
    roles.create(&role("r", &["a"])).await.unwrap();
    fixture.users().create(&user(1, "a", &["r"])).await.unwrap();
    assert!(matches!(roles.delete("r").await, Err(AccountError::RoleInUse { users: 1, .. })));
    let none = couture_store::UserChange { roles: Some(BTreeSet::new()), ..Default::default() };
    fixture.users().change(id(1), &none, at(2)).await.unwrap();
    roles.delete("r").await.unwrap();
}

async fn what_cannot_be_kept_changes_nothing(fixture: &mut dyn AccountFixture) {
    let roles = fixture.roles();
    let many: Vec<_> = (0..=Role::MAX_PERMISSIONS).map(|n| n.to_string()).collect();
    let bad = [
        role("", &[]),
        role(" r", &[]),
        role("r\n", &[]),
        role(&"r".repeat(Role::MAX_NAME_BYTES + 1), &[]),
        role("r", &["a\0"]),
        role("r", &[&"x".repeat(Permission::MAX_BYTES + 1)]),
        role("r", &many.iter().map(String::as_str).collect::<Vec<_>>()),
    ];
    for bad in bad {
        assert!(matches!(roles.create(&bad).await, Err(AccountError::Invalid { .. })), "{}", bad.name);
    }
    assert_eq!(own(roles).await, []);
}

async fn there_are_so_many_at_most(fixture: &mut dyn AccountFixture) {
    let roles = fixture.roles();
    let many: Vec<_> = (2..Role::MAX_ROLES).map(|n| role(&format!("r{n}"), &[])).collect();
    roles.set_built_in(&many).await.unwrap();
    assert!(matches!(roles.create(&role("one more", &[])).await, Err(AccountError::Invalid { .. })));
    assert!(matches!(roles.create(&role("r2", &[])).await, Err(AccountError::Exists { .. })));
}
