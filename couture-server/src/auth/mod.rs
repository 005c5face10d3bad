//! Who may do what: logins, sessions, tokens, roles.
//!
//! [`Authority`] answers who sends a request; [`Permit`] in a handler's arguments says what its sender must be allowed to do. Nothing
//! here decides by the text of a path.

mod accounts;
mod api_token;
mod audit_extra;
mod audit_note;
mod authenticate;
mod authority;
mod cookie;
mod error;
mod first_start;
mod hs256;
mod jwt;
mod jwt_key;
mod ldap;
mod local_token;
mod login;
mod my_password;
mod password;
mod password_policy;
mod permit;
mod principal;
mod roles;
mod secret;
mod session;
mod source;
mod throttle;
mod user_admin;

pub use accounts::Accounts;
pub use api_token::NewToken;
pub use audit_extra::audit_extra;
pub use audit_note::{AuditNote, Sender};
pub use authenticate::CSRF_HEADER;
pub use authority::{Authority, AuthorityParts};
pub use cookie::CookieStyle;
pub use error::AuthError;
pub use first_start::{ADMIN_PASSWORD_VARIABLE, FirstAdmin};
pub use jwt::{Claims, Jwts};
pub use jwt_key::jwts_of;
pub use ldap::{Directory, DirectoryError, DirectoryUser};
pub use local_token::LocalToken;
pub use login::Credentials;
pub use password::{Cost, Passwords};
pub use password_policy::PasswordPolicy;
pub use permit::{ActionKind, Permit, PermitWithBasic, ResourceKind, act, on};
pub use principal::{Principal, Via};
pub use roles::{
    Action, BuiltInRole, DagFilter, Fate, Granted, OFFERS, OP_PERMS, OP_VMS, Offer, Resource, USER_PERMS, VIEWER_PERMS,
    VIEWER_VMS, WITHOUT_OBJECT, built_in_roles,
};
pub use secret::DrawnSecret;
pub use session::OpenedSession;
pub use source::{Peer, TrustedProxies};
pub use throttle::{Throttle, ThrottleLimits};
pub use user_admin::NewUser;
