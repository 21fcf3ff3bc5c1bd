//! What is wrong with agnostic-lite 0.6.2: these fail when it is cured, and docs/found.md then wants a new word.

use std::future::Future;
use std::time::Duration;

use agnostic_lite::time::Instant;
use agnostic_lite::tokio::TokioRuntime;
use agnostic_lite::{AfterHandle, RuntimeLite};
use futures::StreamExt;
use seedbed::Sim;
use seedbed_agnostic::SeedbedRuntime;

const HOUR: Duration = Duration::from_secs(3_600);

fn on_tokio<T>(program: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.expect("a runtime without threads can be made").block_on(program)
}

/// How long after its spawning a task begins that was to begin after 10 s, and whose handle is told an hour after 5 s.
async fn put_off<R: RuntimeLite>() -> Duration {
    let start = R::now();
    let task = R::spawn_after(Duration::from_secs(10), async move { start.elapsed() });
    R::sleep(Duration::from_secs(5)).await;
    task.reset(HOUR);
    task.await.expect("nobody aborts it")
}

/// `AfterHandle::reset`: "Resets the delay of the task related to this handle." The task begins at once, whatever the new delay is:
/// `src/tokio/after.rs` begins it where `deadline.checked_sub(delay)` gives something, which it always does.
#[test]
fn agnostic_lite_begins_a_task_at_once_that_is_put_off() {
    let begun = on_tokio(put_off::<TokioRuntime>());
    assert_eq!(begun, Duration::from_secs(5), "agnostic-lite puts tasks off now: say so in docs/found.md");
    assert_eq!(Sim::new(0).run(put_off::<SeedbedRuntime>()).unwrap(), HOUR);
}

/// When the first tick comes of an interval of a minute that is made an hour after the start.
async fn first_tick<R: RuntimeLite>() -> Duration {
    R::sleep(HOUR).await;
    let made = R::now();
    R::interval(Duration::from_secs(60)).next().await.expect("intervals never end");
    made.elapsed()
}

/// `RuntimeLite::interval`: "starts at the current time". On tokio it starts at the machine's, where `now` is tokio's, which tests pause:
/// `src/tokio/interval.rs` reads `std::time::Instant::now`.
#[test]
fn agnostic_lite_begins_intervals_on_another_clock_than_its_own() {
    let waited = on_tokio(first_tick::<TokioRuntime>());
    assert_eq!(waited, Duration::ZERO, "agnostic-lite's intervals begin on tokio's clock now: say so in docs/found.md");
    assert_eq!(Sim::new(0).run(first_tick::<SeedbedRuntime>()).unwrap(), Duration::from_secs(60));
}
