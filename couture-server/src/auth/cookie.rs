//! The cookie of a session.

use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue, header};

use super::secret::DrawnSecret;

/// How cookies are set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CookieStyle {
    /// Whether people reach the server by https only, be it by a proxy.
    pub secure: bool,
}

impl CookieStyle {
    /// The name of the session's cookie. With `__Host-` a browser takes it from this very host only, and only by https.
    pub fn session_name(self) -> &'static str {
        if self.secure { "__Host-couture_session" } else { "couture_session" }
    }

    /// The header that gives the session's id to the browser, where no script can read it.
    pub fn set_session(self, id: &DrawnSecret, max_age: Duration) -> HeaderValue {
        self.header(id.reveal(), max_age)
    }

    /// The header that takes it away.
    pub fn clear_session(self) -> HeaderValue {
        self.header("", Duration::ZERO)
    }

    fn header(self, value: &str, max_age: Duration) -> HeaderValue {
        let secure = if self.secure { "; Secure" } else { "" };
        let name = self.session_name();
        let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={}{secure}", max_age.as_secs());
        // Ids are base64.
        let mut header = HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static(""));
        // Its `Debug` shows nothing then.
        header.set_sensitive(true);
        header
    }

    /// The session's id in a request; none where there are several, of which one may be made up by another host of the same site.
    pub fn session(self, headers: &HeaderMap) -> Option<&str> {
        let name = self.session_name();
        let texts = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        let mut found = texts
            .flat_map(|text| text.split(';'))
            .filter_map(|cookie| cookie.trim().split_once('='))
            .filter(|(other, _)| *other == name)
            .map(|(_, value)| value);
        let first = found.next()?;
        found.next().is_none().then_some(first).filter(|value| !value.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_are_closed_to_scripts_and_other_sites() {
        let id = DrawnSecret::draw("");
        let check = |secure: bool, expected: &str| {
            let header = CookieStyle { secure }.set_session(&id, Duration::from_secs(60));
            assert_eq!(header.to_str().unwrap().replace(id.reveal(), "ID"), expected);
        };
        check(false, "couture_session=ID; Path=/; HttpOnly; SameSite=Lax; Max-Age=60");
        check(true, "__Host-couture_session=ID; Path=/; HttpOnly; SameSite=Lax; Max-Age=60; Secure");
        let gone = CookieStyle { secure: false }.clear_session();
        assert_eq!(gone, "couture_session=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0");
    }

    #[test]
    fn one_session_is_read() {
        let check = |cookies: &[&str], expected: Option<&str>| {
            let mut headers = HeaderMap::new();
            for cookie in cookies {
                headers.append(header::COOKIE, cookie.parse().unwrap());
            }
            assert_eq!(CookieStyle { secure: false }.session(&headers), expected, "{cookies:?}");
        };
        check(&[], None);
        check(&["a=b; couture_session=x; c=d"], Some("x"));
        check(&["a=b", "couture_session=x"], Some("x"));
        check(&["couture_session=x; couture_session=y"], None);
        check(&["couture_session=x", "couture_session=x"], None);
        check(&["couture_session=", "xcouture_session=y; couture_session"], None);
        check(&["__Host-couture_session=x"], None);
    }
}
