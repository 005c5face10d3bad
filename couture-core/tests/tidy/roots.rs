//! `lib.rs` and `mod.rs` hold docs and re-exports, so that the map of a folder is never mixed with its work.

use crate::report::Report;
use crate::rust_code::{Token, tokens};
use crate::tree::File;

const MOST_LINES: usize = 150;
/// The lines that a function in such a file may span: a signature, or a default of a trait's method.
const MOST_FUNCTION_LINES: usize = 4;

pub(crate) fn check(file: &File, report: &mut Report) {
    if !matches!(file.name(), "lib.rs" | "mod.rs") {
        return;
    }
    let lines = file.text.lines().count();
    if lines > MOST_LINES {
        report.add(
            "roots",
            &file.path,
            0,
            format!("{lines} lines; at most {MOST_LINES}: give its parts files of their own"),
        );
    }
    let tokens = tokens(&file.text);
    for (at, token) in tokens.iter().enumerate().filter(|(_, token)| token.text == "fn") {
        let lines = body_lines(&tokens[at..]);
        if lines > MOST_FUNCTION_LINES {
            let message = format!(
                "a function of {lines} lines: {} holds docs and re-exports; move it to the file of its noun",
                file.name()
            );
            report.add("roots", &file.path, token.line, message);
        }
    }
}

/// How many lines the body of the function spans whose `fn` comes first; 0 where it has none.
fn body_lines(tokens: &[Token<'_>]) -> usize {
    let Some(start) = tokens.iter().position(|token| matches!(token.text, "{" | ";")) else { return 0 };
    let mut depth = 0_i32;
    for token in &tokens[start..] {
        depth += i32::from(token.text == "{") - i32::from(token.text == "}");
        if depth == 0 {
            return if token.text == "}" { token.line - tokens[start].line + 1 } else { 0 };
        }
    }
    0
}

#[test]
fn work_in_roots_is_found() {
    let found = |path: &str, text: &str| crate::report::lines_found(check, path, text);
    let work = "//! Docs.\npub fn f() {\n a();\n if b {\n c();\n }\n}\n";
    assert_eq!(found("a/src/lib.rs", work), [2]);
    assert_eq!(found("a/src/b/mod.rs", work), [2]);
    assert_eq!(found("a/src/b.rs", work), [0; 0]);
    assert_eq!(
        found(
            "a/src/lib.rs",
            "mod a;\npub use a::A;\npub trait B {\n fn b(&self) -> bool {\n false\n }\n fn c(&self);\n}"
        ),
        [0; 0]
    );
    assert_eq!(found("a/src/lib.rs", &"// a\n".repeat(MOST_LINES + 1)), [0]);
}
