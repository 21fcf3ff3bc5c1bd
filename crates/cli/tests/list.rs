//! `cargo seedbed list`.

#![allow(clippy::unwrap_used, reason = "in a test, the panic is the report")]

mod common;

use common::seedbed;

#[test]
fn tests_are_listed_with_their_settings() {
    seedbed(&["list"])
        .run()
        .ends_with(0)
        .says("shop (lib shop)")
        .says("shop (test cache)")
        .says("a_new_price_is_seen")
        .says("tests::a_shop_opens")
        .says("runs = 100, policy = \"random\"; 1 argument")
        .says("; ignored")
        .says("; should panic")
        .omits("two_hunts");
}

#[test]
fn a_filter_leaves_the_others_out() {
    seedbed(&["list", "price"]).run().ends_with(0).says("a_new_price_is_seen").says("1 hunt").omits("customers");
    seedbed(&["list", "price", "--exact"])
        .run()
        .ends_with(1)
        .complains("no test matches price")
        .complains("cache::a_new_price_is_seen");
}

#[test]
fn hunts_by_hand_are_asked_for() {
    seedbed(&["list", "--all", "hand"])
        .run()
        .ends_with(0)
        .says("two_hunts [left]")
        .says("20 runs")
        .says("two_hunts [right]")
        .says("30 runs, policy random")
        .says("2 hunts")
        .omits("no_hunt");
}

#[test]
fn json_is_one_object_a_line() {
    let seen = seedbed(&["list", "--json", "customers_agree"]).run().ends_with(0);
    let value: serde_json::Value = serde_json::from_str(&seen.stdout).unwrap();
    assert_eq!(value["test"], "customers_agree");
    assert_eq!(value["binary"], "test:cache");
    assert_eq!(value["arguments"], 1);
}
