//! What the compiler says when `#[seedbed::test]` or `select!` is used wrongly.
//!
//! Each `ui/*.rs` is a file that must not compile, the `.stderr` beside it the expected words. `TRYBUILD=overwrite cargo test -p seedbed-macros --test ui`
//! writes them anew; read the difference before you keep it.

#[test]
fn wrong_uses_are_explained() {
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
