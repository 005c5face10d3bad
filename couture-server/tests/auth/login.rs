//! Names and passwords.

use std::net::IpAddr;

use couture_server::auth::{AuthError, Authority};
use couture_store::{Role, Roles, User, UserChange, UserId, UserSource, Users};

use super::fixture::{Fixture, HERE, PASSWORD, credentials, parts, settings};

async fn refused(fixture: &Fixture, name: &str, password: &str) -> String {
    match fixture.authority.login(&credentials(name, password), HERE).await.unwrap_err() {
        error @ AuthError::Refused => error.to_string(),
        error => panic!("{name}: {error}"),
    }
}

#[tokio::test]
async fn the_first_start_makes_one_admin_and_tells_its_password_once() {
    let fixture = Fixture::new().await;
    let first = fixture.authority.prepare(None).await.unwrap().unwrap();
    let password = first.password.clone().unwrap();
    assert_eq!((first.username, password.reveal().len()), ("superadmin", 43));
    assert!(!format!("{first:?}").contains(password.reveal()));
    assert!(fixture.authority.prepare(None).await.unwrap().is_none());
    assert!(fixture.authority.has_shown_password().await.unwrap());
    let user = fixture.authority.login(&credentials("SuperAdmin", password.reveal()), HERE).await.unwrap();
    assert!(user.is_active_admin() && user.must_change_password);
    // Nothing else is possible before the password is changed, not even by a token.
    let jwt = format!("Bearer {}", fixture.authority.issue_jwt(&user, false).unwrap());
    let headers = [("authorization", jwt.as_str())];
    assert_eq!(fixture.status("GET", "/who", &headers).await, 403);
    assert_eq!(fixture.status("POST", "/password", &headers).await, 200);
    let change = fixture.authority.change_my_password(&user, password.reveal(), PASSWORD, HERE);
    assert!(!change.await.unwrap().must_change_password);
    assert!(!fixture.authority.has_shown_password().await.unwrap());
    refused(&fixture, "superadmin", password.reveal()).await;
    assert_eq!(fixture.status("GET", "/who", &headers).await, 401);
}

#[tokio::test]
async fn the_environment_tells_a_password_that_must_be_good() {
    let fixture = Fixture::new().await;
    let error = fixture.authority.prepare(Some("couture@123")).await.unwrap_err();
    assert!(matches!(error, AuthError::WeakPassword(_)), "{error}");
    let first = fixture.authority.prepare(Some(PASSWORD)).await.unwrap().unwrap();
    assert!(first.password.is_none());
    fixture.authority.login(&credentials("superadmin", PASSWORD), HERE).await.unwrap();
    assert!(!fixture.authority.has_shown_password().await.unwrap());
    let roles: Vec<_> = Roles::list(&fixture.accounts).await.unwrap().into_iter().map(|role| role.name).collect();
    assert_eq!(roles, ["Admin", "Developer", "Op", "Public", "User", "Viewer"]);
}

#[tokio::test]
async fn all_refusals_are_alike() {
    let fixture = Fixture::prepared().await;
    let ann = fixture.add("ann", &["Viewer"]).await;
    fixture.add("of_ldap", &["Viewer"]).await;
    let off = fixture.add("off", &["Viewer"]).await;
    let inactive = UserChange { active: Some(false), ..UserChange::default() };
    Users::change(&fixture.accounts, off.id, &inactive, off.created_at).await.unwrap();
    let no_password =
        User { password: None, source: UserSource::Database, ..User::new(UserId::new(99), "none", ann.created_at) };
    Users::create(&fixture.accounts, &no_password).await.unwrap();
    let mut texts = Vec::new();
    for (name, password) in
        [("ann", "wrong"), ("nobody", PASSWORD), ("off", PASSWORD), ("none", ""), ("", ""), ("a\0", "x")]
    {
        texts.push(refused(&fixture, name, password).await);
    }
    texts.push(refused(&fixture, &"x".repeat(9_999), "x").await);
    texts.dedup();
    assert_eq!(texts.len(), 1);
    let events = fixture.events().await;
    let failed: Vec<_> =
        events.iter().filter(|(event, _)| event == "login_failed").map(|(_, user)| user.clone()).collect();
    // A name that nobody has may be a password in the wrong field.
    assert_eq!(failed[..3], [Some("ann".into()), None, Some("off".into())]);
    assert_eq!(fixture.user("ann").await.failed_logins, 1);
}

#[tokio::test]
async fn too_many_failures_lock_a_user_out_for_a_while() {
    let fixture = Fixture::prepared().await;
    fixture.add("ann", &["Viewer"]).await;
    fixture.add("bob", &["Viewer"]).await;
    for _ in 0..5 {
        refused(&fixture, "ann", "wrong").await;
    }
    let right = credentials("Ann", PASSWORD);
    let elsewhere: IpAddr = "10.9.9.9".parse().unwrap();
    for source in [HERE, elsewhere] {
        let error = fixture.authority.login(&right, source).await.unwrap_err();
        assert!(matches!(error, AuthError::LockedOut { retry_after_s: 1..=61 }), "{error}");
    }
    fixture.authority.login(&credentials("bob", PASSWORD), HERE).await.unwrap();
    fixture.turn(61);
    fixture.authority.login(&right, HERE).await.unwrap();
    let user = fixture.user("ann").await;
    assert_eq!((user.logins, user.failed_logins), (1, 0));
    assert!(fixture.events().await.iter().any(|(event, _)| event == "login_locked_out"));
}

#[tokio::test]
async fn an_address_that_fails_for_many_users_is_locked_out() {
    let fixture = Fixture::prepared().await;
    for n in 0..50 {
        refused(&fixture, &format!("user{n}"), "wrong").await;
    }
    let right = credentials("superadmin", PASSWORD);
    let error = fixture.authority.login(&right, HERE).await.unwrap_err();
    assert!(matches!(error, AuthError::LockedOut { .. }), "{error}");
    fixture.authority.login(&right, "10.9.9.9".parse().unwrap()).await.unwrap();
}

#[tokio::test]
async fn a_password_is_changed_by_who_knows_the_old_one() {
    let fixture = Fixture::prepared().await;
    let ann = fixture.add("ann", &["Viewer"]).await;
    let change = |user: User, old: &'static str, new: &'static str| {
        let authority = fixture.authority.clone();
        async move { authority.change_my_password(&user, old, new, HERE).await }
    };
    assert!(matches!(change(ann.clone(), "wrong", "another good one").await, Err(AuthError::Refused)));
    assert!(matches!(change(ann.clone(), PASSWORD, PASSWORD).await, Err(AuthError::WeakPassword(_))));
    assert!(matches!(change(ann.clone(), PASSWORD, "ann12345").await, Err(AuthError::WeakPassword(_))));
    change(ann.clone(), PASSWORD, "another good one").await.unwrap();
    refused(&fixture, "ann", PASSWORD).await;
    fixture.authority.login(&credentials("ann", "another good one"), HERE).await.unwrap();
    // By somebody who saw the old one: twice is once.
    assert!(change(ann, PASSWORD, "a third good one").await.is_err());
    let reset = fixture.authority.reset_password(fixture.user("ann").await.id, "given by the admin").await.unwrap();
    assert!(reset.must_change_password);
    fixture.authority.login(&credentials("ann", "given by the admin"), HERE).await.unwrap();
}

#[tokio::test]
async fn settings_that_cannot_work_are_told() {
    let fixture =
        Fixture::with(&[("AUTH__AUTH_USER_REGISTRATION", "true"), ("AUTH__AUTH_USER_REGISTRATION_ROLE", "Nobody")])
            .await;
    let error = fixture.authority.prepare(Some(PASSWORD)).await.unwrap_err();
    assert!(error.to_string().contains("Nobody"), "{error}");
    Roles::create(&fixture.accounts, &Role::new("Nobody", [])).await.unwrap();
    fixture.authority.prepare(Some(PASSWORD)).await.unwrap();
    for (name, value, words) in
        [("AUTH__TRUSTED_PROXIES", "proxy", "trusted_proxies"), ("AUTH__AUTH_TYPE", "AUTH_LDAP", "auth_ldap_server")]
    {
        let parts = parts(&fixture.accounts, &fixture.audit, &fixture.clock);
        let error = Authority::new(parts, &settings(&[(name, value)])).unwrap_err();
        assert!(error.contains(words), "{error}");
    }
}
