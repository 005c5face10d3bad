//! Signed tokens, personal tokens, and names and passwords in requests.

use std::collections::BTreeSet;

use couture_server::auth::{AuthError, Jwts, NewToken};
use couture_store::{ApiTokens, Permission, UserChange, Users};

use super::fixture::{Fixture, HERE, PASSWORD, cookie};

async fn who(fixture: &Fixture, authorization: &str) -> u16 {
    fixture.status("GET", "/who", &[("authorization", authorization)]).await
}

#[tokio::test]
async fn a_signed_token_counts_for_its_user_and_its_time() {
    let fixture = Fixture::prepared().await;
    let ann = fixture.add("ann", &["Viewer"]).await;
    let token = fixture.authority.issue_jwt(&ann, false).unwrap();
    let bearer = format!("bearer  {token}");
    assert_eq!(fixture.send("GET", "/who", &[("authorization", &bearer)]).await.1, "ann");
    for wrong in [token.as_str(), "Bearer", "Bearer ", "Bearer x.y.z", "Negotiate x", "", &format!("Token {token}")] {
        assert_eq!(who(&fixture, wrong).await, 401, "{wrong}");
    }
    let twice = [("authorization", bearer.as_str()), ("authorization", bearer.as_str())];
    assert_eq!(fixture.status("GET", "/who", &twice).await, 401);
    // Another server's key, and a user of another number.
    let foreign = Jwts::new(&[6; 32]);
    let now = couture_core::Timestamp::from_micros(1_800_000_000_000_000);
    let forged = foreign.issue(&ann, now, std::time::Duration::from_secs(60)).unwrap();
    assert_eq!(who(&fixture, &format!("Bearer {forged}")).await, 401);
    fixture.turn(86_399);
    assert_eq!(who(&fixture, &bearer).await, 200);
    fixture.turn(1);
    assert_eq!(who(&fixture, &bearer).await, 401);
}

#[tokio::test]
async fn a_signed_token_ends_with_the_password_and_the_user() {
    let fixture = Fixture::prepared().await;
    let ann = fixture.add("ann", &["Viewer"]).await;
    let bearer = format!("Bearer {}", fixture.authority.issue_jwt(&ann, true).unwrap());
    let changed = fixture.authority.change_my_password(&ann, PASSWORD, "another good one", HERE).await.unwrap();
    assert_eq!(who(&fixture, &bearer).await, 401);
    let bearer = format!("Bearer {}", fixture.authority.issue_jwt(&changed, true).unwrap());
    assert_eq!(who(&fixture, &bearer).await, 200);
    Users::delete(&fixture.accounts, ann.id).await.unwrap();
    assert_eq!(who(&fixture, &bearer).await, 401);
}

#[tokio::test]
async fn a_bad_header_is_never_made_up_for_by_a_cookie() {
    let fixture = Fixture::prepared().await;
    let id = cookie(&fixture.login("superadmin").await);
    let headers = [("cookie", id.as_str()), ("authorization", "Bearer x.y.z")];
    assert_eq!(fixture.status("GET", "/who", &headers).await, 401);
}

#[tokio::test]
async fn a_personal_token_permits_its_scopes_of_what_its_user_may() {
    let fixture = Fixture::prepared().await;
    let ann = fixture.add("ann", &["Viewer"]).await;
    let scope =
        |pairs: &[(&str, &str)]| Some(pairs.iter().map(|(a, r)| Permission::new(*a, *r)).collect::<BTreeSet<_>>());
    let new = |name: &str, scopes| NewToken { name: name.into(), scopes, days: 1 };
    let issue = async |wanted: NewToken| {
        let (token, secret) = fixture.authority.issue_token(&ann, wanted).await.unwrap();
        assert!(!format!("{token:?} {secret:?}").contains(secret.reveal()));
        (token, format!("Bearer {}", secret.reveal()))
    };
    let (all, everything) = issue(new("all", None)).await;
    let (_, one_dag) =
        issue(new("dag", scope(&[("can_read", "DAG Runs"), ("can_edit", "DAG:a"), ("can_edit", "Variables")]))).await;
    let (_, nothing) = issue(new("nothing", scope(&[]))).await;
    let check = async |bearer: &str, method: &str, path: &str, expected: u16| {
        let found = fixture.status(method, path, &[("authorization", bearer)]).await;
        assert_eq!(found, expected, "{method} {path}");
    };
    check(&everything, "GET", "/who", 200).await;
    check(&everything, "POST", "/dags/a/runs", 403).await;
    check(&one_dag, "GET", "/dags/a/runs", 200).await;
    check(&one_dag, "GET", "/dags/b/runs", 403).await;
    check(&one_dag, "GET", "/who", 403).await;
    // A scope gives nothing that the user has not.
    check(&one_dag, "POST", "/dags/a", 403).await;
    check(&one_dag, "POST", "/variables/x", 403).await;
    check(&nothing, "GET", "/who", 403).await;
    assert!(ApiTokens::find(&fixture.accounts, all.key).await.unwrap().unwrap().last_used.is_some());
    // Deleted, expired, or of somebody who may not log in any more.
    assert!(ApiTokens::delete(&fixture.accounts, ann.id, all.id).await.unwrap());
    check(&everything, "GET", "/who", 401).await;
    let (_, inactive) = issue(new("inactive", None)).await;
    let change = UserChange { active: Some(false), ..UserChange::default() };
    Users::change(&fixture.accounts, ann.id, &change, ann.created_at).await.unwrap();
    check(&inactive, "GET", "/who", 401).await;
    let change = UserChange { active: Some(true), ..UserChange::default() };
    Users::change(&fixture.accounts, ann.id, &change, ann.created_at).await.unwrap();
    check(&inactive, "GET", "/who", 200).await;
    fixture.turn(86_400);
    check(&inactive, "GET", "/who", 401).await;
}

#[tokio::test]
async fn tokens_that_nobody_should_have_are_not_made() {
    let fixture = Fixture::prepared().await;
    let ann = fixture.add("ann", &["Viewer"]).await;
    let odd = BTreeSet::from([Permission::new("can_fly", "DAGs")]);
    for (scopes, days) in [(None, 0), (None, 366), (Some(odd), 1)] {
        let wanted = NewToken { name: "t".into(), scopes, days };
        let error = fixture.authority.issue_token(&ann, wanted).await.unwrap_err();
        assert!(matches!(error, AuthError::Account(_)), "{error}");
    }
}

#[tokio::test]
async fn name_and_password_are_taken_where_the_handler_says_so() {
    use base64::Engine as _;
    let fixture = Fixture::prepared().await;
    let basic = |text: &str| format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(text));
    let right = basic(&format!("superadmin:{PASSWORD}"));
    let export = async |header: &str| fixture.status("GET", "/export", &[("authorization", header)]).await;
    assert_eq!((export(&right).await, who(&fixture, &right).await), (200, 401));
    for wrong in [basic("superadmin:wrong"), basic("superadmin"), basic(""), "Basic ???".to_owned()] {
        assert_eq!(export(&wrong).await, 401, "{wrong}");
    }
    // Guessing is bounded here, too.
    let mut last = 401;
    for _ in 0..6 {
        last = export(&basic("superadmin:wrong")).await;
    }
    assert_eq!((last, export(&right).await), (429, 429));
}
