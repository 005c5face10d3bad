/// A text as it stands in a page, between tags or in quotes. Control characters are shown as pictures.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\u{0}'..='\u{1f}' => escaped.push(char::from_u32(0x2400 + u32::from(c)).unwrap_or('\u{fffd}')),
            c => escaped.push(c),
        }
    }
    escaped
}

#[test]
fn nothing_of_a_text_becomes_a_tag() {
    assert_eq!(escape("<a href=\"x\">'&\n\0"), "&lt;a href=&quot;x&quot;&gt;&#39;&amp;␊␀");
}
