//! Users.

use std::collections::BTreeSet;

use couture_store::{
    AccountError, LoginOutcome, PasswordHash, Session, User, UserChange, UserOrder, UserQuery, UserSource,
};
use futures_util::future::join_all;

use super::suite::{AccountFixture, at, cases, hashed, id, user};

cases![
    every_field_is_there_after_a_restart,
    names_differ_by_more_than_case,
    what_cannot_be_kept_changes_nothing,
    a_change_of_password_roles_or_activity_ends_sessions,
    other_changes_end_none,
    a_change_that_saw_an_old_epoch_is_refused,
    the_last_admin_stays,
    one_of_two_rival_admins_stays,
    deleting_takes_everything_along,
    logins_are_counted,
    lists_are_searched_ordered_and_paged,
    rivals_lose_nothing,
];

fn roles(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

async fn get(fixture: &dyn AccountFixture, number: u64) -> User {
    fixture.users().get(id(number)).await.unwrap().unwrap()
}

async fn open_session(fixture: &dyn AccountFixture, number: u64) {
    let session = Session {
        key: hashed(number as u8),
        user: id(number),
        epoch: 1,
        created_at: at(1),
        last_seen: at(1),
        expires_at: at(100),
        address: "10.0.0.1".into(),
        agent: "test".into(),
    };
    fixture.sessions().create(&session).await.unwrap();
}

async fn every_field_is_there_after_a_restart(fixture: &mut dyn AccountFixture) {
    let full = User {
        username: "Jürgen".into(),
        first_name: "Jür'gen %".into(),
        last_name: "🦀".into(),
        email: "j@example.org".into(),
        source: UserSource::Ldap,
        password: Some(PasswordHash::new("$argon2id$x")),
        must_change_password: true,
        active: false,
        epoch: 7,
        last_login: Some(at(-5)),
        logins: 3,
        failed_logins: 4,
        ..user((1 << 53) - 1, "x", &["Admin", "Viewer"])
    };
    let plain = user(2, "plain", &[]);
    for user in [&full, &plain] {
        fixture.users().create(user).await.unwrap();
    }
    fixture.reopen().await;
    for user in [full, plain] {
        assert_eq!(fixture.users().get(user.id).await.unwrap().as_ref(), Some(&user));
        assert_eq!(fixture.users().find(&user.username.to_uppercase()).await.unwrap(), Some(user));
    }
    assert_eq!(fixture.users().get(id(3)).await.unwrap(), None);
    assert_eq!(fixture.users().find("").await.unwrap(), None);
}

async fn names_differ_by_more_than_case(fixture: &mut dyn AccountFixture) {
    let users = fixture.users();
    users.create(&user(1, "Asha", &[])).await.unwrap();
    users.create(&user(2, "other", &[])).await.unwrap();
    for (number, name) in [(3, "asha"), (4, "ASHA"), (1, "new")] {
        assert!(matches!(users.create(&user(number, name, &[])).await, Err(AccountError::Exists { .. })), "{name}");
    }
    let rename = |name: &str| UserChange { username: Some(name.into()), ..UserChange::default() };
    assert!(matches!(users.change(id(2), &rename("aSHA"), at(9)).await, Err(AccountError::Exists { .. })));
    assert_eq!(users.change(id(1), &rename("ASHA"), at(9)).await.unwrap().username, "ASHA");
    assert_eq!(users.count(&UserQuery::default()).await.unwrap(), 2);
}

async fn what_cannot_be_kept_changes_nothing(fixture: &mut dyn AccountFixture) {
    let users = fixture.users();
    let long = "x".repeat(User::MAX_TEXT_BYTES + 1);
    for bad in ["", " a", "a ", "a\nb", "a\0", &long] {
        assert!(matches!(users.create(&user(1, bad, &[])).await, Err(AccountError::Invalid { .. })), "{bad:?}");
    }
    assert!(matches!(users.create(&user(1, "a", &["Nobody"])).await, Err(AccountError::Missing { .. })));
    let bad = User { email: long, ..user(1, "a", &[]) };
    assert!(matches!(users.create(&bad).await, Err(AccountError::Invalid { .. })));
    assert_eq!(users.count(&UserQuery::default()).await.unwrap(), 0);
    users.create(&user(1, "a", &["Viewer"])).await.unwrap();
    for change in [
        UserChange { username: Some("b\n".into()), ..UserChange::default() },
        UserChange { username: Some("b".into()), roles: Some(roles(&["Nobody"])), ..UserChange::default() },
    ] {
        users.change(id(1), &change, at(9)).await.unwrap_err();
    }
    assert_eq!(get(fixture, 1).await, user(1, "a", &["Viewer"]));
    let change = UserChange::default();
    assert!(matches!(fixture.users().change(id(2), &change, at(9)).await, Err(AccountError::Missing { .. })));
    assert!(matches!(fixture.users().delete(id(2)).await, Err(AccountError::Missing { .. })));
}

async fn a_change_of_password_roles_or_activity_ends_sessions(fixture: &mut dyn AccountFixture) {
    let users = fixture.users();
    users.create(&User { source: UserSource::Ldap, ..user(1, "a", &["Viewer"]) }).await.unwrap();
    users.create(&user(2, "b", &["Viewer"])).await.unwrap();
    open_session(fixture, 2).await;
    let changes = [
        UserChange { password: Some((PasswordHash::new("$1"), true)), ..UserChange::default() },
        UserChange { roles: Some(roles(&[])), ..UserChange::default() },
        UserChange { active: Some(false), ..UserChange::default() },
        UserChange { active: Some(true), roles: Some(roles(&["Viewer", "Admin"])), ..UserChange::default() },
    ];
    for (epoch, change) in (2..).zip(changes) {
        open_session(fixture, 1).await;
        users.record_login(id(1), LoginOutcome::Failed, at(5)).await.unwrap();
        let changed = users.change(id(1), &change, at(9)).await.unwrap();
        assert_eq!(changed.epoch, epoch, "{change:?}");
        assert_eq!(fixture.sessions().list(id(1)).await.unwrap(), [], "{change:?}");
    }
    let found = get(fixture, 1).await;
    assert_eq!(found.password, Some(PasswordHash::new("$1")));
    assert!(found.must_change_password && found.active && found.source == UserSource::Database);
    assert_eq!(found.roles, roles(&["Viewer", "Admin"]));
    assert_eq!(fixture.sessions().list(id(2)).await.unwrap().len(), 1);
}

async fn other_changes_end_none(fixture: &mut dyn AccountFixture) {
    let users = fixture.users();
    users.create(&user(1, "a", &["Viewer"])).await.unwrap();
    open_session(fixture, 1).await;
    let text = |text: &str| Some(text.to_owned());
    let change = UserChange {
        username: text("b"),
        first_name: text("First"),
        last_name: text("Last"),
        email: text("e@example.org"),
        active: Some(true),
        roles: Some(roles(&["Viewer"])),
        ..UserChange::default()
    };
    let changed = users.change(id(1), &change, at(9)).await.unwrap();
    assert_eq!((changed.epoch, changed.changed_at, changed.full_name()), (1, at(9), "First Last".to_owned()));
    assert_eq!(get(fixture, 1).await, changed);
    assert_eq!(fixture.sessions().list(id(1)).await.unwrap().len(), 1);
    // A clock that went back does not turn the order of changes round.
    let changed = users.change(id(1), &UserChange::default(), at(3)).await.unwrap();
    assert!(changed.changed_at > at(9));
}

async fn a_change_that_saw_an_old_epoch_is_refused(fixture: &mut dyn AccountFixture) {
    let users = fixture.users();
    users.create(&user(1, "a", &[])).await.unwrap();
    let change = |hash: &str, seen_epoch| UserChange {
        password: Some((PasswordHash::new(hash), false)),
        seen_epoch: Some(seen_epoch),
        ..UserChange::default()
    };
    users.change(id(1), &change("$1", 1), at(1)).await.unwrap();
    assert!(matches!(users.change(id(1), &change("$2", 1), at(2)).await, Err(AccountError::Stale)));
    assert_eq!(get(fixture, 1).await.password, Some(PasswordHash::new("$1")));
}

async fn the_last_admin_stays(fixture: &mut dyn AccountFixture) {
    let users = fixture.users();
    users.create(&user(1, "a", &["Admin"])).await.unwrap();
    users.create(&User { active: false, ..user(2, "b", &["Admin"]) }).await.unwrap();
    users.create(&user(3, "c", &["Viewer"])).await.unwrap();
    let deactivate = UserChange { active: Some(false), ..UserChange::default() };
    let demote = UserChange { roles: Some(roles(&["Viewer"])), ..UserChange::default() };
    for change in [&deactivate, &demote] {
        assert!(matches!(users.change(id(1), change, at(9)).await, Err(AccountError::LastAdmin)));
    }
    assert!(matches!(users.delete(id(1)).await, Err(AccountError::LastAdmin)));
    assert_eq!(get(fixture, 1).await, user(1, "a", &["Admin"]));
    let promote = UserChange { roles: Some(roles(&["Admin"])), ..UserChange::default() };
    fixture.users().change(id(3), &promote, at(9)).await.unwrap();
    fixture.users().change(id(1), &demote, at(9)).await.unwrap();
    fixture.users().delete(id(2)).await.unwrap();
    assert!(matches!(fixture.users().delete(id(3)).await, Err(AccountError::LastAdmin)));
}

async fn one_of_two_rival_admins_stays(fixture: &mut dyn AccountFixture) {
    let users = fixture.users();
    for number in 1..=4 {
        users.create(&user(number, &format!("u{number}"), &["Admin"])).await.unwrap();
    }
    let deactivate = UserChange { active: Some(false), ..UserChange::default() };
    let changes = (1..=2).map(|number| users.change(id(number), &deactivate, at(9)));
    let deletes = (3..=4).map(|number| users.delete(id(number)));
    let (changed, deleted) = futures_util::join!(join_all(changes), join_all(deletes));
    let refused = changed.iter().filter(|done| matches!(done, Err(AccountError::LastAdmin))).count()
        + deleted.iter().filter(|done| matches!(done, Err(AccountError::LastAdmin))).count();
    assert_eq!(refused, 1, "{changed:?} {deleted:?}");
    let left = users.list(&UserQuery::default(), 0, 9).await.unwrap();
    assert_eq!(left.iter().filter(|user| user.is_active_admin()).count(), 1, "{left:?}");
}

async fn deleting_takes_everything_along(fixture: &mut dyn AccountFixture) {
    let users = fixture.users();
    users.create(&user(1, "a", &["Viewer"])).await.unwrap();
    open_session(fixture, 1).await;
    let token = super::api_tokens::token(5, 1, "t");
    fixture.tokens().create(&token).await.unwrap();
    users.delete(id(1)).await.unwrap();
    assert_eq!(users.find("a").await.unwrap(), None);
    assert_eq!(fixture.sessions().get(hashed(1)).await.unwrap(), None);
    assert_eq!(fixture.tokens().find(token.key).await.unwrap(), None);
    // Who comes later with the same name and number has nothing of it.
    users.create(&user(1, "a", &[])).await.unwrap();
    assert_eq!(get(fixture, 1).await.roles, roles(&[]));
}

async fn logins_are_counted(fixture: &mut dyn AccountFixture) {
    let users = fixture.users();
    users.create(&user(1, "a", &[])).await.unwrap();
    for outcome in [LoginOutcome::Failed, LoginOutcome::Failed, LoginOutcome::Succeeded, LoginOutcome::Failed] {
        users.record_login(id(1), outcome, at(7)).await.unwrap();
    }
    users.record_login(id(2), LoginOutcome::Failed, at(7)).await.unwrap();
    let found = get(fixture, 1).await;
    assert_eq!((found.logins, found.failed_logins, found.last_login, found.epoch), (1, 1, Some(at(7)), 1));
}

async fn lists_are_searched_ordered_and_paged(fixture: &mut dyn AccountFixture) {
    let users = fixture.users();
    let person = |number, name: &str, first: &str, roles: &[&str]| User {
        first_name: first.into(),
        logins: 10 - number,
        last_login: (number > 1).then(|| at(number as i64)),
        ..user(number, name, roles)
    };
    users.create(&person(1, "carl", "Zoe", &["Viewer"])).await.unwrap();
    users.create(&person(2, "Bert", "yan", &["Viewer", "Admin"])).await.unwrap();
    users.create(&person(3, "anna_b", "x%y", &[])).await.unwrap();
    let names = async |query: &UserQuery, skip, limit| {
        let found = users.list(query, skip, limit).await.unwrap();
        found.into_iter().map(|user| user.username).collect::<Vec<_>>()
    };
    let by = |order, descending| UserQuery { order, descending, ..UserQuery::default() };
    assert_eq!(names(&by(UserOrder::Username, false), 0, 9).await, ["anna_b", "Bert", "carl"]);
    assert_eq!(names(&by(UserOrder::Username, true), 1, 1).await, ["Bert"]);
    assert_eq!(names(&by(UserOrder::Logins, false), 0, usize::MAX).await, ["anna_b", "Bert", "carl"]);
    assert_eq!(names(&by(UserOrder::LastLogin, false), 0, 9).await, ["carl", "Bert", "anna_b"]);
    assert_eq!(names(&by(UserOrder::Created, true), 0, 9).await, ["anna_b", "Bert", "carl"]);
    let search = |text: &str| UserQuery { search: Some(text.into()), ..UserQuery::default() };
    for (text, expected) in [("ZO", &["carl"][..]), ("%", &["anna_b"]), ("_", &["anna_b"]), ("R", &["Bert", "carl"])] {
        assert_eq!(names(&search(text), 0, 9).await, expected, "{text}");
        assert_eq!(users.count(&search(text)).await.unwrap(), expected.len(), "{text}");
    }
    let viewers = UserQuery { role: Some("Viewer".into()), ..UserQuery::default() };
    assert_eq!(names(&viewers, 0, 9).await, ["Bert", "carl"]);
    assert_eq!(users.list(&viewers, 0, 1).await.unwrap()[0].roles, roles(&["Viewer", "Admin"]));
}

async fn rivals_lose_nothing(fixture: &mut dyn AccountFixture) {
    let users = fixture.users();
    users.create(&user(1, "a", &[])).await.unwrap();
    let texts = [
        UserChange { first_name: Some("f".into()), ..UserChange::default() },
        UserChange { last_name: Some("l".into()), ..UserChange::default() },
        UserChange { email: Some("e".into()), ..UserChange::default() },
        UserChange { roles: Some(roles(&["Viewer"])), ..UserChange::default() },
    ];
    let changes = join_all(texts.iter().map(|change| users.change(id(1), change, at(9))));
    let logins = join_all((0..4).map(|_| users.record_login(id(1), LoginOutcome::Failed, at(9))));
    let (changed, _) = futures_util::join!(changes, logins);
    changed.into_iter().for_each(|done| drop(done.unwrap()));
    let found = get(fixture, 1).await;
    assert_eq!((found.first_name.as_str(), found.last_name.as_str(), found.email.as_str()), ("f", "l", "e"));
    assert_eq!((found.roles, found.failed_logins), (roles(&["Viewer"]), 4));
}
