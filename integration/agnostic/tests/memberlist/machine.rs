//! The machine's randomness and its clock, as a run has them: memberlist-core takes both from the C library, and leaves no other way to cure it.
//!
//! A symbol of the executable is found before that of a shared library. So every call of `getrandom` and of `clock_gettime` in this process comes
//! here first, of Rust's standard library as of the crates; outside of runs it goes on to the kernel of the machine.
#![allow(unsafe_code, reason = "two functions of the C library are replaced")]

use std::cell::{Cell, RefCell};
use std::ffi::c_void;
use std::future::Future;
use std::panic::catch_unwind;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

/// The machine's clocks stand here when a run begins: far enough from zero that an hour before it is a moment, too.
const START_SECONDS: i64 = 1_000_000;

thread_local! {
    /// What random bytes come from while a run goes on in this thread.
    static RANDOM: RefCell<Option<ChaCha8Rng>> = const { RefCell::new(None) };
    /// The last look at the virtual clock, for destructors that look at the clock when there is none any more.
    static NANOS: Cell<u64> = const { Cell::new(0) };
}

pin_project! {
    /// See [`simulated`].
    pub(crate) struct Simulated<F> {
        #[pin]
        main: F,
        within: Option<Within>,
    }
}

/// While it lives, the machine's clock and randomness are those of the run.
struct Within;

impl Within {
    fn enter() -> Self {
        // A thread draws the keys of its hash maps once, whichever run comes first, and no later one.
        drop(std::hash::RandomState::new());
        // The generator of a thread is made when it is first asked for, and outlives runs: from here on its seed is that of the run.
        let mut of_thread = rand::rng();
        RANDOM.set(Some(seedbed::rng()));
        NANOS.set(0);
        of_thread.reseed().expect("random bytes never run out");
        Self
    }
}

impl Drop for Within {
    fn drop(&mut self) {
        RANDOM.set(None);
    }
}

/// Has a run take the machine's randomness from its seed and the machine's clock from its own, from its first step to the end of `main`.
pub(crate) fn simulated<F: Future>(main: F) -> Simulated<F> {
    Simulated { main, within: None }
}

impl<F: Future> Future for Simulated<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        this.within.get_or_insert_with(Within::enter);
        this.main.poll(cx)
    }
}

/// The virtual clock, while a run goes on in this thread.
fn virtual_nanos() -> Option<u64> {
    let within = RANDOM.try_with(|random| random.try_borrow().is_ok_and(|random| random.is_some()));
    if !within.unwrap_or(false) {
        return None;
    }
    if let Ok(now) = catch_unwind(seedbed::now) {
        NANOS.set(now.as_nanos());
    }
    Some(NANOS.get())
}

// SAFETY: it does what the function of that name does, with other times.
#[unsafe(no_mangle)]
extern "C" fn clock_gettime(clock: libc::clockid_t, time: *mut libc::timespec) -> libc::c_int {
    let Some(nanos) = virtual_nanos() else {
        // SAFETY: the arguments are those of the call that came here.
        return unsafe { libc::syscall(libc::SYS_clock_gettime, clock, time) } as libc::c_int;
    };
    let seconds = START_SECONDS + (nanos / 1_000_000_000) as i64;
    let there = libc::timespec { tv_sec: seconds, tv_nsec: (nanos % 1_000_000_000) as i64 };
    // SAFETY: whoever asks for the time says where to write it.
    unsafe { time.write(there) };
    0
}

// SAFETY: it does what the function of that name does, with other bytes.
#[unsafe(no_mangle)]
extern "C" fn getrandom(buffer: *mut c_void, length: usize, flags: libc::c_uint) -> isize {
    let filled = RANDOM.try_with(|random| {
        let mut random = random.try_borrow_mut().ok()?;
        // SAFETY: whoever asks for so many bytes says where to write them.
        let bytes = unsafe { std::slice::from_raw_parts_mut(buffer.cast::<u8>(), length) };
        random.as_mut()?.fill_bytes(bytes);
        Some(length as isize)
    });
    match filled {
        Ok(Some(count)) => count,
        // SAFETY: the arguments are those of the call that came here.
        _ => unsafe { libc::syscall(libc::SYS_getrandom, buffer, length, flags) as isize },
    }
}

#[test]
fn the_machine_is_that_of_the_run() {
    let look = || async {
        simulated(async {
            let (start, drawn) = (std::time::Instant::now(), rand::random::<u64>());
            seedbed::sleep(std::time::Duration::from_secs(86_400)).await;
            (start.elapsed(), drawn, rand::random::<u64>())
        })
        .await
    };
    let run = |seed| seedbed::Sim::new(seed).run(look()).unwrap();
    let first = run(1);
    assert_eq!(first.0, std::time::Duration::from_secs(86_400));
    assert_eq!(run(1), first);
    assert_ne!(run(2).1, first.1);
    assert_ne!(rand::random::<u64>(), rand::random::<u64>());
}
