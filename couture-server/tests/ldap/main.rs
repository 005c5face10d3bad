//! Logins by a real directory server.

mod logins;
mod slapd;

use std::net::TcpListener;
use std::path::PathBuf;

use couture_server::auth::{Directory, DirectoryError, DirectoryUser};
use couture_server::settings::{Given, LdapSettings, load};
use slapd::Slapd;

/// Settings as the environment gives them: the server's own way, so that each name is tried.
fn settings(pairs: &[(&str, &str)]) -> LdapSettings {
    let folder = tempfile::tempdir().unwrap();
    let name = |name: &str| format!("COUTURE__LDAP__{name}");
    let mut environment: Vec<_> = pairs.iter().map(|(key, value)| (name(key), (*value).to_owned())).collect();
    environment.push(("COUTURE__DATA__DIR".into(), folder.path().display().to_string()));
    load(&Given { environment, ..Given::default() }).unwrap().ldap
}

/// Looks for users as the user `test`.
fn indirect<'a>(server: &'a str, more: &[(&'a str, &'a str)]) -> Directory {
    let pairs = [
        ("AUTH_LDAP_SERVER", server),
        ("AUTH_LDAP_SEARCH", "dc=example,dc=com"),
        ("AUTH_LDAP_BIND_USER", "cn=test,ou=users,dc=example,dc=com"),
        ("AUTH_LDAP_BIND_PASSWORD", "test"),
    ];
    Directory::new(&settings(&[&pairs[..], more].concat())).unwrap()
}

fn direct<'a>(server: &'a str, more: &[(&'a str, &'a str)]) -> Directory {
    Directory::new(&settings(&[&[("AUTH_LDAP_SERVER", server)], more].concat())).unwrap()
}

fn asha() -> DirectoryUser {
    DirectoryUser {
        username: "asha".into(),
        first_name: "Asha".into(),
        last_name: "Rao".into(),
        email: "asha@example.com".into(),
    }
}

async fn is_refused(directory: &Directory, username: &str, password: &str) -> bool {
    matches!(directory.authenticate(username, password).await, Err(DirectoryError::Refused))
}

#[tokio::test]
async fn the_right_password_is_let_in_and_no_other() {
    let slapd = Slapd::running().await;
    let in_users = [("AUTH_LDAP_SEARCH", "ou=users,dc=example,dc=com")];
    let by_format = [("AUTH_LDAP_USERNAME_FORMAT", "uid=%s,ou=users,dc=example,dc=com")];
    let both = [in_users[0], by_format[0]];
    for directory in [indirect(&slapd.url, &[]), direct(&slapd.url, &in_users), direct(&slapd.url, &both)] {
        assert!(directory.reach().await.is_ok());
        assert_eq!(directory.authenticate("asha", "pw1").await.unwrap(), asha());
        // As the directory writes it.
        assert_eq!(directory.authenticate("ASHA", "pw1").await.unwrap().username, "asha");
        for (username, password) in [
            ("asha", "wrong"),
            ("asha", ""),
            ("", ""),
            ("", "pw1"),
            ("nobody", "pw1"),
            ("*", "pw1"),
            ("asha)(uid=*", "pw1"),
            ("asha,ou=users", "pw1"),
            ("a\0", "pw1"),
        ] {
            assert!(is_refused(&directory, username, password).await, "{username:?} {password:?} {directory:?}");
        }
    }
    // Without a base to search, nothing more than the name is known.
    let user = direct(&slapd.url, &by_format).authenticate("asha", "pw1").await.unwrap();
    assert_eq!((user.username.as_str(), user.email.as_str()), ("asha", ""));
}

#[tokio::test]
async fn filters_and_groups_keep_others_out() {
    let slapd = Slapd::running().await;
    let check = async |more: &[(&str, &str)], asha: bool, ben: bool| {
        let directory = indirect(&slapd.url, more);
        assert_eq!(directory.authenticate("asha", "pw1").await.is_ok(), asha, "{more:?}");
        assert_eq!(directory.authenticate("ben", "pw2").await.is_ok(), ben, "{more:?}");
    };
    check(&[], true, true).await;
    check(&[("AUTH_LDAP_SEARCH_FILTER", "(memberOf=cn=flows,ou=groups,dc=example,dc=com)")], true, false).await;
    check(&[("AUTH_LDAP_SEARCH_FILTER", "memberOf=cn=none,ou=groups,dc=example,dc=com")], false, false).await;
    check(&[("AUTH_LDAP_SEARCH_FILTER", "(|(uid=ben)(uid=x))")], false, true).await;
    check(&[("AUTH_LDAP_GROUP_SEARCH", "ou=groups,dc=example,dc=com")], true, false).await;
    check(&[("AUTH_LDAP_GROUP_SEARCH", "ou=users,dc=example,dc=com")], false, false).await;
    // Two users of one name are none.
    check(&[("AUTH_LDAP_UID_FIELD", "objectClass")], false, false).await;
    assert!(is_refused(&indirect(&slapd.url, &[("AUTH_LDAP_UID_FIELD", "objectClass")]), "inetOrgPerson", "pw1").await);
    let fields =
        [("AUTH_LDAP_FIRSTNAME_FIELD", "sn"), ("AUTH_LDAP_LASTNAME_FIELD", "CN"), ("AUTH_LDAP_EMAIL_FIELD", "uid")];
    let user = indirect(&slapd.url, &fields).authenticate("asha", "pw1").await.unwrap();
    assert_eq!([user.first_name, user.last_name, user.email], ["Rao", "Asha Rao", "asha"]);
}

#[tokio::test]
async fn tls_is_checked() {
    let slapd = Slapd::running().await;
    let ca = slapd.ca.display().to_string();
    let folder = slapd.ca_folder.display().to_string();
    let (cert, key) = (slapd.cert.display().to_string(), slapd.key.display().to_string());
    let (starttls, demand, any) =
        (("AUTH_LDAP_USE_TLS", "true"), ("AUTH_LDAP_TLS_DEMAND", "true"), ("AUTH_LDAP_ALLOW_SELF_SIGNED", "true"));
    for (server, more) in [(&slapd.url, vec![starttls]), (&slapd.tls_url, vec![])] {
        let try_with = async |with: &[(&str, &str)]| {
            indirect(server, &[&more[..], with].concat()).authenticate("asha", "pw1").await
        };
        assert_eq!(try_with(&[("AUTH_LDAP_TLS_CACERTFILE", &ca)]).await.unwrap(), asha(), "{server}");
        assert_eq!(try_with(&[("AUTH_LDAP_TLS_CACERTDIR", &folder)]).await.unwrap(), asha(), "{server}");
        assert_eq!(try_with(&[any]).await.unwrap(), asha(), "{server}");
        let own = [
            ("AUTH_LDAP_TLS_CERTFILE", cert.as_str()),
            ("AUTH_LDAP_TLS_KEYFILE", &key),
            ("AUTH_LDAP_TLS_CACERTFILE", &ca),
        ];
        assert_eq!(try_with(&own).await.unwrap(), asha(), "{server}");
        // The authorities of the system do not know this one.
        for with in [&[][..], &[demand], &[demand, any]] {
            let error = try_with(with).await.unwrap_err();
            assert!(matches!(error, DirectoryError::Unreachable { .. }), "{server} {with:?}: {error}");
            assert!(error.to_string().contains("certificate"), "{server} {with:?}: {error}");
        }
    }
    // The certificate is of localhost and 127.0.0.1, and of no other name.
    let other = slapd.tls_url.replace("127.0.0.1", "127.0.0.2");
    let error = indirect(&other, &[("AUTH_LDAP_TLS_CACERTFILE", &ca)]).authenticate("asha", "pw1").await.unwrap_err();
    assert!(error.to_string().contains("certificate not valid for name"), "{error}");
    assert_eq!(indirect(&other, &[any]).authenticate("asha", "pw1").await.unwrap(), asha());
}

#[tokio::test]
async fn a_server_that_is_dead_or_set_up_wrongly_says_so() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let dead = indirect(&format!("ldap://127.0.0.1:{port}"), &[]);
    let error = dead.authenticate("asha", "s3cret-pw").await.unwrap_err();
    assert!(matches!(error, DirectoryError::Unreachable { .. }), "{error}");
    assert!(matches!(dead.reach().await, Err(DirectoryError::Unreachable { .. })));
    let text = format!("{error} {error:?} {dead:?}");
    assert!(text.contains(&port.to_string()) && !text.contains("s3cret-pw"), "{text}");
    let slapd = Slapd::running().await;
    let check = async |more: &[(&str, &str)], words: &str| {
        let error = indirect(&slapd.url, more).authenticate("asha", "s3cret-pw").await.unwrap_err();
        assert!(matches!(error, DirectoryError::Misconfigured { .. }), "{error}");
        assert!(error.to_string().contains(words) && !error.to_string().contains("s3cret"), "{error}");
    };
    check(&[("AUTH_LDAP_BIND_PASSWORD", "s3cret-bind")], "auth_ldap_bind_user").await;
    let wrong = indirect(&slapd.url, &[("AUTH_LDAP_BIND_PASSWORD", "s3cret-bind")]);
    assert!(matches!(wrong.reach().await, Err(DirectoryError::Misconfigured { .. })));
    check(&[("AUTH_LDAP_SEARCH", "dc=nowhere")], "auth_ldap_search").await;
    check(&[("AUTH_LDAP_SEARCH_FILTER", "(((")], "auth_ldap_search_filter").await;
}

#[test]
fn settings_that_cannot_work_are_told_at_the_start() {
    let check = |pairs: &[(&str, &str)], words: &str| {
        let error = Directory::new(&settings(pairs)).unwrap_err();
        assert!(error.contains(words), "{error}");
    };
    let (server, base) = (("AUTH_LDAP_SERVER", "ldap://host"), ("AUTH_LDAP_SEARCH", "dc=x"));
    check(&[], "auth_ldap_server");
    check(&[("AUTH_LDAP_SERVER", "host:389"), base], "auth_ldap_server");
    check(&[server], "auth_ldap_search");
    check(&[("AUTH_LDAP_SERVER", "ldaps://host"), ("AUTH_LDAP_USE_TLS", "true"), base], "auth_ldap_use_tls");
    check(&[server, base, ("AUTH_LDAP_USERNAME_FORMAT", "cn=x")], "%s");
    check(&[server, base, ("AUTH_LDAP_UID_FIELD", "")], "auth_ldap_uid_field");
    check(&[server, base, ("AUTH_LDAP_TLS_CACERTFILE", "/nowhere/ca.pem")], "auth_ldap_tls_cacertfile");
    check(&[server, base, ("AUTH_LDAP_TLS_CACERTDIR", "/nowhere")], "auth_ldap_tls_cacertdir");
    check(&[server, base, ("AUTH_LDAP_TLS_CERTFILE", "/nowhere/cert.pem")], "go together");
    let folder = tempfile::tempdir().unwrap();
    let file: PathBuf = folder.path().join("empty.pem");
    std::fs::write(&file, "nothing").unwrap();
    let path = file.display().to_string();
    check(&[server, base, ("AUTH_LDAP_TLS_CACERTFILE", &path)], "holds no certificate");
    check(&[server, base, ("AUTH_LDAP_TLS_CACERTDIR", &folder.path().display().to_string())], "holds no certificate");
}
