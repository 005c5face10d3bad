//! What the system needs of unsafe code is in one small file of a crate, and in some crates nowhere.

use crate::report::Report;
use crate::rust_code::tokens;
use crate::tree::File;

const SAFE: [&str; 3] = ["couture-core/", "couture-store/", "couture-server/"];

pub(crate) fn check(file: &File, report: &mut Report) {
    let safe = SAFE.iter().any(|crate_path| file.path.starts_with(crate_path));
    if !file.is_rust() || (file.name() == "sys.rs" && !safe) {
        return;
    }
    for token in tokens(&file.text).iter().filter(|token| token.text == "unsafe") {
        let message = "unsafe code: take a crate that wraps it (rustix, nix), or put it into the crate's sys.rs, if it may have one";
        report.add("unsafety", &file.path, token.line, message);
    }
}

#[test]
fn unsafe_code_is_found() {
    let found = |path: &str, text: &str| crate::report::lines_found(check, path, text);
    assert_eq!(found("couture-operators/src/a.rs", "fn f() {\n unsafe { g() } }"), [2]);
    assert_eq!(found("couture-core/src/sys.rs", "#[unsafe(no_mangle)]"), [1]);
    assert_eq!(found("couture-operators/src/sys.rs", "unsafe fn f() {}"), [0; 0]);
    assert_eq!(found("couture-core/src/lib.rs", "#![forbid(unsafe_code)] // unsafe"), [0; 0]);
}
