//! Three jobs on one program: a property over inputs and orders, a failure to be replayed, and a trace to be reviewed.
//!
//! `cargo test --example bank` passes; with `-- --ignored` it runs the test that fails, and prints how to bring its run back.

use std::cell::RefCell;
use std::rc::Rc;

use seedbed::{Report, Sim, note, spawn, yield_now};

/// From, to, and how much.
type Transfer = (usize, usize, u32);

/// Accounts that are written behind the back of whoever reads them.
struct Bank(RefCell<[u32; 3]>);

/// Moves the money of one transfer. A `careful` one waits until that is written; the other trusts that it will be.
async fn transfer(bank: &Rc<Bank>, (from, to, amount): Transfer, careful: bool) {
    let read = *bank.0.borrow();
    if from == to || read[from] < amount {
        return note!("{from} to {to}: {amount} is refused");
    }
    let bank = Rc::clone(bank);
    let written = spawn(async move {
        let mut balances = bank.0.borrow_mut();
        balances[from] = read[from] - amount;
        balances[to] = read[to] + amount;
        note!("{from} to {to}: {amount}, {balances:?}");
    });
    if careful {
        written.await.expect("writing does not panic");
    } else {
        yield_now().await;
    }
}

/// Makes the transfers one after the other; returns the total.
async fn day(transfers: Vec<Transfer>, careful: bool) -> u32 {
    let bank = Rc::new(Bank(RefCell::new([100; 3])));
    for each in transfers {
        transfer(&bank, each, careful).await;
    }
    seedbed::sleep(std::time::Duration::from_secs(1)).await;
    bank.0.borrow().iter().sum()
}

/// One day, as a trace.
pub(crate) fn quiet_day() -> Report<u32> {
    Sim::new(0).run(day(vec![(0, 1, 70), (1, 2, 170), (0, 2, 50)], true))
}

fn main() {
    println!("{}", quiet_day().trace.summary());
}

#[cfg(test)]
mod tests {
    use super::{Transfer, day, quiet_day};
    use proptest::collection::vec;

    #[seedbed::test]
    async fn transfers_keep_the_total(#[strategy = vec((0..3_usize, 0..3_usize, 1..99_u32), 0..8)] all: Vec<Transfer>) {
        assert_eq!(day(all, true).await, 300);
    }

    #[seedbed::test]
    #[ignore = "it fails, to show what that looks like"]
    async fn hasty_transfers_keep_the_total(
        #[strategy = vec((0..3_usize, 0..3_usize, 1..99_u32), 0..8)] all: Vec<Transfer>,
    ) {
        assert_eq!(day(all, false).await, 300);
    }

    #[test]
    fn a_quiet_day_reads_well() {
        seedbed::assert_trace!("bank", quiet_day());
    }
}
