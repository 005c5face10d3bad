//! Who sends a request.

use couture_core::DagId;
use couture_store::{Hashed, TokenId, User, UserId, UserSource};

use super::error::AuthError;
use super::roles::{Action, DagFilter, Granted, Resource};

/// Who sends a request, and what they may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    /// The user; none where nobody logged in.
    pub user: Option<User>,
    /// What it may do.
    pub granted: Granted,
    /// How it proved who it is.
    pub via: Via,
}

/// How somebody proved who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Via {
    /// By the cookie of this session.
    Session(Hashed),
    /// By a signed token.
    Jwt,
    /// By this personal token.
    ApiToken(TokenId),
    /// By name and password in the request.
    Basic,
    /// By the token that a server leaves in its data folder: it is somebody who may read that.
    Local,
    /// Not at all.
    Nothing,
}

impl Principal {
    /// What somebody with the server's local token is called.
    pub const LOCAL: &'static str = "local";

    /// Nobody who logged in.
    pub fn anonymous(granted: Granted) -> Self {
        Self { user: None, granted, via: Via::Nothing }
    }

    /// The name to log in with; none of somebody who did not.
    pub fn username(&self) -> Option<&str> {
        match self.via {
            Via::Local => Some(Self::LOCAL),
            _ => self.user.as_ref().map(|user| user.username.as_str()),
        }
    }

    /// The user's number. [`AuthError::Unauthenticated`] of somebody who did not log in.
    pub fn user_id(&self) -> Result<UserId, AuthError> {
        self.user.as_ref().map(|user| user.id).ok_or(AuthError::Unauthenticated)
    }

    /// Refuses what is not permitted: of a DAG, where `dag_id` names one.
    pub fn check(&self, action: Action, resource: Resource, dag_id: Option<&str>) -> Result<(), AuthError> {
        let must_change = self.user.as_ref().is_some_and(|user| user.must_change_password);
        if must_change && !matches!(resource, Resource::MyPassword) {
            return Err(AuthError::MustChangePassword);
        }
        if resource == Resource::MyPassword && self.has_own_password() {
            return Ok(());
        }
        let (may, on) = match dag_id {
            Some(dag_id) if resource.is_of_dag() => (
                self.granted.may_on_dag(action, resource, dag_id),
                format!("{resource} of {}{dag_id}", Resource::DAG_PREFIX),
            ),
            _ => (self.granted.may(action, resource), resource.to_string()),
        };
        match &self.user {
            _ if may => Ok(()),
            None => Err(AuthError::Unauthenticated),
            // A permission on what belongs to DAGs says nothing without DAGs that it holds for.
            Some(_) if resource.is_of_dag() && self.dags(action).is_empty() => {
                let word = if action == Action::Read { Action::Read } else { Action::Edit };
                Err(AuthError::Forbidden(format!("{action} on {on}\" and \"{word} on {}", Resource::ALL_DAGS)))
            }
            Some(_) => Err(AuthError::Forbidden(format!("{action} on {on}"))),
        }
    }

    /// Whether this is a user who keeps a password here, and not just a token of one: everybody may change their own, whatever their roles
    /// say, since some must before anything else.
    fn has_own_password(&self) -> bool {
        let is_kept = self.user.as_ref().is_some_and(|user| user.source == UserSource::Database);
        is_kept && !matches!(self.via, Via::ApiToken(_))
    }

    /// The DAGs that a list may show which needs `action`.
    pub fn dags(&self, action: Action) -> &DagFilter {
        self.granted.dags(action)
    }

    /// Refuses `action` on `resource` of a DAG that the address does not name: one in the body.
    pub fn check_dag(&self, action: Action, resource: Resource, dag_id: &DagId) -> Result<(), AuthError> {
        self.check(action, resource, Some(dag_id.as_str()))
    }
}
