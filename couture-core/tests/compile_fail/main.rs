//! What must not compile does not, with a message that helps; what should, does.
//!
//! After a change of a message: `TRYBUILD=overwrite cargo test -p couture-core --test compile_fail`, then read the difference.

#[test]
fn wiring_is_checked_by_the_compiler() {
    let cases = trybuild::TestCases::new();
    cases.pass("tests/compile_fail/pass/*.rs");
    cases.compile_fail("tests/compile_fail/fail/*.rs");
}
