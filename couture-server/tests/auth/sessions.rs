//! Sessions of browsers.

use std::collections::BTreeSet;

use couture_store::{Role, Roles, UserChange, Users};

use super::fixture::{Fixture, HERE, PASSWORD, cookie};

const WHO: (&str, &str) = ("GET", "/who");

async fn who(fixture: &Fixture, cookie: &str) -> u16 {
    fixture.status(WHO.0, WHO.1, &[("cookie", cookie)]).await
}

#[tokio::test]
async fn a_session_counts_until_it_is_closed() {
    let fixture = Fixture::prepared().await;
    let opened = fixture.login("superadmin").await;
    let id = cookie(&opened);
    assert_eq!(fixture.send(WHO.0, WHO.1, &[("cookie", &id)]).await.1, "superadmin");
    assert!(!format!("{:?}", opened.cookie).contains(id.split_once('=').unwrap().1));
    let cleared = fixture.authority.close_session(id.split_once('=').unwrap().1).await.unwrap();
    assert!(cleared.to_str().unwrap().contains("Max-Age=0"));
    assert_eq!(who(&fixture, &id).await, 401);
    for wrong in ["couture_session=x", "couture_session=", "other=1", ""] {
        assert_eq!(who(&fixture, wrong).await, 401, "{wrong}");
    }
}

#[tokio::test]
async fn a_planted_id_is_never_taken() {
    let fixture = Fixture::prepared().await;
    let planted = fixture.login("superadmin").await;
    let user = fixture.user("superadmin").await;
    let id = cookie(&planted);
    let opened =
        fixture.authority.open_session(&user, HERE, "browser", id.split_once('=').map(|(_, id)| id)).await.unwrap();
    assert_ne!(cookie(&opened), id);
    assert_eq!((who(&fixture, &id).await, who(&fixture, &cookie(&opened)).await), (401, 200));
    // A made-up one that the browser brought is not kept either.
    let opened = fixture.authority.open_session(&user, HERE, "browser", Some("made-up")).await.unwrap();
    assert_eq!((who(&fixture, "couture_session=made-up").await, who(&fixture, &cookie(&opened)).await), (401, 200));
    // Of two, one may be planted.
    let both = format!("{}; couture_session=made-up", cookie(&opened));
    assert_eq!(who(&fixture, &both).await, 401);
}

#[tokio::test]
async fn sessions_end_with_the_password_the_roles_and_the_user() {
    let fixture = Fixture::prepared().await;
    let roles = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
    let changes = [
        UserChange { roles: Some(roles(&["User"])), ..UserChange::default() },
        UserChange { active: Some(false), ..UserChange::default() },
    ];
    let ann = fixture.add("ann", &["Viewer"]).await;
    let id = cookie(&fixture.login("ann").await);
    let other = cookie(&fixture.login("superadmin").await);
    fixture.authority.change_my_password(&ann, PASSWORD, "another good one", HERE).await.unwrap();
    assert_eq!((who(&fixture, &id).await, who(&fixture, &other).await), (401, 200));
    for (n, change) in changes.into_iter().enumerate() {
        let name = format!("user{n}");
        let user = fixture.add(&name, &["Viewer"]).await;
        let id = cookie(&fixture.login(&name).await);
        assert_eq!(who(&fixture, &id).await, 200);
        Users::change(&fixture.accounts, user.id, &change, user.created_at).await.unwrap();
        assert_eq!(who(&fixture, &id).await, 401, "{change:?}");
    }
    let user = fixture.add("gone", &["Viewer"]).await;
    let id = cookie(&fixture.login("gone").await);
    Users::delete(&fixture.accounts, user.id).await.unwrap();
    assert_eq!(who(&fixture, &id).await, 401);
}

#[tokio::test]
async fn permissions_of_a_role_count_at_once() {
    let fixture = Fixture::prepared().await;
    let role = |permissions: &[(&str, &str)]| {
        Role::new("own", permissions.iter().map(|(a, r)| couture_store::Permission::new(*a, *r)))
    };
    Roles::create(&fixture.accounts, &role(&[("can_read", "Website")])).await.unwrap();
    fixture.add("ann", &["own"]).await;
    let id = cookie(&fixture.login("ann").await);
    assert_eq!(who(&fixture, &id).await, 200);
    Roles::change(&fixture.accounts, &role(&[])).await.unwrap();
    assert_eq!(who(&fixture, &id).await, 403);
}

#[tokio::test]
async fn sessions_end_by_themselves() {
    let fixture = Fixture::prepared().await;
    let idle = cookie(&fixture.login("superadmin").await);
    let used = cookie(&fixture.login("superadmin").await);
    // Half a day without a request; or a week in any case.
    for _ in 0..27 {
        fixture.turn(6 * 3_600);
        assert_eq!(who(&fixture, &used).await, 200);
    }
    assert_eq!(who(&fixture, &idle).await, 401);
    fixture.turn(6 * 3_600);
    assert_eq!(who(&fixture, &used).await, 401);
}

#[tokio::test]
async fn what_changes_something_needs_the_token_of_the_session() {
    let fixture = Fixture::prepared().await;
    let (opened, other) = (fixture.login("superadmin").await, fixture.login("superadmin").await);
    let id = cookie(&opened);
    let check = async |csrf: Option<&str>, expected: u16| {
        let mut headers = vec![("cookie", id.as_str())];
        headers.extend(csrf.map(|csrf| ("x-csrf-token", csrf)));
        assert_eq!(fixture.status("POST", "/dags/d/runs", &headers).await, expected, "{csrf:?}");
    };
    check(Some(&opened.csrf_token), 200).await;
    for wrong in [None, Some(""), Some("x"), Some(other.csrf_token.as_str()), Some(id.split_once('=').unwrap().1)] {
        check(wrong, 403).await;
    }
    // Reading needs none, and neither does a request that no browser sends by itself.
    assert_eq!(fixture.status("GET", "/dags/d/runs", &[("cookie", &id)]).await, 200);
    let jwt = format!("Bearer {}", fixture.authority.issue_jwt(&fixture.user("superadmin").await, false).unwrap());
    assert_eq!(fixture.status("POST", "/dags/d/runs", &[("authorization", &jwt)]).await, 200);
}
