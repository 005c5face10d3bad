//! How a user is called by a directory server: what people type never becomes a part of the syntax.

use ldap3::{dn_escape, ldap_escape};

use crate::settings::LdapSettings;

/// The name with which a user binds directly, without being looked for first.
pub(super) fn direct(settings: &LdapSettings, username: &str) -> String {
    let format = &settings.auth_ldap_username_format;
    if !format.is_empty() {
        let name = if format.contains('=') { dn_escape(username).into_owned() } else { username.to_owned() };
        return format.replace("%s", &name);
    }
    let domain = &settings.auth_ldap_append_domain;
    if !domain.is_empty() {
        return format!("{username}@{domain}");
    }
    in_base(settings, username)
}

/// The name of a user right below the base of the search.
pub(super) fn in_base(settings: &LdapSettings, username: &str) -> String {
    format!("{}={},{}", settings.auth_ldap_uid_field, dn_escape(username), settings.auth_ldap_search)
}

/// The filter that finds a user.
pub(super) fn user_filter(settings: &LdapSettings, username: &str) -> String {
    let own = format!("({}={})", settings.auth_ldap_uid_field, ldap_escape(username));
    let filter = settings.auth_ldap_search_filter.trim();
    match filter {
        "" => own,
        _ if filter.starts_with('(') => format!("(&{filter}{own})"),
        _ => format!("(&({filter}){own})"),
    }
}

/// The filter that finds the groups of a user, by any of the usual kinds of group.
pub(super) fn group_filter(dn: &str, uid: &str) -> String {
    let (dn, uid) = (ldap_escape(dn), ldap_escape(uid));
    format!("(|(member={dn})(uniqueMember={dn})(memberUid={uid}))")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(change: impl FnOnce(&mut LdapSettings)) -> LdapSettings {
        let mut settings = LdapSettings::default();
        settings.auth_ldap_search = "dc=example,dc=com".into();
        change(&mut settings);
        settings
    }

    #[test]
    fn names_never_become_syntax() {
        let check = |found: String, expected: &str| assert_eq!(found, expected);
        let plain = settings(|_| {});
        check(direct(&plain, "ann"), "uid=ann,dc=example,dc=com");
        check(direct(&plain, "ann,dc=evil"), r"uid=ann\2cdc\3devil,dc=example,dc=com");
        let domain = settings(|s| s.auth_ldap_append_domain = "example.com".into());
        check(direct(&domain, "ann"), "ann@example.com");
        let format = settings(|s| s.auth_ldap_username_format = "format-%s".into());
        check(direct(&format, "ann"), "format-ann");
        let format = settings(|s| s.auth_ldap_username_format = "cn=%s,ou=a".into());
        check(direct(&format, "a,b"), r"cn=a\2cb,ou=a");
        check(user_filter(&plain, "ann"), "(uid=ann)");
        check(user_filter(&plain, "*)(uid=*"), r"(uid=\2a\29\28uid=\2a)");
        let filter = settings(|s| s.auth_ldap_search_filter = "(memberOf=cn=g)".into());
        check(user_filter(&filter, "ann"), "(&(memberOf=cn=g)(uid=ann))");
        let filter = settings(|s| s.auth_ldap_search_filter = " memberOf=cn=g ".into());
        check(user_filter(&filter, "ann"), "(&(memberOf=cn=g)(uid=ann))");
        check(group_filter("cn=(a)", "a*"), r"(|(member=cn=\28a\29)(uniqueMember=cn=\28a\29)(memberUid=a\2a))");
    }
}
