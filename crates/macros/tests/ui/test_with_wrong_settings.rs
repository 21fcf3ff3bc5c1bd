//! `#[seedbed::test(…)]` with settings that do not exist or have the wrong value.

#[seedbed::test(step = 10)]
async fn unknown() {}

#[seedbed::test(seed = 1, seed = 2)]
async fn twice() {}

#[seedbed::test(seed)]
async fn no_value() {}

#[seedbed::test(seed = , steps = 3)]
async fn value_forgotten() {}

#[seedbed::test(42)]
async fn no_name() {}

#[seedbed::test(seed = "42")]
async fn text_for_an_integer() {}

#[seedbed::test(seed = -1)]
async fn negative() {}

#[seedbed::test(seed = 0x1_0000_0000_0000_0000)]
async fn seed_too_large() {}

#[seedbed::test(tasks = 4_294_967_296)]
async fn tasks_too_large() {}

#[seedbed::test(steps = 10u32)]
async fn wrong_suffix() {}

#[seedbed::test(policy = "fair")]
async fn unknown_policy() {}

#[seedbed::test(policy = fifo)]
async fn policy_without_quotes() {}

#[seedbed::test(policy = "pct")]
async fn policy_without_its_number() {}

#[seedbed::test(faults = "late+slowly")]
async fn unknown_fault() {}

#[seedbed::test(policy = "urw+fast")]
async fn policy_of_no_variant() {}

#[seedbed::test(runs = 0)]
async fn no_runs() {}

#[seedbed::test(time = "paused")]
async fn unknown_time() {}

#[seedbed::test(virtual_time = 90)]
async fn duration_without_quotes() {}

#[seedbed::test(virtual_time = "90")]
async fn duration_without_unit() {}

#[seedbed::test(blocked = "1.5s")]
async fn duration_with_fraction() {}

#[seedbed::test(cancel = worker)]
async fn path_without_quotes() {}

#[seedbed::test(panic = "main//worker")]
async fn path_with_an_empty_name() {}

#[seedbed::test(virtual_time = "600 years", steps = "many", colour = "red")]
async fn everything_is_reported_at_once(#[strategy] argument: u8) {}

fn main() {}
