//! Every role on every route.

use std::collections::{BTreeMap, BTreeSet};

use couture_server::api::{Needs, Route};
use couture_server::auth::Resource;
use serde_json::json;

use super::fixture::Web;

/// The columns of the file.
const ROLES: [&str; 4] = ["Viewer", "User", "Op", "Developer"];
const OPEN: &str = "open";
/// What a browser needs before anybody has logged in.
const STATIC: [&str; 3] = ["/", "/assets/{*path}", "/static/{*path}"];

/// What each route shall let in, by method and path.
fn expected() -> BTreeMap<(String, String), String> {
    let mut all = BTreeMap::new();
    for line in include_str!("expected.txt").lines() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let words: Vec<_> = line.split_whitespace().collect();
        let [method, path, who] = words[..] else { panic!("{line:?} is no expectation") };
        assert!(who == OPEN || who.len() == ROLES.len() && who.bytes().all(|b| b"y-".contains(&b)), "{line}");
        let key = (method.to_owned(), path.to_owned());
        assert!(all.insert(key, who.to_owned()).is_none(), "{line} is there twice");
    }
    all
}

/// The path with something in place of each parameter: of a DAG, `dag`.
fn filled(path: &str, dag: &str) -> String {
    let fill = |part: &str| match part {
        "{dag_id}" => dag.to_owned(),
        "{map_index}" | "{try_number}" | "{id}" | "{n}" | "{backfill_id}" | "{event_log_id}" | "{version_number}" => {
            "1".into()
        }
        part if part.starts_with('{') => "nothing".into(),
        part => part.to_owned(),
    };
    path.split('/').map(fill).collect::<Vec<_>>().join("/")
}

async fn status(web: &Web, route: &Route, dag: &str, headers: &[(&str, String)]) -> u16 {
    let body = json!({});
    let body = (!route.method.is_safe()).then_some(&body);
    web.send(route.method.as_str(), &filled(&route.path, dag), headers, body).await.status
}

fn is_static(route: &Route) -> bool {
    STATIC.contains(&route.path.as_str()) && route.method == "GET"
}

#[tokio::test(flavor = "multi_thread")]
async fn each_role_is_let_in_where_the_lists_say_so_and_nowhere_else() {
    let web = Web::new().await;
    let expected = expected();
    let unlisted: Vec<_> = web
        .routes
        .iter()
        .filter(|route| !is_static(route))
        .filter(|route| !expected.contains_key(&(route.method.to_string(), route.path.clone())))
        .map(|route| format!("{:<7} {}", route.method, route.path))
        .collect();
    assert!(unlisted.is_empty(), "say in expected.txt who may send these:\n{}", unlisted.join("\n"));
    let mut wrong = Vec::new();
    for (at, role) in ROLES.iter().enumerate().map(|(at, role)| (Some(at), *role)).chain([(None, "Admin")]) {
        web.add(role, &[role]).await;
        for route in web.routes.iter().filter(|route| !is_static(route)) {
            let who = &expected[&(route.method.to_string(), route.path.clone())];
            if who == OPEN {
                continue;
            }
            let may = at.is_none_or(|at| who.as_bytes()[at] == b'y');
            // Some of what is allowed ends the token: what each needs is new.
            let status = status(&web, route, "nothing", &[web.bearer(role).await]).await;
            let is_right = if may { ![401, 403].contains(&status) && status < 500 } else { status == 403 };
            if !is_right {
                wrong.push(format!("{role} {} {}: {status}, may: {may}", route.method, route.path));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_let_in_but_to_health_login_and_files_of_the_page() {
    let web = Web::new().await;
    web.add("public", &["Public"]).await;
    let public = [web.bearer("public").await];
    let expected = expected();
    let mut wrong = Vec::new();
    for route in &web.routes {
        let is_open = expected.get(&(route.method.to_string(), route.path.clone())).is_some_and(|who| who == OPEN);
        let of_nobody = status(&web, route, "nothing", &[]).await;
        let of_public = status(&web, route, "nothing", &public).await;
        let is_right = match route.needs {
            Needs::Nothing => is_open || is_static(route),
            // Every user may change the password that is kept of them, whatever their roles.
            Needs::Permission(_, Resource::MyPassword) => !is_open && of_nobody == 401 && of_public != 403,
            Needs::Permission(..) => !is_open && of_nobody == 401 && of_public == 403,
        };
        if !is_right {
            wrong.push(format!("{} {}: {of_nobody} of nobody, {of_public} of Public", route.method, route.path));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let open: BTreeSet<_> =
        expected.iter().filter(|(_, who)| *who == OPEN).map(|((_, path), _)| path.as_str()).collect();
    let all = ["/api/v2/monitor/health", "/auth/login", "/auth/logout", "/auth/me", "/auth/token", "/auth/token/cli"];
    assert_eq!(open, BTreeSet::from(all));
    // What one is, and logging out, are open to be asked, and tell nothing to nobody.
    assert_eq!(web.send("GET", "/auth/me", &[], None).await.status, 401);
    for path in ["/api/v2/nothing", "/api/v2/dags/", "/api/v2//dags", "/API/V2/DAGS", "/api/v2/dags/%2e%2e/users"] {
        let status = web.send("GET", path, &[], None).await.status;
        assert!([401, 404].contains(&status), "{path}: {status}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_may_one_dag_may_nothing_to_another() {
    let web = Web::new().await;
    let general: Vec<(String, String)> = couture_server::auth::BuiltInRole::Op
        .permissions()
        .into_iter()
        .filter(|permission| permission.resource != "all_dags")
        .map(|permission| (permission.action, permission.resource))
        .collect();
    let mut permissions: Vec<_> =
        general.iter().map(|(action, resource)| (action.as_str(), resource.as_str())).collect();
    permissions.push(("can_edit", "DAG:mine"));
    web.add_role("Mine", &permissions).await;
    web.add("ann", &["Mine"]).await;
    let bearer = [web.bearer("ann").await];
    let (mut wrong, mut of_dags) = (Vec::new(), 0);
    for route in web.routes.iter().filter(|route| route.path.contains("{dag_id}")) {
        of_dags += 1;
        let (mine, other) = (status(&web, route, "mine", &bearer).await, status(&web, route, "other", &bearer).await);
        if other != 403 || [401, 403].contains(&mine) {
            wrong.push(format!("{} {}: {mine} of one's own, {other} of another", route.method, route.path));
        }
    }
    assert!(wrong.is_empty() && of_dags > 20, "{}", wrong.join("\n"));
}
