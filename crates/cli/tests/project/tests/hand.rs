//! Hunts without the attribute.

use seedbed::{Hunt, yield_now};

#[test]
fn two_hunts() {
    Hunt::new("left").runs(20).check(|| async { yield_now().await });
    Hunt::new("right").runs(30).policy("random").check(|| async { yield_now().await });
}

#[test]
fn no_hunt() {}
