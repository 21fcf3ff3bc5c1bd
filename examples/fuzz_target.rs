//! A program for fuzzers: bytes choose the order of its tasks and how late its timers are.
//!
//! `cargo run --example fuzz_target FILE…` makes the run of each file, as AFL++ does with a crash file; `… < FILE` takes standard input; `…
//! -- --random 1000` draws bytes by itself, until a run fails. `fuzz/` in the repository is the same for libFuzzer.

use std::cell::Cell;
use std::io::Read;
use std::rc::Rc;
use std::time::Duration;

use seedbed::choice::Prng;
use seedbed::{Fuzz, Seed, sleep, spawn, timeout};

/// A seat is held for so long before it is paid for.
const HELD: Duration = Duration::from_millis(20);

/// A theatre with one seat left.
#[derive(Default)]
struct Theatre {
    held: Cell<Option<u8>>,
    sold: Cell<u8>,
}

/// Holds the seat, pays, and takes it. The bug: who paid too late takes the seat all the same, though it was given to another.
async fn buy(theatre: Rc<Theatre>, buyer: u8) {
    if theatre.held.get().is_some() {
        return;
    }
    theatre.held.set(Some(buyer));
    let paid = timeout(HELD, sleep(Duration::from_millis(15))).await;
    if paid.is_err() {
        theatre.held.set(None);
        // Perhaps the payment arrives after all.
        sleep(Duration::from_millis(1)).await;
    }
    theatre.sold.set(theatre.sold.get() + 1);
}

/// Two want the seat, one a little later than the other.
pub(crate) async fn program() {
    let theatre = Rc::new(Theatre::default());
    let first = spawn(buy(Rc::clone(&theatre), 1));
    sleep(Duration::from_millis(20)).await;
    let second = spawn(buy(Rc::clone(&theatre), 2));
    first.await.expect("buying does not panic");
    second.await.expect("buying does not panic");
    assert!(theatre.sold.get() < 2 || theatre.held.get() == Some(2), "one seat was sold twice");
}

/// How the fuzzer calls it.
pub(crate) fn target(bytes: &[u8]) {
    Fuzz::new().faults("late").check(bytes, program);
}

fn main() -> std::io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match &arguments[..] {
        [] => {
            let mut bytes = Vec::new();
            std::io::stdin().read_to_end(&mut bytes)?;
            target(&bytes);
        }
        [option, runs] if option == "--random" => {
            let mut prng = Prng::new(Seed::new(0), "bytes");
            for _ in 0..runs.parse().unwrap_or(0_u32) {
                let bytes: Vec<u8> = (0..4).flat_map(|_| prng.next_u64().to_le_bytes()).collect();
                target(&bytes);
            }
        }
        files => {
            for file in files {
                target(&std::fs::read(file)?);
            }
        }
    }
    println!("no run failed");
    Ok(())
}
