//! `#[seedbed::test]`: a plain test around many runs on the virtual clock.

use std::num::ParseIntError;
use std::time::Duration;

use rand::Rng;
use seedbed::{Sim, now, rng, sleep, spawn};

#[seedbed::test]
async fn hours_pass_at_once() {
    sleep(Duration::from_secs(3_600)).await;
    assert_eq!(now().to_string(), "3600.000");
}

#[seedbed::test(
    runs = 20,
    seed = 0x2A,
    policy = "random",
    time = "auto",
    steps = 1_000,
    tasks = 10,
    self_wakes = 100,
    virtual_time = "1h 30m",
    blocked = "2s"
)]
async fn every_setting_is_heard() {
    // The seed decides what is drawn: 0x2A is 42.
    let drawn = rng().next_u64();
    let same = spawn(async { 1 }).await;
    assert_eq!(same.unwrap(), 1);
    assert_ne!(drawn, 0);
}

macro_rules! under {
    ($($name:ident: $policy:literal, $runs:expr;)*) => {$(
        #[seedbed::test(policy = $policy, runs = $runs)]
        async fn $name() {
            assert_eq!(spawn(async { 1 }).await.unwrap(), 1);
        }
    )*};
}

// Every policy that has a name, and settings that a macro hands on.
under! {
    the_attribute_knows_portfolio: "portfolio", 5;
    the_attribute_knows_fifo: "fifo+late", 5;
    the_attribute_knows_random: "random+clock", 5;
    the_attribute_knows_pct: "pct:3", 5;
    the_attribute_knows_pos: "pos+clock+late", 5;
    the_attribute_knows_urw: "urw", 5;
    the_attribute_knows_speeds: "speeds+clock", 5;
    the_attribute_knows_sticky: "sticky", 5;
    the_attribute_knows_delay: "delay:2", 5;
}

#[seedbed::test(virtual_time = "1h")]
#[should_panic(expected = "limit `virtual_time` passed")]
async fn a_limit_ends_the_test() {
    sleep(Duration::from_secs(3_601)).await;
}

#[seedbed::test(steps = 10)]
#[should_panic(expected = "limit `steps` passed")]
async fn a_test_that_spins_ends() {
    loop {
        sleep(Duration::from_secs(1)).await;
    }
}

#[seedbed::test]
#[should_panic(expected = "boom")]
async fn a_panic_fails_the_test() {
    panic!("boom");
}

#[seedbed::test]
#[should_panic(expected = "forgotten")]
async fn a_panic_in_a_task_that_nobody_awaits_fails_the_test() {
    drop(spawn(async { panic!("forgotten") }));
    sleep(Duration::from_secs(1)).await;
}

#[seedbed::test]
async fn a_result_ends_the_test() -> Result<(), ParseIntError> {
    assert_eq!("4".parse::<u32>()?, 4);
    Ok(())
}

#[seedbed::test(runs = 1, seed = 7)]
async fn the_plain_run_is_a_run_of_its_seed() {
    // Within a test there is a run already, so its twin is made of the same parts beforehand, in a thread of its own.
    let drawn = rng().next_u64();
    let twin = twin_of_seed_7();
    assert_eq!(drawn, twin);
}

#[expect(clippy::disallowed_methods, reason = "a second run needs a thread that is not in one")]
fn twin_of_seed_7() -> u64 {
    std::thread::spawn(|| Sim::new(7).run(async { rng().next_u64() }).unwrap()).join().expect("the twin ends")
}
