//! Permission as a type: what a handler takes says what its caller must be allowed to do.

use std::fmt;
use std::marker::PhantomData;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts, RawPathParams};
use axum::http::request::Parts;

use super::audit_note::{AuditNote, Sender};
use super::authority::Authority;
use super::error::AuthError;
use super::principal::{Principal, Via};
use super::roles::{Action, DagFilter, Resource};
use super::source::Peer;
use crate::api::is_json;

/// An [`Action`] as a type; see [`act`].
pub trait ActionKind: Send + Sync + 'static {
    /// The action.
    const ACTION: Action;
}

/// A [`Resource`] as a type; see [`on`].
pub trait ResourceKind: Send + Sync + 'static {
    /// The resource.
    const RESOURCE: Resource;
}

macro_rules! kinds {
    ($(#[doc = $doc:literal])* $module:ident: $Kind:ident, $constant:ident: $Value:ident { $($name:ident),* $(,)? }) => {
        $(#[doc = $doc])*
        pub mod $module {
            use super::{$Kind, $Value};
            $(
                #[doc = concat!("[`", stringify!($Value), "::", stringify!($name), "`] as a type.")]
                #[derive(Clone, Copy, Debug)]
                pub struct $name;
                impl $Kind for $name {
                    const $constant: $Value = $Value::$name;
                }
            )*
        }
    };
}

kinds! {
    /// Actions as types.
    act: ActionKind, ACTION: Action { Read, Edit, Create, Delete }
}

kinds! {
    /// Resources as types.
    on: ResourceKind, RESOURCE: Resource {
        Dags, DagCode, DagWarnings, DagRuns, TaskInstances, TaskLogs, TaskXComs, Backfills, SlaMisses, ImportErrors, Website, Jobs,
        AuditLogs, Version, Assets, XComs, Variables, Connections, Pools, Configurations, ClusterConfigurations, DagFiles,
        CodeArtifacts, CodeBricks, Eda, Notebooks, Models, Git, Visualisations, Users, Roles, UserStatistics, FernetKey, MyProfile,
        MyPassword, MyTokens,
    }
}

/// Proof that the sender of a request may do `A` to `R`: as an argument of a handler it refuses everybody else. Where the route has a
/// parameter `dag_id` and `R` is of DAGs, it is proof for that DAG; `~` in its place, as in Airflow, stands for all that may be seen.
///
/// ```text
/// async fn list(permit: Permit<act::Read, on::DagRuns>, …) { … permit.dags() … }
/// ```
pub struct Permit<A, R> {
    principal: Principal,
    source: IpAddr,
    note: AuditNote,
    kinds: PhantomData<fn() -> (A, R)>,
}

/// A [`Permit`] of a route that also takes name and password with the request itself (HTTP Basic).
pub struct PermitWithBasic<A, R>(
    /// The permit.
    pub Permit<A, R>,
);

/// The parameter of a route that names a DAG.
const DAG_PARAMETER: &str = "dag_id";
/// Its value for all DAGs.
const ALL_DAGS: &str = "~";

impl<A: ActionKind, R: ResourceKind> Permit<A, R> {
    /// Who sends the request.
    pub fn principal(&self) -> &Principal {
        &self.principal
    }

    /// From where the request comes.
    pub fn source(&self) -> IpAddr {
        self.source
    }

    /// The DAGs that the sender may do it to: what a list shows.
    pub fn dags(&self) -> &DagFilter {
        self.principal.dags(A::ACTION)
    }

    /// Adds to the request's audit row what its address does not tell; see [`AuditNote::add`].
    pub fn note(&self, name: &str, value: impl fmt::Display) {
        self.note.add(name, value);
    }

    async fn of(parts: &mut Parts, authority: &Authority, takes_basic: bool) -> Result<Self, AuthError> {
        let peer = parts.extensions.get::<Peer>().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.0);
        let source = authority.proxies().source(peer, &parts.headers);
        let principal = authority.authenticate(&parts.method, &parts.headers, source, takes_basic).await?;
        if principal.via == Via::Nothing && !parts.method.is_safe() && !is_json(&parts.headers) {
            return Err(AuthError::Unauthenticated);
        }
        let note = parts.extensions.get::<AuditNote>().cloned().unwrap_or_default();
        note.set_sender(Sender { username: principal.username().map(String::from), source });
        let params = RawPathParams::from_request_parts(parts, &()).await.ok();
        let dag_id = params.as_ref().and_then(|params| params.iter().find(|(name, _)| *name == DAG_PARAMETER));
        let dag_id = dag_id.map(|(_, id)| id).filter(|id| *id != ALL_DAGS);
        principal.check(A::ACTION, R::RESOURCE, dag_id)?;
        Ok(Self { principal, source, note, kinds: PhantomData })
    }
}

impl<S, A, R> FromRequestParts<S> for Permit<A, R>
where
    S: Send + Sync,
    Arc<Authority>: FromRef<S>,
    A: ActionKind,
    R: ResourceKind,
{
    type Rejection = AuthError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, AuthError> {
        Self::of(parts, &Arc::from_ref(state), false).await
    }
}

impl<S, A, R> FromRequestParts<S> for PermitWithBasic<A, R>
where
    S: Send + Sync,
    Arc<Authority>: FromRef<S>,
    A: ActionKind,
    R: ResourceKind,
{
    type Rejection = AuthError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, AuthError> {
        Permit::of(parts, &Arc::from_ref(state), true).await.map(Self)
    }
}

impl<A: ActionKind, R: ResourceKind> fmt::Debug for Permit<A, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Permit({} on {} to {:?})", A::ACTION, R::RESOURCE, self.principal.username())
    }
}

impl<A: ActionKind, R: ResourceKind> fmt::Debug for PermitWithBasic<A, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
