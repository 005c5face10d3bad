//! Rust source as tokens, without comments, so that a rule about code never trips over words.

/// A word, a number, a literal (only its opening mark), `::`, or one character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token<'a> {
    pub(crate) text: &'a str,
    /// From 1.
    pub(crate) line: usize,
}

/// A path such as `std::fs::read`, whether written out or put together by a `use`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct CodePath<'a> {
    pub(crate) parts: Vec<&'a str>,
    pub(crate) line: usize,
}

impl CodePath<'_> {
    pub(crate) fn starts_with(&self, path: &str) -> bool {
        let mut parts = self.parts.iter();
        path.split("::").all(|part| parts.next() == Some(&part))
    }

    pub(crate) fn ends_with(&self, path: &str) -> bool {
        let mut parts = self.parts.iter().rev();
        path.rsplit("::").all(|part| parts.next() == Some(&part))
    }
}

/// The tokens of `source`.
pub(crate) fn tokens(source: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let (mut rest, mut line) = (source, 1);
    while let Some(first) = rest.chars().next() {
        let (length, shown) = token_length(rest, first);
        if shown > 0 {
            tokens.push(Token { text: &rest[..shown], line });
        }
        line += rest[..length].matches('\n').count();
        rest = &rest[length..];
    }
    tokens
}

/// How long the token at the start of `rest` is, and how much of it is shown to the rules.
fn token_length(rest: &str, first: char) -> (usize, usize) {
    let word = |text: &str| text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    if rest.starts_with("//") {
        return (rest.find('\n').unwrap_or(rest.len()), 0);
    }
    if rest.starts_with("/*") {
        return (block_comment(rest), 0);
    }
    if let Some(length) = raw_string(rest) {
        return (length, 1);
    }
    let quote = rest.trim_start_matches(['b', 'c']);
    let prefix = rest.len() - quote.len();
    if prefix <= 1 && quote.starts_with('"') {
        return (prefix + quoted(quote, '"'), 1);
    }
    if prefix <= 1 && quote.starts_with('\'') {
        return match char_literal(quote) {
            Some(length) => (prefix + length, 1),
            // A lifetime: the mark and its word.
            None => (prefix + 1 + word(&quote[1..]), 1),
        };
    }
    match first {
        _ if first.is_whitespace() => (first.len_utf8(), 0),
        _ if first.is_alphanumeric() || first == '_' => (word(rest), word(rest)),
        _ if rest.starts_with("::") => (2, 2),
        _ => (first.len_utf8(), first.len_utf8()),
    }
}

fn block_comment(rest: &str) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < rest.len() {
        match &rest.as_bytes()[at..] {
            [b'/', b'*', ..] => (depth, at) = (depth + 1, at + 2),
            [b'*', b'/', ..] => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            break;
        }
    }
    at
}

fn raw_string(rest: &str) -> Option<usize> {
    let body = rest.strip_prefix("br").or_else(|| rest.strip_prefix("cr")).or_else(|| rest.strip_prefix('r'))?;
    let hashes = body.len() - body.trim_start_matches('#').len();
    let text = body[hashes..].strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(hashes));
    let text_length = text.find(&end).map_or(text.len(), |at| at + end.len());
    Some(rest.len() - text.len() + text_length)
}

fn quoted(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        if !escaped && c == quote {
            return at + 1;
        }
        escaped = !escaped && c == '\\';
    }
    rest.len()
}

fn char_literal(rest: &str) -> Option<usize> {
    let mut chars = rest.char_indices().skip(1);
    let (_, first) = chars.next()?;
    if first == '\\' {
        return Some(quoted(rest, '\''));
    }
    chars.next().filter(|(_, second)| *second == '\'').map(|(at, _)| at + 1)
}

/// Every path in the code.
pub(crate) fn paths<'a>(tokens: &[Token<'a>]) -> Vec<CodePath<'a>> {
    let mut paths = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let Token { text, line } = tokens[at];
        at += 1;
        // `use<'a>` is part of a type.
        if text == "use" && tokens.get(at).is_some_and(|next| next.text != "<") {
            at = use_tree(tokens, at, &[], &mut paths);
        } else if text.starts_with(|c: char| c.is_alphabetic() || c == '_') {
            let mut parts = vec![text];
            while let [Token { text: "::", .. }, next, ..] = &tokens[at..] {
                parts.push(next.text);
                at += 2;
            }
            paths.push(CodePath { parts, line });
        }
    }
    paths
}

/// Adds the paths of a `use` from token `at`; gives the place after it.
fn use_tree<'a>(tokens: &[Token<'a>], mut at: usize, prefix: &[&'a str], paths: &mut Vec<CodePath<'a>>) -> usize {
    let mut parts = prefix.to_vec();
    let line = tokens.get(at).map_or(0, |token| token.line);
    while let Some(token) = tokens.get(at) {
        match token.text {
            "," | "}" | ";" => break,
            "{" => {
                at += 1;
                while tokens.get(at).is_some_and(|token| token.text != "}") {
                    at = use_tree(tokens, at, &parts, paths);
                    at += usize::from(tokens.get(at).is_some_and(|token| token.text != "}"));
                }
                return at + 1;
            }
            "::" => at += 1,
            "as" => at += 2,
            part => {
                parts.push(part);
                at += 1;
            }
        }
    }
    paths.push(CodePath { parts, line });
    at
}

#[test]
fn comments_and_literals_are_no_code() {
    let source = "a /* b /* c */ d */ e // f\n\"g \\\" h\" r#\"i \" j\"# 'k' 'l: b'\\'' b\"m\" n_1::o";
    let words: Vec<_> = tokens(source).iter().map(|token| (token.text, token.line)).collect();
    let expected = ["a", "e", "\"", "r", "'", "'", ":", "b", "b", "n_1", "::", "o"];
    assert_eq!(words.iter().map(|word| word.0).collect::<Vec<_>>(), expected);
    assert_eq!((words[1].1, words[2].1), (1, 2));
}

#[test]
fn paths_are_put_together() {
    let source = "use std::{fs, time::{self, Instant as I}, x::*};\nfn f() { a::b::<C>(tokio::spawn) }";
    let tokens = tokens(source);
    let found: Vec<_> = paths(&tokens).iter().map(|path| path.parts.join("::")).collect();
    for expected in ["std::fs", "std::time::self", "std::time::Instant", "std::x::*", "tokio::spawn"] {
        assert!(found.iter().any(|path| path == expected), "{expected} is not among {found:?}");
    }
    assert!(paths(&tokens)[0].starts_with("std::fs") && !paths(&tokens)[0].starts_with("std::f"));
}
