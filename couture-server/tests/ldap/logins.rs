//! Whole logins: users of the directory, of the database, and both.

use std::net::{IpAddr, Ipv4Addr, TcpListener};
use std::sync::Arc;

use couture_core::{Clock as _, SystemClock};
use couture_server::auth::{
    Accounts, AuthError, Authority, AuthorityParts, CookieStyle, Cost, Credentials, Jwts, Passwords,
};
use couture_server::settings::{Given, load};
use couture_store::{AuditWriter, MemoryAccounts, User, UserChange, UserId, UserSource, Users};

use super::slapd::Slapd;

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const PASSWORD: &str = "correct horse battery";

/// An authority that asks the server at this address, with `superadmin` and a database user `dora` in it.
async fn authority(server: &str, more: &[(&str, &str)]) -> (Authority, MemoryAccounts) {
    let folder = tempfile::tempdir().unwrap();
    let pairs = [
        ("AUTH__AUTH_TYPE", "AUTH_LDAP"),
        ("LDAP__AUTH_LDAP_SERVER", server),
        ("LDAP__AUTH_LDAP_SEARCH", "dc=example,dc=com"),
        ("LDAP__AUTH_LDAP_BIND_USER", "cn=test,ou=users,dc=example,dc=com"),
        ("LDAP__AUTH_LDAP_BIND_PASSWORD", "test"),
    ];
    let pairs = pairs.iter().chain(more).map(|(key, value)| (format!("COUTURE__{key}"), (*value).to_owned()));
    let data = ("COUTURE__DATA__DIR".to_owned(), folder.path().display().to_string());
    let settings = load(&Given { environment: pairs.chain([data]).collect(), ..Given::default() }).unwrap();
    let (accounts, clock) = (MemoryAccounts::new(), Arc::new(SystemClock::new()));
    let parts = AuthorityParts {
        accounts: Accounts::from(accounts.clone()),
        audit: AuditWriter::start(Arc::new(accounts.clone()), clock.clone()),
        clock: clock.clone(),
        passwords: Passwords::new(Cost::Least),
        jwts: Jwts::new(&[5; 32]),
        cookies: CookieStyle { secure: false },
        local: None,
    };
    let authority = Authority::new(parts, &settings).unwrap();
    authority.prepare(Some(PASSWORD)).await.unwrap();
    let password = Some(authority.passwords().hash(PASSWORD).await.unwrap());
    let dora = User { password, ..User::new(UserId::new(7), "dora", clock.now().wall) };
    Users::create(&accounts, &dora).await.unwrap();
    (authority, accounts)
}

async fn login(authority: &Authority, username: &str, password: &str) -> Result<User, AuthError> {
    authority.login(&Credentials { username: username.into(), password: password.into() }, HERE).await
}

#[tokio::test]
async fn users_register_themselves_where_they_may() {
    let slapd = Slapd::running().await;
    let (authority, accounts) = authority(&slapd.url, &[]).await;
    assert!(matches!(login(&authority, "asha", "pw1").await, Err(AuthError::Refused)));
    assert!(Users::find(&accounts, "asha").await.unwrap().is_none());
    let registration = [("AUTH__AUTH_USER_REGISTRATION", "true"), ("AUTH__AUTH_USER_REGISTRATION_ROLE", "Viewer")];
    let (authority, accounts) = self::authority(&slapd.url, &registration).await;
    assert!(matches!(login(&authority, "asha", "wrong").await, Err(AuthError::Refused)));
    let user = login(&authority, "ASHA", "pw1").await.unwrap();
    let known = (user.username.as_str(), user.full_name(), user.email.as_str(), user.source);
    assert_eq!(known, ("asha", "Asha Rao".into(), "asha@example.com", UserSource::Ldap));
    assert!(user.password.is_none() && user.roles.contains("Viewer") && user.roles.len() == 1);
    // The next time it is the same user, with what the directory tells now and the roles of here.
    let roles = ["Op".to_owned()].into();
    let change = UserChange { roles: Some(roles), last_name: Some("Old".into()), ..UserChange::default() };
    Users::change(&accounts, user.id, &change, user.changed_at).await.unwrap();
    let again = login(&authority, "asha", "pw1").await.unwrap();
    assert_eq!((again.id, again.last_name.as_str(), again.roles.contains("Op")), (user.id, "Rao", true));
    let change = UserChange { active: Some(false), ..UserChange::default() };
    Users::change(&accounts, user.id, &change, user.changed_at).await.unwrap();
    assert!(matches!(login(&authority, "asha", "pw1").await, Err(AuthError::Refused)));
}

#[tokio::test]
async fn the_directory_decides_about_no_user_of_the_database() {
    let slapd = Slapd::running().await;
    let registration = [("AUTH__AUTH_USER_REGISTRATION", "true"), ("AUTH__AUTH_USER_REGISTRATION_ROLE", "Viewer")];
    let (authority, accounts) = authority(&slapd.url, &registration).await;
    // Somebody in the directory has the name of a user here.
    let ben = User::new(UserId::new(8), "Ben", Users::find(&accounts, "dora").await.unwrap().unwrap().created_at);
    Users::create(&accounts, &ben).await.unwrap();
    assert!(matches!(login(&authority, "ben", "pw2").await, Err(AuthError::Refused)));
    // Only Admins keep passwords of their own.
    assert!(matches!(login(&authority, "dora", PASSWORD).await, Err(AuthError::Refused)));
    assert!(login(&authority, "superadmin", PASSWORD).await.unwrap().is_active_admin());
}

#[tokio::test]
async fn admins_of_the_database_get_in_while_the_directory_is_dead() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let (authority, _) = authority(&format!("ldap://127.0.0.1:{port}"), &[]).await;
    for _ in 0..9 {
        // It is no failure of theirs, and locks nobody out.
        let error = login(&authority, "asha", "pw1").await.unwrap_err();
        assert!(matches!(error, AuthError::Directory), "{error}");
        assert!(!error.to_string().contains(&port.to_string()) && error.to_string().contains("administrator"));
    }
    assert!(login(&authority, "superadmin", PASSWORD).await.is_ok());
    assert!(matches!(login(&authority, "superadmin", "wrong").await, Err(AuthError::Refused)));
}
