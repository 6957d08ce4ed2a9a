//! What is refused, with the place and the remedy: each file of `tests/ui` is a program that does not
//! compile, and the `.stderr` beside it is what its author is told.
//!
//! `TRYBUILD=overwrite cargo test -p tuning-derive --test ui` writes the answers anew.

#[test]
fn what_is_wrong_is_told_at_its_place() {
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
