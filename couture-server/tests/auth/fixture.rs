//! An authority with users, a clock that tests turn, and a router whose handlers take permits.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use axum::Router;
use axum::body::Body;
use axum::extract::FromRef;
use axum::http::{Request, StatusCode, header};
use axum::response::Response;
use axum::routing::{get, post};
use couture_core::{Clock, Now, Timestamp};
use couture_server::auth::{
    Accounts, Authority, AuthorityParts, CookieStyle, Cost, Credentials, Jwts, OpenedSession, Passwords, Peer, Permit,
    PermitWithBasic, act, on,
};
use couture_server::settings::{Given, Settings, load};
use couture_store::{Audit, AuditFilter, AuditOrder, AuditWriter, MemoryAccounts, User, UserId, Users};
use http_body_util::BodyExt as _;
use hyper::service::Service as _;
use hyper_util::service::TowerToHyperService;

/// A clock that tests turn.
#[derive(Debug, Default)]
pub(crate) struct TurnedClock(AtomicI64);

const START: i64 = 1_800_000_000_000_000;

#[async_trait]
impl Clock for TurnedClock {
    fn now(&self) -> Now {
        let micros = self.0.load(Ordering::Relaxed);
        Now { wall: Timestamp::from_micros(START + micros), mono: Duration::from_micros(micros as u64) }
    }
    async fn sleep(&self, _: Duration) {
        tokio::task::yield_now().await;
    }
}

#[derive(Clone)]
struct State(Arc<Authority>);

impl FromRef<State> for Arc<Authority> {
    fn from_ref(state: &State) -> Self {
        state.0.clone()
    }
}

pub(crate) struct Fixture {
    pub(crate) authority: Arc<Authority>,
    pub(crate) accounts: MemoryAccounts,
    pub(crate) clock: Arc<TurnedClock>,
    pub(crate) audit: AuditWriter,
    router: TowerToHyperService<Router>,
}

pub(crate) const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 7));
/// The password of every user.
pub(crate) const PASSWORD: &str = "correct horse battery";

/// Settings that come from these variables of the environment.
pub(crate) fn settings(pairs: &[(&str, &str)]) -> Settings {
    let folder = tempfile::tempdir().unwrap();
    let mut environment: Vec<_> = pairs.iter().map(|(k, v)| (format!("COUTURE__{k}"), (*v).to_owned())).collect();
    environment.push(("COUTURE__DATA__DIR".into(), folder.path().display().to_string()));
    load(&Given { environment, ..Given::default() }).unwrap()
}

impl Fixture {
    pub(crate) async fn new() -> Self {
        Self::with(&[]).await
    }

    pub(crate) async fn with(pairs: &[(&str, &str)]) -> Self {
        let accounts = MemoryAccounts::new();
        let clock = Arc::new(TurnedClock::default());
        let audit = AuditWriter::start(Arc::new(accounts.clone()), clock.clone());
        let parts = parts(&accounts, &audit, &clock);
        let authority = Arc::new(Authority::new(parts, &settings(pairs)).unwrap());
        let router = TowerToHyperService::new(router().with_state(State(authority.clone())));
        Self { authority, accounts, clock, audit, router }
    }

    /// With the built-in roles and `superadmin`.
    pub(crate) async fn prepared() -> Self {
        let fixture = Self::new().await;
        fixture.authority.prepare(Some(PASSWORD)).await.unwrap();
        fixture
    }

    pub(crate) fn turn(&self, seconds: i64) {
        self.clock.0.fetch_add(seconds * 1_000_000, Ordering::Relaxed);
    }

    pub(crate) async fn add(&self, name: &str, roles: &[&str]) -> User {
        let id = UserId::new(name.bytes().fold(7, |sum, byte| sum * 31 + u64::from(byte)));
        let roles: BTreeSet<_> = roles.iter().map(|role| (*role).to_owned()).collect();
        let password = Some(self.authority.passwords().hash(PASSWORD).await.unwrap());
        let user = User { roles, password, ..User::new(id, name, self.clock.now().wall) };
        Users::create(&self.accounts, &user).await.unwrap();
        user
    }

    pub(crate) async fn login(&self, name: &str) -> OpenedSession {
        let user = self.authority.login(&credentials(name, PASSWORD), HERE).await.unwrap();
        self.authority.open_session(&user, HERE, "test", None).await.unwrap()
    }

    pub(crate) async fn user(&self, name: &str) -> User {
        self.accounts.find(name).await.unwrap().unwrap()
    }

    /// Sends a request; the answer's status, and its text.
    pub(crate) async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> (StatusCode, String) {
        let mut request = Request::builder().method(method).uri(path).extension(Peer(HERE));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer: Response = self.router.call(request.body(Body::empty()).unwrap()).await.unwrap();
        let status = answer.status();
        if status == StatusCode::UNAUTHORIZED {
            assert_eq!(answer.headers()[header::WWW_AUTHENTICATE], "Bearer");
        }
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    pub(crate) async fn status(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> u16 {
        self.send(method, path, headers).await.0.as_u16()
    }

    /// The events of the audit log with their users, the oldest first.
    pub(crate) async fn events(&self) -> Vec<(String, Option<String>)> {
        self.audit.flush().await;
        let rows = self.accounts.search(&AuditFilter::default(), AuditOrder::OldestFirst, 0, usize::MAX).await.unwrap();
        rows.into_iter().map(|row| (row.entry.event, row.entry.user)).collect()
    }
}

pub(crate) fn parts(accounts: &MemoryAccounts, audit: &AuditWriter, clock: &Arc<TurnedClock>) -> AuthorityParts {
    AuthorityParts {
        accounts: Accounts::from(accounts.clone()),
        audit: audit.clone(),
        clock: clock.clone(),
        passwords: Passwords::new(Cost::Least),
        jwts: Jwts::new(&[5; 32]),
        cookies: CookieStyle { secure: false },
        local: None,
    }
}

pub(crate) fn credentials(username: &str, password: &str) -> Credentials {
    Credentials { username: username.into(), password: password.into() }
}

/// `name=value` of a cookie that is set.
pub(crate) fn cookie(opened: &OpenedSession) -> String {
    opened.cookie.to_str().unwrap().split(';').next().unwrap().to_owned()
}

fn router() -> Router<State> {
    async fn who(permit: Permit<act::Read, on::Website>) -> String {
        permit.principal().username().unwrap_or("nobody").to_owned()
    }
    async fn runs(permit: Permit<act::Read, on::DagRuns>) -> String {
        match permit.dags().ids() {
            Some(ids) => ids.iter().cloned().collect::<Vec<_>>().join(","),
            None => "all".into(),
        }
    }
    async fn trigger(_: Permit<act::Create, on::DagRuns>) {}
    async fn edit_dag(_: Permit<act::Edit, on::Dags>) {}
    async fn edit_variable(_: Permit<act::Edit, on::Variables>) {}
    async fn my_password(_: Permit<act::Edit, on::MyPassword>) {}
    async fn export(permit: PermitWithBasic<act::Read, on::DagFiles>) -> String {
        permit.0.principal().username().unwrap_or("nobody").to_owned()
    }
    Router::new()
        .route("/who", get(who))
        .route("/dags/{dag_id}", post(edit_dag))
        .route("/dags/{dag_id}/runs", get(runs).post(trigger))
        .route("/runs", get(runs))
        .route("/variables/{dag_id}", post(edit_variable))
        .route("/password", post(my_password))
        .route("/export", get(export))
}
