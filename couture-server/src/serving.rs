//! What a server needs to let people in.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use couture_store::AuditWriter;
use tokio::sync::watch;

use crate::admission::Admission;
use crate::api::WebState;
use crate::audit_retention::trim_audit;
use crate::auth::{
    ADMIN_PASSWORD_VARIABLE, Authority, AuthorityParts, CookieStyle, Cost, DrawnSecret, LocalToken, Passwords, jwts_of,
};
use crate::error::StartError;
use crate::measures::Measures;
use crate::node::Node;
use crate::settings::Settings;

/// What lets people in, while a server answers.
#[derive(Debug)]
pub(crate) struct Serving {
    authority: Arc<Authority>,
    audit: AuditWriter,
    shown: Option<DrawnSecret>,
    measures: Option<Measures>,
    settings: Arc<Settings>,
}

/// From one removal of sessions that are over to the next.
const PURGE: Duration = Duration::from_secs(3_600);
/// How long the last audit rows may take to become durable when the server stops.
const FLUSH: Duration = Duration::from_secs(2);

impl Serving {
    /// Makes the roles and the first user where they are missing, and leaves the token for programs of this machine's user. Refuses to
    /// go on where others could come in by a password that was shown on a screen.
    pub(crate) async fn prepare(
        node: &Node,
        settings: &Settings,
        address: SocketAddr,
        measures: Option<Measures>,
    ) -> Result<Self, StartError> {
        let failed = |error: crate::auth::AuthError| StartError::Accounts(error.to_string());
        let accounts = node.accounts().clone();
        let audit = AuditWriter::start(accounts.audit.clone(), node.clock().clone());
        let data = node.data().path();
        let secure = settings.server.behind_proxy || !settings.server.tls_cert.as_os_str().is_empty();
        let parts = AuthorityParts {
            accounts,
            audit: audit.clone(),
            clock: node.clock().clone(),
            passwords: Passwords::new(Cost::Full),
            jwts: jwts_of(data)?,
            cookies: CookieStyle { secure },
            local: Some(LocalToken::leave(data)?),
        };
        let authority = Arc::new(Authority::new(parts, settings).map_err(StartError::Unfit)?);
        let given = std::env::var(ADMIN_PASSWORD_VARIABLE).ok();
        let is_reachable = settings.server.behind_proxy || !address.ip().is_loopback();
        if is_reachable && given.is_none() && !authority.has_users().await.map_err(failed)? {
            return Err(StartError::NoPassword { host: settings.server.host.clone() });
        }
        let first = authority.prepare(given.as_deref()).await.map_err(failed)?;
        if is_reachable && authority.has_shown_password().await.map_err(failed)? {
            return Err(StartError::ShownPassword { host: settings.server.host.clone() });
        }
        let days = settings.auth.audit_retention_days;
        tokio::spawn(trim_audit(Arc::downgrade(&authority), node.clock().clone(), days));
        node.keep_files();
        tokio::spawn(purge(Arc::downgrade(&authority), node.clock().clone()));
        Ok(Self {
            authority,
            audit,
            shown: first.and_then(|first| first.password),
            measures,
            settings: Arc::new(settings.clone()),
        })
    }

    /// The first user's password, where it was drawn at this start: to be shown this once.
    pub(crate) fn shown_password(&self) -> Option<&str> {
        self.shown.as_ref().map(DrawnSecret::reveal)
    }

    /// How many connections each address may have.
    pub(crate) fn admission(&self) -> Admission {
        Admission::of(&self.settings, self.authority.proxies())
    }

    /// What the routes work on.
    pub(crate) fn state(&self, node: &Node, stopping: watch::Receiver<bool>) -> WebState {
        let state = WebState::new(node, self.authority.clone(), self.settings.clone(), stopping);
        WebState { measures: self.measures.clone(), ..state }
    }

    /// Waits a moment for what the audit log has to write.
    pub(crate) async fn end(self) {
        if tokio::time::timeout(FLUSH, self.audit.flush()).await.is_err() {
            tracing::warn!("the last rows of the audit log may be lost: the store did not take them in time");
        }
    }
}

async fn purge(authority: std::sync::Weak<Authority>, clock: Arc<dyn couture_core::Clock>) {
    loop {
        clock.sleep(PURGE).await;
        let Some(authority) = authority.upgrade() else { return };
        if let Err(error) = authority.accounts().sessions.purge(clock.now().wall).await {
            tracing::warn!("sessions that are over were not removed: {error}");
        }
    }
}
