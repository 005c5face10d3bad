//! Whether a query is one statement that reads.

/// Whose rules of quotes and comments hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    Sqlite,
    Postgres,
    MySql,
}

/// What a statement that reads begins with in SQLite, whose others open and write files.
const SQLITE_WORDS: [&str; 3] = ["SELECT", "WITH", "VALUES"];
/// What a statement that reads begins with in the others. What else it may do is up to the session, which only reads.
const WORDS: [&str; 8] = ["SELECT", "WITH", "VALUES", "TABLE", "SHOW", "EXPLAIN", "DESCRIBE", "DESC"];

enum Token {
    /// White space, or a comment.
    Blank,
    /// A semicolon.
    End,
    Word,
    /// What hides from this reader what the database sees.
    Refused(&'static str),
    Other,
}

/// Checks that `text` is exactly one statement, and that its first word is one of those that read.
///
/// # Errors
/// What is wrong, and what to do.
pub(super) fn check(text: &str, dialect: Dialect) -> Result<(), String> {
    if text.contains('\0') {
        return Err("the query holds a zero byte; remove it".to_owned());
    }
    let (mut rest, mut first, mut has_ended) = (text, None, false);
    while !rest.is_empty() {
        let (token, length) = token(rest, dialect);
        let (part, tail) = rest.split_at(length);
        rest = tail;
        match token {
            Token::Blank => {}
            _ if has_ended => {
                return Err(
                    "the query holds several statements; give one, with nothing behind its semicolon".to_owned()
                );
            }
            Token::Refused(reason) => return Err(reason.to_owned()),
            Token::End => has_ended = true,
            Token::Other if part == "(" => {}
            Token::Word if dialect == Dialect::MySql && writes_file(part) => {
                return Err(format!("the query writes a file by {part}; only read by a query"));
            }
            Token::Word | Token::Other => _ = first.get_or_insert(part),
        }
    }
    let words: &[&str] = if dialect == Dialect::Sqlite { &SQLITE_WORDS } else { &WORDS };
    let first = first.unwrap_or_default();
    if !words.iter().any(|word| word.eq_ignore_ascii_case(first)) {
        return Err(format!("a query only reads; begin it with one of {}", words.join(", ")));
    }
    Ok(())
}

/// MariaDB and MySQL write files even in a session that only reads.
fn writes_file(word: &str) -> bool {
    ["OUTFILE", "DUMPFILE"].iter().any(|writing| writing.eq_ignore_ascii_case(word))
}

/// The first token of `text`, which is not empty, and its length, which is at least 1.
fn token(text: &str, dialect: Dialect) -> (Token, usize) {
    let bytes = text.as_bytes();
    let second = bytes.get(1).copied();
    match bytes[0] {
        b' ' | b'\t' | b'\n' | b'\r' | b'\x0b' | b'\x0c' => (Token::Blank, 1),
        b';' => (Token::End, 1),
        b'-' if is_line_comment(bytes, dialect) => (Token::Blank, line_end(bytes, dialect)),
        b'#' if dialect == Dialect::MySql => (Token::Blank, line_end(bytes, dialect)),
        b'/' if second == Some(b'*') => block_comment(text, dialect),
        b'\'' => (Token::Other, quoted(bytes, 1, b'\'', dialect == Dialect::MySql)),
        b'"' => (Token::Other, quoted(bytes, 1, b'"', dialect == Dialect::MySql)),
        b'`' if dialect != Dialect::Postgres => (Token::Other, quoted(bytes, 1, b'`', false)),
        b'[' if dialect == Dialect::Sqlite => (Token::Other, quoted(bytes, 1, b']', false)),
        b'e' | b'E' if dialect == Dialect::Postgres && second == Some(b'\'') => {
            (Token::Other, quoted(bytes, 2, b'\'', true))
        }
        b'$' if dialect == Dialect::Postgres => (Token::Other, dollar_quoted(text)),
        // To SQLite, `$a(')` is the name of a parameter: the quote in it opens nothing.
        b'$' | b'@' | b'#' | b':' if dialect == Dialect::Sqlite => {
            (Token::Refused("the query holds a parameter, at one of $ @ # :; write the value, or quote the name"), 1)
        }
        byte if is_word(byte) => (Token::Word, word_end(bytes, dialect)),
        // Whatever is not ASCII is a part of a word.
        _ => (Token::Other, 1),
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii()
}

/// The end of the word that `bytes` begin with. A `$` within it belongs to it, and opens no quote. In SQLite it ends there:
/// a byte order mark is a part of a word here, but white space there, and a parameter may stand behind it.
fn word_end(bytes: &[u8], dialect: Dialect) -> usize {
    let is_part = |byte: u8| is_word(byte) || (byte == b'$' && dialect != Dialect::Sqlite);
    bytes.iter().position(|byte| !is_part(*byte)).unwrap_or(bytes.len())
}

/// Whether two hyphens open a comment: to MySQL, only before white space.
fn is_line_comment(bytes: &[u8], dialect: Dialect) -> bool {
    let is_blank = |byte: &u8| byte.is_ascii_whitespace() || byte.is_ascii_control();
    bytes.get(1) == Some(&b'-') && (dialect != Dialect::MySql || bytes.get(2).is_none_or(is_blank))
}

/// The end of a comment to the end of the line, which a carriage return ends only in PostgreSQL.
fn line_end(bytes: &[u8], dialect: Dialect) -> usize {
    let is_end = |byte: &u8| *byte == b'\n' || (*byte == b'\r' && dialect == Dialect::Postgres);
    bytes.iter().position(is_end).map_or(bytes.len(), |at| at + 1)
}

/// A comment between `/*` and `*/`; only those of PostgreSQL hold others, and what MySQL does is written in some of its.
fn block_comment(text: &str, dialect: Dialect) -> (Token, usize) {
    if dialect == Dialect::MySql && (text.starts_with("/*!") || text.starts_with("/*M!")) {
        return (Token::Refused("the query holds a comment that is executed, /*!; write it without one"), 1);
    }
    let bytes = text.as_bytes();
    let (mut at, mut depth) = (2, 1);
    while depth > 0 && at < bytes.len() {
        let is_open = dialect == Dialect::Postgres && bytes[at..].starts_with(b"/*");
        let is_closed = bytes[at..].starts_with(b"*/");
        depth = if is_open { depth + 1 } else { depth - usize::from(is_closed) };
        at += if is_open || is_closed { 2 } else { 1 };
    }
    // An end within a character is one of the whole text.
    (Token::Blank, at)
}

/// The end of a quote whose content begins at `start`. Two quotes in a row, which stand for one, are two contents.
fn quoted(bytes: &[u8], start: usize, close: u8, has_escapes: bool) -> usize {
    let mut at = start;
    while at < bytes.len() && bytes[at] != close {
        at += if has_escapes && bytes[at] == b'\\' { 2 } else { 1 };
    }
    (at + 1).min(bytes.len())
}

/// The end of what stands between `$tag$` and `$tag$`, or of the `$` where there is no such thing.
fn dollar_quoted(text: &str) -> usize {
    let bytes = text.as_bytes();
    let is_tag = |end: &usize| bytes[1..*end].iter().all(|byte| is_word(*byte)) && !bytes[1].is_ascii_digit();
    let Some(end) = text[1..].find('$').map(|at| at + 1).filter(is_tag) else { return 1 };
    let (tag, content) = text.split_at(end + 1);
    content.find(tag).map_or(text.len(), |at| end + 1 + at + tag.len())
}

#[test]
fn one_statement_that_reads_is_taken() {
    use Dialect::{MySql, Postgres, Sqlite};
    let all = [Sqlite, Postgres, MySql];
    let cases: &[(&str, &[Dialect])] = &[
        ("SELECT 1", &all),
        (" \n-- x; y\n/* ; */ select 1 ; -- ;\n /* ; */ ", &all),
        ("WITH a AS (SELECT ';' AS \"x;y\") SELECT * FROM a;", &all),
        ("VALUES (1)", &all),
        ("SELECT 'it''s; ü', \"a\"\"b;\"", &all),
        ("SELECT `a;b`", &[Sqlite, MySql]),
        ("SELECT [a;'b]", &[Sqlite]),
        ("SELECT 'a\\'", &all),
        ("SELECT 'a\\';'", &[MySql]),
        ("SELECT E'a\\';'", &[Postgres, MySql]),
        ("SELECT E'\\ü;'", &all),
        ("SELECT $$ ; ' $$, $a$ $$; $a$, $ü$;$ü$", &[Postgres]),
        ("SELECT a$b$ FROM t", &[Postgres, MySql]),
        ("SELECT 1 /* /* */ ; */", &[Postgres]),
        ("SELECT 1 # ;a\n", &[MySql]),
        ("SHOW TABLES", &[Postgres, MySql]),
        ("(SELECT 1) UNION (SELECT 2)", &all),
        ("EXPLAIN SELECT 1", &[Postgres, MySql]),
        ("", &[]),
        (";", &[]),
        ("-- SELECT 1", &[]),
        ("SELECT 1; SELECT 2", &[]),
        ("SELECT 1;;", &[]),
        ("/* */ ATTACH DATABASE '/a' AS o", &[]),
        ("VACUUM INTO '/a'", &[]),
        ("PRAGMA journal_mode", &[]),
        ("DELETE FROM t", &[]),
        ("\u{feff}DELETE FROM t", &[]),
        ("SELECT 'a\\'; ATTACH DATABASE 'x' AS o -- '", &[MySql]),
        ("SELECT $a('); ATTACH DATABASE x AS o; SELECT ('", &[MySql, Postgres]),
        ("SELECT \u{feff}$a('); ATTACH DATABASE x AS o; SELECT ('", &[MySql, Postgres]),
        ("SELECT 1 -- \r; DROP TABLE t", &[Sqlite, MySql]),
        ("SELECT /*! 1; DROP TABLE t */", &[Sqlite, Postgres]),
        ("SELECT 1 INTO outfile '/a'", &[Sqlite, Postgres]),
    ];
    for &(text, taken) in cases {
        for dialect in all {
            let answer = check(text, dialect);
            // What is no statement of a database at all is left to it.
            assert_eq!(answer.is_ok(), taken.contains(&dialect), "{text} {dialect:?}: {answer:?}");
        }
    }
}
