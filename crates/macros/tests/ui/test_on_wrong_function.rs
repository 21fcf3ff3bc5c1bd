//! `#[seedbed::test]` on what cannot be a test.

#[seedbed::test]
fn plain() {}

#[seedbed::test]
async fn generic<T>() {}

#[seedbed::test]
#[test]
async fn twice_a_test() {}

#[seedbed::test]
async unsafe fn dangerous() {}

#[seedbed::test]
struct NotAFunction;

fn main() {}
