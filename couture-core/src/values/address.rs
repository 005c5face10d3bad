//! Passwords in addresses, such as `http://user:password@host/`.

use std::ops::Range;

/// What stands where a password would.
const MASK: &str = "***";

/// `text` with the passwords of all addresses in it as `***`; nothing where it has none.
pub fn mask_addresses(text: &str) -> Option<String> {
    masked(text, passwords(text))
}

/// The host of a connection with its password as `***`; nothing where it has none. A host may be an address, or one without `http://`.
pub fn mask_host(host: &str) -> Option<String> {
    masked(host, host_passwords(host))
}

/// The passwords of all addresses in `text`.
pub(super) fn passwords_in(text: &str) -> impl Iterator<Item = &str> {
    passwords(text).into_iter().map(move |range| &text[range])
}

/// The passwords that [`mask_host`] hides.
pub(super) fn passwords_in_host(host: &str) -> impl Iterator<Item = &str> {
    host_passwords(host).into_iter().map(move |range| &host[range])
}

fn masked(text: &str, found: Vec<Range<usize>>) -> Option<String> {
    let (mut masked, mut end) = (String::new(), 0);
    for range in found {
        masked.push_str(&text[end..range.start]);
        masked.push_str(MASK);
        end = range.end;
    }
    masked.push_str(&text[end..]);
    (end > 0 && masked != text).then_some(masked)
}

/// Where they are, ascending.
fn passwords(text: &str) -> Vec<Range<usize>> {
    let (mut found, mut start) = (Vec::new(), 0);
    for word in text.split_inclusive(char::is_whitespace) {
        add_passwords(word, start, &mut found);
        start += word.len();
    }
    found
}

fn host_passwords(host: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    if host.contains("://") {
        add_passwords(host, 0, &mut found);
    } else {
        found.extend(host.rfind('@').and_then(|last| password(host, last)));
    }
    found
}

/// Those of a word that begins at `start`.
fn add_passwords(word: &str, start: usize, found: &mut Vec<Range<usize>>) {
    let Some(last) = word.rfind('@') else { return };
    let mut at = 0;
    while let Some(scheme) = word[at..last].find("://") {
        at += scheme + 3;
        if let Some(range) = password(&word[at..], last - at) {
            found.push(start + at + range.start..start + at + range.end);
            at += range.end;
        }
    }
}

/// The password of what follows `://`; the last `@` in it is at `last`.
fn password(rest: &str, last: usize) -> Option<Range<usize>> {
    let slashes = rest.len() - rest.trim_start_matches('/').len();
    let rest = &rest[slashes..];
    let authority = rest.find(['/', '?', '#']).map_or(rest, |end| &rest[..end]);
    let colon = authority.find(':')?;
    let after = &authority[colon + 1..];
    let is_port = !after.is_empty() && after.bytes().all(|byte| byte.is_ascii_digit());
    let end = match authority.rfind('@') {
        Some(sign) => slashes + sign,
        None if is_port || authority.starts_with('[') => return None,
        // What is no port is a password with a character that should be written as %XX.
        None => last,
    };
    let start = slashes + colon + 1;
    (start < end).then_some(start..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_in_texts_are_masked() {
        let check = |text: &str, expected: &str| assert_eq!(mask_addresses(text).as_deref().unwrap_or(text), expected);
        for same in [
            "",
            "text",
            "u:p@h",
            "a@b.c",
            "http://h",
            "http://h:80/x@y",
            "http://[::1]:80/x@y",
            "http://u@h:80/",
            "http://u:@h",
            "http://h/?to=a@b",
            "see http://h:80 or me@b",
            "http://u:***@h",
        ] {
            check(same, same);
        }
        check("http://u:pw@h/", "http://u:***@h/");
        check("http://:pw@h", "http://:***@h");
        check("http:////u:pw@h", "http:////u:***@h");
        check("postgres://u:p@w@h:1/db?x=y", "postgres://u:***@h:1/db?x=y");
        check("http://u:p/w@h", "http://u:***@h");
        check("http://u:ü#@h", "http://u:***@h");
        check("a http://u:p@h/ b\nhttps://v:q@i c", "a http://u:***@h/ b\nhttps://v:***@i c");
        check("http://u:p@h/http://v:q@i", "http://u:***@h/http://v:***@i");
        assert_eq!(mask_addresses(&"://".repeat(300_000)), None);
    }

    #[test]
    fn passwords_in_hosts_are_masked() {
        let check = |host: &str, expected: &str| assert_eq!(mask_host(host).as_deref().unwrap_or(host), expected);
        for same in ["", "h", "h:80", "::1", "/data/a@b.db", "u@h", "http://h:80"] {
            check(same, same);
        }
        check("u:pw@h", "u:***@h");
        check("//u:pw@h", "//u:***@h");
        check("http://u:p w@h/", "http://u:***@h/");
        assert_eq!(passwords_in_host("u:pw@h").collect::<Vec<_>>(), ["pw"]);
        assert_eq!(passwords_in("http://u:p@h, http://v:q@i").collect::<Vec<_>>(), ["p", "q"]);
    }
}
