//! What a data set is called among outputs.

use sha2::{Digest, Sha256};

/// The longest name, in characters.
const MAX_CHARS: usize = 80;
/// The most bytes of a name where all that is not ASCII is escaped, as it is among objects: a file system takes 255, endings included.
const MAX_ESCAPED: usize = 190;
/// The words of a query that are part of its name.
const QUERY_WORDS: usize = 4;

/// The name of a source's folder among outputs: the last part of its path, or of its URL, with `_` in place of what is no letter, digit,
/// point, underscore or hyphen. Of a table of a connection, `CONNECTION/TABLE`, both with a point between them.
pub fn source_name(source: &str, is_of_connection: bool) -> String {
    if is_of_connection {
        return safe(&source.replace('/', "."));
    }
    let path = source.split('?').next().unwrap_or(source).trim_end_matches(['/', '\\']);
    safe(path.rsplit(['/', '\\']).next().unwrap_or(path))
}

/// A query as a part of a source's name: its first words, and a hash of all of it.
pub fn query_name(query: &str) -> String {
    let words: Vec<&str> = query
        .split(|c: char| !c.is_alphanumeric() && c != '_')
        .filter(|word| !word.is_empty())
        .take(QUERY_WORDS)
        .collect();
    let hash: String = Sha256::digest(query).iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    let words: String = words.join("_").chars().take(MAX_CHARS / 2).collect();
    format!("{words}-{hash}")
}

/// A character as it is in the name of a folder of outputs.
pub(super) fn fit(c: char) -> char {
    if c.is_alphanumeric() || "._-".contains(c) { c } else { '_' }
}

fn safe(text: &str) -> String {
    let mut escaped = 0;
    let fits = |c: &char| {
        escaped += if c.is_ascii() { 1 } else { 3 * c.len_utf8() };
        escaped <= MAX_ESCAPED
    };
    let name: String = text.chars().take(MAX_CHARS).map(fit).take_while(fits).collect();
    if name.chars().all(|c| c == '.') { "table".to_owned() } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_short_and_safe() {
        let check = |source: &str, expected: &str| assert_eq!(source_name(source, false), expected);
        check("/data/my flights.csv", "my_flights.csv");
        check("s3://bucket/a/b.parquet?versionId=1", "b.parquet");
        check("hdfs://node:9000/data/raw/", "raw");
        check("/data/*.csv", "_.csv");
        check("Größe.csv", "Größe.csv");
        check("/", "table");
        check("..", "table");
        check("sqlite:///data/a.db#orders", "a.db_orders");
        assert_eq!(source_name("shop/orders", true), "shop.orders");
        assert_eq!(source_name("a.csv", false).len(), 5);
        assert_eq!(source_name(&"x".repeat(1000), false).len(), MAX_CHARS);
        assert_eq!(source_name(&"ß".repeat(1000), false), "ß".repeat(31));
    }

    #[test]
    fn queries_differ_by_their_names() {
        let name = query_name("SELECT a, b FROM \"t\" WHERE a = 'secret'");
        assert!(name.starts_with("SELECT_a_b_FROM-"), "{name}");
        assert_ne!(name, query_name("SELECT a, b FROM \"t\" WHERE a = 'other'"));
        assert!(query_name("").starts_with('-'));
    }
}
