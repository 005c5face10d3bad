//! Nothing unfinished, no test that is not run.

use crate::report::Report;
use crate::rust_code::tokens;
use crate::tree::File;

/// What switches tests off in the other languages.
const SWITCHED_OFF: [(&str, &str); 8] = [
    ("py", "mark.skip"),
    ("py", "mark.xfail"),
    ("py", "unittest.skip"),
    ("ts", "it.skip("),
    ("ts", "test.skip("),
    ("ts", "describe.skip("),
    ("ts", "it.only("),
    ("ts", "test.only("),
];

pub(crate) fn check(file: &File, report: &mut Report) {
    if file.is_rust() {
        check_rust(file, report);
        return;
    }
    let language = if file.extension() == "tsx" { "ts" } else { file.extension() };
    for (at, line) in file.text.lines().enumerate() {
        for (_, mark) in SWITCHED_OFF.iter().filter(|(of, mark)| *of == language && line.contains(mark)) {
            report.add("marks", &file.path, at + 1, format!("{mark:?}: a test is run, or it goes"));
        }
    }
}

fn check_rust(file: &File, report: &mut Report) {
    let tokens = tokens(&file.text);
    for (at, token) in tokens.iter().enumerate() {
        let after = |distance: usize| tokens.get(at + distance).map_or("", |token| token.text);
        let macro_call = after(1) == "!" && matches!(after(2), "(" | "{" | "[");
        match token.text {
            "ignore" if at > 0 && matches!(tokens[at - 1].text, "[" | ",") && matches!(after(1), "]" | "=" | ")") => {
                report.add("marks", &file.path, token.line, "an ignored test: a test is run, or it goes");
            }
            unfinished @ ("todo" | "unimplemented") if macro_call => {
                report.add("marks", &file.path, token.line, format!("{unfinished:?}: finish it, or leave it out"));
            }
            _ => {}
        }
    }
}

#[test]
fn each_mark_is_found() {
    let found = |path: &str, text: &str| crate::report::lines_found(check, path, text);
    assert_eq!(found("a.rs", "#[test]\n#[ignore]\nfn f() {}"), [2]);
    assert_eq!(found("a.rs", "#[ignore = \"slow\"]"), [1]);
    assert_eq!(found("a.rs", "#[cfg_attr(not(unix), ignore)]"), [1]);
    assert_eq!(found("a.rs", &format!("fn f() {{ {}!() }}", "todo")), [1]);
    assert_eq!(found("a.rs", &format!("fn f() {{\n {}!(\"x\") }}", "unimplemented")), [2]);
    assert_eq!(found("a.py", "@pytest.mark.skip\ndef f(): ..."), [1]);
    assert_eq!(found("a.test.tsx", "\nit.skip('x')"), [2]);
    let fine = "// #[ignore]\nfn ignore(ignore: bool) { let todo = [ignore, \"todo!()\"]; }";
    assert_eq!(found("a.rs", fine), [0; 0]);
}
