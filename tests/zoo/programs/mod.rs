//! Small programs with one bug each, that plain FIFO order does not show, and what is known of them.
//!
//! Each is an `async fn` that is given whether to be the fixed twin. A failure is a panic or a deadlock. It takes another order than
//! plain FIFO to break one, or a slow task beside a timer; the fixed twin holds in every order.

mod atomicity;
mod cancellation;
mod data;
mod deadlock;
mod lifecycle;
mod orderings;
mod starvation;
mod system;
mod time;
mod wakeup;

use std::cell::{Cell, RefCell};
use std::pin::Pin;
use std::rc::Rc;
use std::time::Duration;

use seedbed::{Report, Sim, yield_now};

/// One program of the zoo.
pub(crate) struct Entry {
    pub(crate) name: &'static str,
    pub(crate) class: Class,
    /// How many orderings of two steps each must hold for it to fail: the depth of a bug in the sense of PCT.
    pub(crate) depth: u32,
    /// How many departures from plain order are enough for it to fail: the fewest that were found.
    pub(crate) departures: u32,
    pub(crate) run: fn(Sim) -> Report<()>,
    /// The main task of a run, for whoever makes the runs.
    pub(crate) main: fn() -> Pin<Box<dyn Future<Output = ()>>>,
    /// The same program without the bug.
    pub(crate) fixed: fn(Sim) -> Report<()>,
}

/// What sort of bug it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Class {
    /// Something that should be one step is two.
    Atomicity,
    /// Tasks wait for each other.
    Deadlock,
    /// A signal is given when nobody hears it, or to the wrong one.
    Wakeup,
    /// A task is cancelled at a bad place.
    Cancellation,
    /// Something is used before it is there, or after it is gone.
    Lifecycle,
    /// One task is kept from running for long.
    Starvation,
    /// A task is slow beside a timer.
    Time,
    /// Several of those at once, in something like a service.
    System,
    /// A drawn value and an order, both.
    Data,
    /// Nothing but orderings, one to five of them.
    Depth,
    /// One order of all tasks.
    Needle,
}

macro_rules! zoo {
    ($($module:ident :: $name:ident: $class:ident, depth $depth:literal, departures $departures:literal;)*) => {
        /// All programs, by class.
        pub(crate) const ZOO: &[Entry] = &[$(Entry {
            name: stringify!($name),
            class: Class::$class,
            depth: $depth,
            departures: $departures,
            run: |sim| sim.run($module::$name(false)),
            main: || Box::pin($module::$name(false)),
            fixed: |sim| sim.run($module::$name(true)),
        }),*];
    };
}

zoo! {
    atomicity::lost_update: Atomicity, depth 2, departures 1;
    atomicity::oversold_seat: Atomicity, depth 2, departures 1;
    atomicity::loaded_twice: Atomicity, depth 1, departures 1;
    atomicity::audit_amid_a_transfer: Atomicity, depth 2, departures 1;
    atomicity::torn_pair: Atomicity, depth 2, departures 1;
    atomicity::top_of_stack_is_back: Atomicity, depth 2, departures 1;
    atomicity::stale_cache: Atomicity, depth 2, departures 1;
    atomicity::one_writer_without_the_lock: Atomicity, depth 2, departures 1;
    deadlock::locks_in_two_orders: Deadlock, depth 2, departures 1;
    deadlock::three_forks: Deadlock, depth 3, departures 2;
    deadlock::pool_of_waiting_jobs: Deadlock, depth 2, departures 1;
    deadlock::lock_held_while_receiving: Deadlock, depth 1, departures 1;
    deadlock::permits_one_by_one: Deadlock, depth 2, departures 1;
    deadlock::joined_under_its_lock: Deadlock, depth 1, departures 1;
    wakeup::pulse_before_the_wait: Wakeup, depth 1, departures 1;
    wakeup::wrong_one_notified: Wakeup, depth 2, departures 1;
    wakeup::registered_too_late: Wakeup, depth 2, departures 1;
    wakeup::two_items_one_signal: Wakeup, depth 1, departures 1;
    cancellation::item_in_hand: Cancellation, depth 2, departures 1;
    cancellation::busy_for_ever: Cancellation, depth 2, departures 1;
    cancellation::half_a_record: Cancellation, depth 2, departures 1;
    cancellation::branch_with_an_item: Cancellation, depth 2, departures 1;
    lifecycle::log_after_close: Lifecycle, depth 1, departures 1;
    lifecycle::request_on_a_closed_line: Lifecycle, depth 2, departures 1;
    lifecycle::permit_never_returned: Lifecycle, depth 2, departures 1;
    lifecycle::read_before_it_is_set: Lifecycle, depth 1, departures 1;
    lifecycle::guest_after_closing: Lifecycle, depth 2, departures 1;
    starvation::impatient_poller: Starvation, depth 1, departures 1;
    starvation::overrun_buffer: Starvation, depth 1, departures 1;
    starvation::optimist_gives_up: Starvation, depth 4, departures 2;
    starvation::heart_does_not_beat: Starvation, depth 2, departures 1;
    time::answer_beside_the_timeout: Time, depth 1, departures 1;
    time::fresh_when_it_was_checked: Time, depth 2, departures 1;
    time::ordered_by_sleeping: Time, depth 1, departures 1;
    time::retried_and_answered: Time, depth 2, departures 1;
    time::tick_upon_tick: Time, depth 1, departures 1;
    system::lease_with_two_holders: System, depth 2, departures 3;
    system::two_leaders: System, depth 2, departures 1;
    system::retry_storm: System, depth 2, departures 1;
    system::own_write_unread: System, depth 1, departures 1;
    system::committed_alone: System, depth 2, departures 1;
    system::healthy_and_buried: System, depth 3, departures 4;
    data::zero_before_the_limit: Data, depth 1, departures 2;
    data::same_bucket: Data, depth 2, departures 1;
    orderings::depth_1: Depth, depth 1, departures 1;
    orderings::depth_2: Depth, depth 2, departures 2;
    orderings::depth_3: Depth, depth 3, departures 3;
    orderings::depth_4: Depth, depth 4, departures 4;
    orderings::depth_5: Depth, depth 5, departures 5;
    orderings::needle_of_4: Needle, depth 3, departures 3;
    orderings::needle_of_5: Needle, depth 4, departures 4;
}

/// State that tasks share without any protection.
struct Shared<T>(Rc<Cell<T>>);

impl<T: Copy> Shared<T> {
    fn new(value: T) -> Self {
        Self(Rc::new(Cell::new(value)))
    }

    fn get(&self) -> T {
        self.0.get()
    }

    fn set(&self, value: T) {
        self.0.set(value);
    }
}

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Self(Rc::clone(&self.0))
    }
}

/// A list that tasks share.
fn list<T>() -> Rc<RefCell<Vec<T>>> {
    Rc::default()
}

/// Work that takes so many steps and no time.
async fn work(steps: u32) {
    for _ in 0..steps {
        yield_now().await;
    }
}

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}
