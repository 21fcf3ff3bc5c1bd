//! `seedbed::check` with programs whose value cannot end a run.

struct Silent;

fn main() {
    seedbed::check(|| async { 7 });

    seedbed::check(|| async { Err::<(), _>(Silent) });
}
