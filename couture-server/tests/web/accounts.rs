//! One's own account, and users, roles and the audit log, as HTTP has them.

use serde_json::{Value, json};

use super::fixture::{Answer, PASSWORD, Web};

const NEW: &str = "staple under the bridge";

async fn me(web: &Web, headers: &[(&str, String)]) -> u16 {
    web.send("GET", "/auth/me", headers, None).await.status
}

async fn post(web: &Web, path: &str, headers: &[(&str, String)], body: Value) -> Answer {
    web.send("POST", path, headers, Some(&body)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_password_ends_everything_but_what_it_answers() {
    let web = Web::new().await;
    web.add("ann", &["Viewer"]).await;
    let (here, there) = (web.login("ann", PASSWORD, &[]).await, web.login("ann", PASSWORD, &[]).await);
    let (here, there, bearer) = (here.session(), there.session(), [web.bearer("ann").await]);
    let made = post(&web, "/auth/me/tokens", &here, json!({ "name": "n" })).await.json();
    let personal = [("authorization", format!("Bearer {}", made["secret"].as_str().unwrap()))];
    assert_eq!(me(&web, &personal).await, 200);
    let change = |old: &str, new: &str| json!({ "old_password": old, "new_password": new });
    let path = "/auth/me/password";
    assert_eq!(post(&web, path, &here[..1], change(PASSWORD, NEW)).await.status, 403, "without the CSRF token");
    assert_eq!(post(&web, path, &here, change("wrong", NEW)).await.status, 403);
    assert_eq!(post(&web, path, &here, change(PASSWORD, "ann")).await.status, 422);
    assert_eq!(me(&web, &there).await, 200, "nothing was changed yet");
    let changed = post(&web, path, &here, change(PASSWORD, NEW)).await;
    assert_eq!((changed.status, changed.body.as_str()), (204, ""));
    let fresh = changed.session();
    assert_ne!(fresh, here);
    let sessions = web.send("GET", "/auth/me/sessions", &fresh, None).await.json();
    assert_eq!((&sessions["total_entries"], &sessions["sessions"][0]["current"]), (&json!(1), &json!(true)));
    for (what, headers, expected) in [
        ("here", &here[..], 401),
        ("there", &there, 401),
        ("a token", &bearer, 401),
        ("a personal token", &personal, 401),
        ("the answer", &fresh, 200),
    ] {
        assert_eq!(me(&web, headers).await, expected, "{what}");
    }
    assert_eq!(web.login("ann", PASSWORD, &[]).await.status, 401);
    let other = web.login("ann", NEW, &[]).await.session();
    assert_eq!(web.send("DELETE", "/auth/me/sessions", &fresh, None).await.status, 204);
    assert_eq!((me(&web, &other).await, me(&web, &fresh).await), (401, 200));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_planted_session_is_not_taken_over_and_one_that_ended_stays_over() {
    let web = Web::new().await;
    web.add("ann", &["Viewer"]).await;
    let planted = web.login("ann", PASSWORD, &[]).await.session();
    let own = web.login("ann", PASSWORD, &planted[..1]).await.session();
    assert_ne!(own[0], planted[0]);
    assert_eq!((me(&web, &planted).await, me(&web, &own).await), (401, 200));
    assert_eq!(web.send("POST", "/auth/logout", &own[..1], None).await.status, 403, "another page cannot do that");
    let out = web.send("POST", "/auth/logout", &own, None).await;
    assert_eq!(out.status, 204);
    assert!(out.headers["set-cookie"].to_str().unwrap().contains("Max-Age=0"));
    assert_eq!(me(&web, &own).await, 401);
    assert_eq!(web.send("POST", "/auth/logout", &[], None).await.status, 204);
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_are_shown_once_and_permit_no_more_than_they_say() {
    let web = Web::new().await;
    web.add("ann", &["Op"]).await;
    web.add("bob", &["Op"]).await;
    let ann = [web.bearer("ann").await];
    let wanted = json!({ "name": "n", "scopes": [{ "action": "can_read", "resource": "Variables" }, { "action": "can_create", "resource": "My API Tokens" }], "expires_in_days": 1 });
    let made = post(&web, "/auth/me/tokens", &ann, wanted.clone()).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let (secret, id) = (made.json()["secret"].as_str().unwrap().to_owned(), made.json()["id"].clone());
    let token = [("authorization", format!("Bearer {secret}"))];
    let listed = web.send("GET", "/auth/me/tokens", &ann, None).await;
    assert!(!listed.body.contains(&secret) && listed.json()["tokens"][0]["name"] == "n");
    let check = async |method: &str, path: &str, expected: u16| {
        let body = json!({ "name": "more" });
        let answer = web.send(method, path, &token, (method == "POST").then_some(&body)).await;
        assert_eq!(answer.status, expected, "{method} {path}: {}", answer.body);
    };
    check("GET", "/api/v2/variables", 200).await;
    check("GET", "/api/v2/connections", 403).await;
    check("GET", "/api/v2/dags", 403).await;
    check("POST", "/auth/me/tokens", 403).await;
    for (wrong, expected) in [
        (wanted, 409),
        (json!({ "name": "" }), 422),
        (json!({ "name": "a", "expires_in_days": 0 }), 422),
        (json!({ "name": "a", "expires_in_days": 100_000 }), 422),
        (json!({ "name": "a", "scopes": [{ "action": "can_fly", "resource": "Variables" }] }), 422),
    ] {
        let answer = post(&web, "/auth/me/tokens", &ann, wrong.clone()).await;
        assert_eq!(answer.status, expected, "{wrong}: {}", answer.body);
    }
    let path = format!("/auth/me/tokens/{id}");
    assert_eq!(web.send("DELETE", &path, &[web.bearer("bob").await], None).await.status, 404, "somebody else's");
    assert_eq!(web.send("DELETE", &path, &ann, None).await.status, 204);
    check("GET", "/api/v2/variables", 401).await;
    let forms = [format!("Bearer {secret}x"), secret.clone(), format!("Token {secret}"), format!("Basic {secret}")];
    for wrong in forms {
        assert_eq!(me(&web, &[("authorization", wrong.clone())]).await, 401, "{wrong}");
    }
    // No other place than the header is looked at, and of two nobody knows which counts.
    let bearer = web.bearer("ann").await;
    let in_query = format!("/auth/me?token={0}&access_token={0}", &bearer.1[7..]);
    assert_eq!(web.send("GET", &in_query, &[], None).await.status, 401);
    assert_eq!(me(&web, &[bearer.clone(), bearer.clone()]).await, 401);
    assert_eq!(me(&web, &[bearer]).await, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn roles_have_names_that_people_tell_apart() {
    let web = Web::new().await;
    let admin = [web.bearer("superadmin").await];
    for (name, expected) in [
        ("Sales", 201),
        ("sales", 409),
        ("SALES", 409),
        ("Sales2", 201),
        ("admin", 409),
        ("Größe", 201),
        ("GRÖSSE", 201),
    ] {
        let made = post(&web, "/api/v2/roles", &admin, json!({ "name": name })).await;
        assert_eq!(made.status, expected, "{name}: {}", made.body);
        if expected == 409 {
            assert!(made.json()["detail"].as_str().unwrap().starts_with("there is a role \""), "{}", made.body);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_audit_log_is_searched_by_patterns_and_shows_changes_alone() {
    let web = Web::new().await;
    let admin = [web.bearer("superadmin").await];
    post(&web, "/api/v2/variables", &admin, json!({ "key": "k", "value": "v" })).await;
    web.send("GET", "/api/v2/variables/k", &admin, None).await;
    web.send("DELETE", "/api/v2/variables/k", &admin, None).await;
    web.send("GET", "/api/v2/dags/nothing", &admin, None).await;
    web.audit.flush().await;
    let events = async |query: &str| {
        let list = web.send("GET", &format!("/api/v2/eventLogs?owner=superadmin&{query}"), &admin, None).await.json();
        let rows = list["event_logs"].as_array().unwrap_or_else(|| panic!("{query}: {list}")).clone();
        rows.iter().map(|row| row["event"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(events("changes_only=true").await, ["post_variable", "delete_variable"]);
    assert_eq!(events("event_pattern=%25VARIABLE&changes_only=false").await[..2], ["post_variable", "get_variable"]);
    assert_eq!(events("event_pattern=post|delete").await, ["post_variable", "delete_variable"]);
    assert_eq!(events("event_prefix_pattern=get_v").await, ["get_variable"]);
    assert_eq!(events("dag_id_pattern=NOTH_NG").await, ["get_dag"]);
    let both = "included_events=get_dag&included_events=get_variable,post_variable&excluded_events=post_variable";
    assert_eq!(events(both).await, ["get_variable", "get_dag"]);
    let export = web.send("GET", "/api/v2/eventLogs/export?changes_only=true&format=jsonl", &admin, None).await;
    assert!(export.body.contains("post_variable") && !export.body.contains("get_variable"), "{}", export.body);
    for wrong in ["changes_only=perhaps", "map_index=x", "before=x", &format!("event_pattern={}", "x".repeat(1_001))] {
        let answer = web.send("GET", &format!("/api/v2/eventLogs?{wrong}"), &admin, None).await;
        assert_eq!(answer.status, 422, "{wrong}: {}", answer.body);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn administrators_make_and_change_users_but_never_lock_everybody_out() {
    let web = Web::new().await;
    let admin = [web.bearer("superadmin").await];
    let new = json!({ "username": "ann", "roles": ["User"], "password": PASSWORD, "must_change_password": false });
    let made = post(&web, "/api/v2/users", &admin, new.clone()).await;
    assert_eq!((made.status, &made.json()["roles"]), (201, &json!(["User"])), "{}", made.body);
    assert!(!made.body.contains("argon2") && made.json().get("password").is_none());
    let wrong = |field: &str, value: Value| {
        let mut body = new.clone();
        body["username"] = "bob".into();
        body[field] = value;
        body
    };
    for (body, expected) in [
        (new.clone(), 409),
        (wrong("username", "ANN".into()), 409),
        (wrong("username", "a\r\nb".into()), 422),
        (wrong("password", "short".into()), 422),
        (wrong("password", Value::Null), 422),
        (wrong("roles", json!(["Nothing"])), 422),
        (wrong("is_admin", json!(true)), 422),
    ] {
        assert_eq!(post(&web, "/api/v2/users", &admin, body.clone()).await.status, expected, "{body}");
    }
    let session = web.login("ann", PASSWORD, &[]).await.session();
    let bearer = [web.bearer("ann").await];
    let path = "/api/v2/users/ann";
    let names = json!({ "first_name": "Ann" });
    assert_eq!(web.send("PATCH", path, &admin, Some(&names)).await.json()["first_name"], "Ann");
    assert_eq!(me(&web, &session).await, 200);
    assert_eq!(web.send("PATCH", path, &admin, Some(&json!({ "roles": ["Viewer"] }))).await.status, 200);
    assert_eq!((me(&web, &session).await, me(&web, &bearer).await), (401, 401), "the roles changed");
    let session = web.login("ann", PASSWORD, &[]).await.session();
    let reset = post(&web, "/api/v2/users/ann/password", &admin, json!({ "new_password": NEW })).await;
    assert_eq!((reset.status, me(&web, &session).await), (204, 401), "the password was reset");
    let login = web.login("ann", NEW, &[]).await;
    assert_eq!(login.json()["user"]["must_change_password"], true);
    let own = login.session();
    assert_eq!(web.send("GET", "/api/v2/dags", &own, None).await.status, 403, "not before the password is changed");
    let own_password = post(&web, "/api/v2/users/superadmin/password", &admin, json!({ "new_password": NEW })).await;
    assert_eq!(own_password.status, 409, "the old one is asked for");
    for body in [json!({ "active": false }), json!({ "roles": ["Op"] })] {
        let answer = web.send("PATCH", "/api/v2/users/superadmin", &admin, Some(&body)).await;
        assert_eq!(answer.status, 409, "{body}: {}", answer.body);
    }
    assert_eq!(web.send("DELETE", "/api/v2/users/superadmin", &admin, None).await.status, 409);
    assert_eq!(web.send("DELETE", path, &admin, None).await.status, 204);
    assert_eq!((web.send("GET", path, &admin, None).await.status, me(&web, &own).await), (404, 401));
    let statistics = web.send("GET", "/api/v2/userStatistics", &admin, None).await.json();
    assert_eq!(statistics["users"][0]["username"], "superadmin");
}

#[tokio::test(flavor = "multi_thread")]
async fn roles_are_made_of_what_their_maker_has() {
    let web = Web::new().await;
    let admin = [web.bearer("superadmin").await];
    let permission = |action: &str, resource: &str| json!({ "action": action, "resource": resource });
    let keeper = json!({ "name": "Keeper", "permissions": [
        permission("can_create", "Users"), permission("can_edit", "Users"), permission("can_delete", "Users"),
        permission("can_create", "Roles"), permission("can_edit", "Roles"), permission("can_read", "DAG:mine"),
    ] });
    assert_eq!(post(&web, "/api/v2/roles", &admin, keeper.clone()).await.status, 201);
    assert_eq!(post(&web, "/api/v2/roles", &admin, keeper).await.status, 409);
    let unknown = json!({ "name": "x", "permissions": [permission("can_delete", "DAG:mine")] });
    assert_eq!(post(&web, "/api/v2/roles", &admin, unknown).await.status, 422);
    let mine = json!({ "name": "Mine", "permissions": [permission("can_read", "DAG:mine")] });
    assert_eq!(post(&web, "/api/v2/roles", &admin, mine).await.json()["users"], 0);
    web.add("ken", &["Keeper"]).await;
    web.add("ann", &["Mine"]).await;
    let ken = [web.bearer("ken").await];
    let check = async |method: &str, path: &str, body: Value, expected: u16| {
        let answer = web.send(method, path, &ken, Some(&body)).await;
        assert_eq!(answer.status, expected, "{method} {path} {body}: {}", answer.body);
    };
    let user = |role: &str| json!({ "username": "new", "roles": [role], "password": PASSWORD });
    check("POST", "/api/v2/users", user("Admin"), 403).await;
    check("POST", "/api/v2/users", user("Viewer"), 403).await;
    check("POST", "/api/v2/users", user("Mine"), 201).await;
    check("PATCH", "/api/v2/users/ken", json!({ "roles": ["Admin"] }), 403).await;
    check("PATCH", "/api/v2/users/superadmin", json!({ "email": "ken@example.com" }), 403).await;
    check("POST", "/api/v2/users/superadmin/password", json!({ "new_password": NEW }), 403).await;
    check("DELETE", "/api/v2/users/superadmin", json!({}), 403).await;
    check(
        "POST",
        "/api/v2/roles",
        json!({ "name": "More", "permissions": [permission("can_read", "Variables")] }),
        403,
    )
    .await;
    check("PATCH", "/api/v2/roles/Keeper", json!({ "permissions": [permission("can_read", "all_dags")] }), 403).await;
    check("PATCH", "/api/v2/roles/Mine", json!({ "permissions": [permission("can_edit", "DAG:mine")] }), 403).await;
    check("PATCH", "/api/v2/roles/Mine", json!({ "permissions": [] }), 200).await;
    for (method, path, expected) in [
        ("PATCH", "/api/v2/roles/Admin", 409),
        ("DELETE", "/api/v2/roles/Viewer", 409),
        ("DELETE", "/api/v2/roles/Mine", 409),
        ("DELETE", "/api/v2/roles/Nothing", 404),
    ] {
        let body = json!({ "permissions": [] });
        let answer = web.send(method, path, &admin, (method == "PATCH").then_some(&body)).await;
        assert_eq!(answer.status, expected, "{method} {path}: {}", answer.body);
    }
    let known = web.send("GET", "/api/v2/permissions", &admin, None).await.json();
    assert!(known["dag_prefix"] == "DAG:" && known["permissions"].as_array().unwrap().len() > 60);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_audit_log_shows_what_its_reader_may_see() {
    let web = Web::new().await;
    web.add_role("Mine", &[("can_read", "DAG:mine"), ("can_read", "Audit Logs"), ("can_read", "DAG Runs")]).await;
    web.add("ann", &["Mine"]).await;
    let (admin, ann) = ([web.bearer("superadmin").await], [web.bearer("ann").await]);
    for dag in ["mine", "other"] {
        web.send("GET", &format!("/api/v2/dags/{dag}/dagRuns?password=hunter2"), &admin, None).await;
    }
    web.audit.flush().await;
    let rows = async |query: &str, headers: &[(&str, String)]| {
        let answer = web.send("GET", &format!("/api/v2/eventLogs{query}"), headers, None).await;
        assert_eq!(answer.status, 200, "{query}: {}", answer.body);
        assert!(!answer.body.contains("hunter2"), "{}", answer.body);
        let shown = answer.json()["event_logs"].as_array().unwrap().clone();
        shown
            .into_iter()
            .filter(|row| row["event"] == "get_dag_runs")
            .map(|row| row["dag_id"].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(rows("", &admin).await, ["mine", "other"]);
    assert_eq!(rows("?order_by=-when", &admin).await, ["other", "mine"]);
    assert_eq!(rows("", &ann).await, ["mine"]);
    assert_eq!(rows("?dag_id=other", &ann).await, Vec::<Value>::new());
    assert_eq!(rows("?event=get_dag_runs&user=superadmin&source_ip=10.0.0.7&q=MINE", &admin).await, ["mine"]);
    assert_eq!(rows("?excluded_events=get_dag_runs", &admin).await, Vec::<Value>::new());
    let all = web.send("GET", "/api/v2/eventLogs?dag_id=other", &admin, None).await.json();
    let path = format!("/api/v2/eventLogs/{}", all["event_logs"][0]["event_log_id"]);
    assert_eq!(web.send("GET", &path, &admin, None).await.json()["dag_id"], "other");
    assert_eq!(web.send("GET", &path, &ann, None).await.status, 404);
    let csv = web.send("GET", "/api/v2/eventLogs/export?event=get_dag_runs", &ann, None).await;
    let lines: Vec<_> = csv.body.lines().collect();
    assert!(lines[0].starts_with("event_log_id,when,event,user") && lines.len() == 2, "{}", csv.body);
    assert!(
        lines[1].contains(",mine,") && csv.headers["content-disposition"] == "attachment; filename=\"event_logs.csv\""
    );
    let jsonl = web.send("GET", "/api/v2/eventLogs/export?format=jsonl&event=get_dag_runs", &admin, None).await;
    let rows: Vec<Value> = jsonl.body.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rows.iter().map(|row| row["dag_id"].clone()).collect::<Vec<_>>(), ["mine", "other"]);
    assert_eq!(web.send("GET", "/api/v2/eventLogs/export?format=xml", &admin, None).await.status, 422);
    for method in ["PUT", "PATCH", "DELETE", "POST"] {
        assert_eq!(web.send(method, &path, &admin, Some(&json!({}))).await.status, 405, "{method}");
    }
}
