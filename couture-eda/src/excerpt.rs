/// The bytes of a value that are kept to be shown.
pub(crate) const MOST_BYTES: usize = 256;

/// The first part of a value, as text that can be shown. What is not UTF-8 is shown as `\u{fffd}`.
pub(crate) fn excerpt(bytes: &[u8]) -> String {
    if bytes.len() <= MOST_BYTES {
        return String::from_utf8_lossy(bytes).into_owned();
    }
    let mut text = String::from_utf8_lossy(&bytes[..MOST_BYTES]).trim_end_matches('\u{fffd}').to_owned();
    text.push('…');
    text
}
