//! `seedbed::check` with a program that cannot be run on several threads.

use std::cell::Cell;
use std::rc::Rc;

fn main() {
    let shared = Rc::new(Cell::new(0));
    seedbed::check(move || {
        let shared = Rc::clone(&shared);
        async move { shared.set(1) }
    });
}
