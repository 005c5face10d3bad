//! The router of a server, in this process, with users of every role.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, header};
use couture_core::store::Request as EngineRequest;
use couture_core::{DagBuilder, DagId, RunId, SystemClock};
use couture_server::api::{AllowedHosts, Guard, Route, WebState, router};
use couture_server::auth::{
    Accounts, Authority, AuthorityParts, CookieStyle, Cost, Jwts, NewUser, Passwords, Peer, Principal, Via,
};
use couture_server::auth::{BuiltInRole, Granted};
use couture_server::data_folder::DataFolder;
use couture_server::settings::{Given, Settings, load};
use couture_server::{Children, Node};
use couture_store::{AuditWriter, MemoryAccounts, Permission, Role, Roles, UserSource, Users};
use http_body_util::BodyExt as _;
use hyper::service::Service as _;
use hyper_util::service::TowerToHyperService;
use serde_json::Value;

pub(crate) const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 7));
/// The password of every user.
pub(crate) const PASSWORD: &str = "correct horse battery";
/// The key of signed tokens.
pub(crate) const KEY: [u8; 32] = [5; 32];

pub(crate) struct Web {
    pub(crate) authority: Arc<Authority>,
    pub(crate) accounts: MemoryAccounts,
    pub(crate) audit: AuditWriter,
    pub(crate) routes: Vec<Route>,
    service: TowerToHyperService<Router>,
    node: Node,
    _folder: tempfile::TempDir,
}

/// What was answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    /// The headers of a browser that got this answer, for its next requests.
    pub(crate) fn session(&self) -> Vec<(&'static str, String)> {
        let cookie = self.headers[header::SET_COOKIE].to_str().unwrap().split(';').next().unwrap().to_owned();
        let csrf = match self.headers.get("x-csrf-token") {
            Some(csrf) => csrf.to_str().unwrap().to_owned(),
            None => self.json()["csrf_token"].as_str().unwrap().to_owned(),
        };
        vec![("cookie", cookie), ("x-csrf-token", csrf)]
    }
}

fn settings(folder: &std::path::Path, pairs: &[(&str, &str)]) -> Settings {
    let mut environment: Vec<_> = pairs.iter().map(|(k, v)| (format!("COUTURE__{k}"), (*v).to_owned())).collect();
    environment.push(("COUTURE__DATA__DIR".into(), folder.display().to_string()));
    environment.push(("COUTURE__DATABASE__URL".into(), "memory:".into()));
    load(&Given { environment, ..Given::default() }).unwrap()
}

impl Web {
    pub(crate) async fn new() -> Self {
        Self::with(&[]).await
    }

    /// With these settings besides.
    pub(crate) async fn with(pairs: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let settings = settings(folder.path(), pairs);
        let data = DataFolder::open(&settings.data.dir).unwrap();
        let node = Node::start(settings.clone(), data, Vec::new(), Children::InProcess).await.unwrap();
        let accounts = MemoryAccounts::new();
        let clock = Arc::new(SystemClock::new());
        let audit = AuditWriter::start(Arc::new(accounts.clone()), clock.clone());
        let parts = AuthorityParts {
            accounts: Accounts::from(accounts.clone()),
            audit: audit.clone(),
            clock,
            passwords: Passwords::new(Cost::Least),
            jwts: Jwts::new(&KEY),
            cookies: CookieStyle { secure: false },
            local: None,
        };
        let authority = Arc::new(Authority::new(parts, &settings).unwrap());
        authority.prepare(Some(PASSWORD)).await.unwrap();
        let (_, stopping) = tokio::sync::watch::channel(false);
        let state = WebState::new(&node, authority.clone(), Arc::new(settings), stopping);
        let hosts = AllowedHosts { loopback: true, named: Vec::new() };
        let served = router(state, Guard { hosts: hosts.into(), timeout: Duration::from_secs(20) });
        let service = TowerToHyperService::new(served.router);
        Self { authority, accounts, audit, routes: served.routes, service, node, _folder: folder }
    }

    /// Defines a DAG, which is not paused.
    pub(crate) async fn define(&self, dag: DagBuilder) {
        let dag = dag.build().unwrap();
        let dag_id = dag.dag_id.clone();
        self.node.engine().register(dag).await.unwrap();
        let unpause = EngineRequest::SetPaused { dag_id, paused: false };
        self.node.engine().request(unpause).await.unwrap();
    }

    /// Waits for the end of a run.
    pub(crate) async fn ended(&self, dag_id: &str, run_id: &str) {
        let (dag_id, run_id) = (DagId::new(dag_id).unwrap(), RunId::new(run_id).unwrap());
        let run = self.node.reader().run(&dag_id, &run_id).await.unwrap().unwrap();
        self.node.engine().finished(run.key).await.unwrap();
    }

    /// A user with these roles.
    pub(crate) async fn add(&self, name: &str, roles: &[&str]) {
        let all = Granted::of_permissions(&BuiltInRole::Admin.permissions());
        let sender = Principal { user: None, granted: all, via: Via::Local };
        let wanted = NewUser {
            username: name.into(),
            first_name: String::new(),
            last_name: String::new(),
            email: String::new(),
            roles: roles.iter().map(|role| (*role).to_owned()).collect::<BTreeSet<_>>(),
            password: Some(PASSWORD.into()),
            must_change_password: false,
            active: true,
            source: UserSource::Database,
        };
        self.authority.create_user(&sender, wanted).await.unwrap();
    }

    /// A role with these permissions.
    pub(crate) async fn add_role(&self, name: &str, permissions: &[(&str, &str)]) {
        let permissions = permissions.iter().map(|(action, resource)| Permission::new(*action, *resource));
        Roles::create(&self.accounts, &Role::new(name, permissions)).await.unwrap();
    }

    /// The header of a signed token of this user.
    pub(crate) async fn bearer(&self, name: &str) -> (&'static str, String) {
        let user = Users::find(&self.accounts, name).await.unwrap().unwrap();
        ("authorization", format!("Bearer {}", self.authority.issue_jwt(&user, false).unwrap()))
    }

    /// Sends a request with a JSON body, and does not read the answer's.
    pub(crate) async fn begin(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, String)],
        body: Option<&Value>,
    ) -> axum::response::Response {
        let mut request = Request::builder().method(method).uri(path).extension(Peer(HERE));
        if !headers.iter().any(|(name, _)| *name == "host") {
            request = request.header("host", "localhost");
        }
        if !headers.iter().any(|(name, _)| *name == "content-type") {
            request = request.header("content-type", "application/json");
        }
        for (name, value) in headers.iter().filter(|(_, value)| !value.is_empty()) {
            request = request.header(*name, value);
        }
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        self.service.call(request.body(body).unwrap()).await.unwrap()
    }

    /// Sends a request with a JSON body; one that streams is cut off.
    pub(crate) async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, String)],
        body: Option<&Value>,
    ) -> Answer {
        let answer = self.begin(method, path, headers, body).await;
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let is_stream = headers.get(header::CONTENT_TYPE).is_some_and(|kind| {
            kind.to_str().is_ok_and(|kind| kind.contains("event-stream") || kind.contains("x-ndjson"))
        });
        let body = match is_stream && status == 200 && !path.contains("eventLogs") {
            true => Vec::new(),
            false => answer.into_body().collect().await.unwrap().to_bytes().to_vec(),
        };
        Answer { status, headers, body: String::from_utf8_lossy(&body).into_owned() }
    }

    /// Logs in as a browser does.
    pub(crate) async fn login(&self, name: &str, password: &str, headers: &[(&str, String)]) -> Answer {
        let body = serde_json::json!({ "username": name, "password": password });
        self.send("POST", "/auth/login", headers, Some(&body)).await
    }
}
