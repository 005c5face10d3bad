//! What a handler's permit lets through.

use couture_server::auth::BuiltInRole;
use couture_store::{Permission, Role, Roles};

use super::fixture::Fixture;

async fn token(fixture: &Fixture, name: &str, roles: &[&str]) -> String {
    let user = fixture.add(name, roles).await;
    format!("Bearer {}", fixture.authority.issue_jwt(&user, false).unwrap())
}

#[tokio::test]
async fn each_built_in_role_reaches_what_it_may() {
    let fixture = Fixture::prepared().await;
    // Admin, Developer, User, Op, Viewer, Public.
    let expected = [
        ("GET", "/who", [200, 200, 200, 200, 200, 403]),
        ("GET", "/runs", [200, 200, 200, 200, 200, 403]),
        ("GET", "/dags/d/runs", [200, 200, 200, 200, 200, 403]),
        ("POST", "/dags/d/runs", [200, 200, 200, 200, 403, 403]),
        ("POST", "/dags/d", [200, 200, 200, 200, 403, 403]),
        ("POST", "/variables/v", [200, 403, 403, 200, 403, 403]),
        // One's own password needs no role.
        ("POST", "/password", [200, 200, 200, 200, 200, 200]),
        ("GET", "/export", [200, 200, 403, 403, 403, 403]),
    ];
    for (at, role) in BuiltInRole::ALL.into_iter().enumerate() {
        let bearer = token(&fixture, &format!("a-{}", role.name()), &[role.name()]).await;
        for (method, path, statuses) in expected {
            let found = fixture.status(method, path, &[("authorization", &bearer)]).await;
            assert_eq!(found, statuses[at], "{role:?} {method} {path}");
        }
    }
    for (method, path, _) in expected {
        assert_eq!(fixture.status(method, path, &[]).await, 401, "{method} {path}");
    }
}

#[tokio::test]
async fn a_role_for_one_dag_reaches_that_dag() {
    let fixture = Fixture::prepared().await;
    let permissions =
        [("can_read", "DAG:a"), ("can_edit", "DAG:b"), ("can_read", "DAG Runs"), ("can_create", "DAG Runs")];
    let role = Role::new("some", permissions.map(|(action, resource)| Permission::new(action, resource)));
    Roles::create(&fixture.accounts, &role).await.unwrap();
    let bearer = token(&fixture, "ann", &["some"]).await;
    let check = async |method: &str, path: &str, expected: (u16, &str)| {
        let (status, text) = fixture.send(method, path, &[("authorization", &bearer)]).await;
        assert_eq!(status.as_u16(), expected.0, "{method} {path}: {text}");
        assert!(text.contains(expected.1), "{method} {path}: {text}");
    };
    check("GET", "/dags/a/runs", (200, "a,b")).await;
    check("GET", "/runs", (200, "a,b")).await;
    check("GET", "/dags/~/runs", (200, "a,b")).await;
    check("GET", "/dags/c/runs", (403, "can_read on DAG Runs of DAG:c")).await;
    check("POST", "/dags/a/runs", (403, "can_create on DAG Runs of DAG:a")).await;
    check("POST", "/dags/b/runs", (200, "")).await;
    check("POST", "/dags/b", (200, "")).await;
    check("POST", "/dags/a", (403, "can_edit on DAGs of DAG:a")).await;
    // The matched parameter counts, and not how it is written.
    check("GET", "/dags/%61/runs", (200, "a,b")).await;
    check("GET", "/dags/a%2F..%2Fc/runs", (403, "")).await;
    check("GET", "/dags/A/runs", (403, "")).await;
}

#[tokio::test]
async fn who_did_not_log_in_has_the_public_role() {
    let fixture = Fixture::with(&[("AUTH__AUTH_ROLE_PUBLIC", "Viewer")]).await;
    fixture.authority.prepare(Some(super::fixture::PASSWORD)).await.unwrap();
    assert_eq!(fixture.send("GET", "/who", &[]).await.1, "nobody");
    assert_eq!(fixture.status("POST", "/dags/d/runs", &[]).await, 401);
    // What is sent must count all the same.
    assert_eq!(fixture.status("GET", "/who", &[("authorization", "Bearer x.y.z")]).await, 401);
    assert_eq!(fixture.send("GET", "/who", &[("cookie", "couture_session=x")]).await.1, "nobody");
}
