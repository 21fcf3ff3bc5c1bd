//! `#[seedbed::test]` with arguments that cannot be drawn.

#[seedbed::test]
async fn no_strategy(#[strategy] number: u8) {}

#[seedbed::test]
async fn no_equals(#[strategy(0..9_u8)] number: u8) {}

#[seedbed::test]
async fn two_strategies(#[strategy = 0..9_u8] #[strategy = 3..4_u8] number: u8) {}

#[seedbed::test]
async fn a_receiver(self) {}

#[rustfmt::skip]
#[seedbed::test]
async fn too_many(a: u8, b: u8, c: u8, d: u8, e: u8, f: u8, g: u8, h: u8, i: u8, j: u8, k: u8, l: u8, m: u8) {}

fn main() {}
