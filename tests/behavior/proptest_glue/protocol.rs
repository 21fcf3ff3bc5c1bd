//! Promise: the tree keeps proptest's protocol, also where its values are not run, or not as they should be.

use std::cell::Cell;

use proptest::collection::vec;
use proptest::prelude::{Strategy, any};
use proptest::strategy::ValueTree;
use proptest::test_runner::{
    Config, FileFailurePersistence, RngAlgorithm, TestCaseError, TestRng, TestRunner, basic_result_cache,
};
use seedbed::harness::ScheduledTree;
use seedbed::{Sim, with_schedule};

use super::programs::{deposits, many, runner, smallest};

fn lost((amounts, sim): (Vec<u32>, Sim)) -> Result<(), TestCaseError> {
    let expected = amounts.iter().sum::<u32>();
    let total = sim.run(deposits(amounts, 3)).result?;
    if total == expected { Ok(()) } else { Err(TestCaseError::fail("lost")) }
}

/// A tree whose first value fails.
fn failing(seed: u8) -> impl ValueTree<Value = (Vec<u32>, Sim)> {
    let mut runner = runner(seed, Config::default());
    loop {
        let tree = with_schedule(vec(0..9_u32, 0..6)).new_tree(&mut runner).unwrap();
        if lost(tree.current()).is_err() {
            // A fresh one, of which nothing has been run.
            return Again(tree);
        }
    }
}

/// A tree that forgets a run that was made before the protocol began.
struct Again<T>(T);

impl<T: ValueTree> ValueTree for Again<T> {
    type Value = T::Value;

    fn current(&self) -> T::Value {
        self.0.current()
    }

    fn simplify(&mut self) -> bool {
        self.0.simplify()
    }

    fn complicate(&mut self) -> bool {
        self.0.complicate()
    }
}

#[test]
fn out_of_iterations_the_last_failing_value_is_left() {
    for iterations in (0..60).chain([100, 200]) {
        for seed in [1, 2] {
            let config = Config { max_shrink_iters: iterations, ..many() };
            let runs = Cell::new(0_u32);
            let found = smallest(&mut runner(seed, config), &with_schedule(vec(0..9_u32, 0..6)), |value| {
                let result = lost(value);
                runs.set(if runs.get() > 0 || result.is_err() { runs.get() + 1 } else { 0 });
                result
            });
            assert!(runs.get() <= iterations + 1, "{} runs in {iterations} iterations", runs.get());
            assert!(lost(found.1).is_err(), "{iterations} iterations, seed {seed}: it passes");
        }
    }
}

#[test]
fn values_that_are_never_run_are_not_shrunk() {
    let mut tree = failing(1);
    let drawn = format!("{:?}", tree.current());
    assert!(!tree.simplify(), "nothing is known of the run");
    assert_eq!(format!("{:?}", tree.current()), drawn);
    assert!(!tree.complicate());
    assert!(lost(tree.current()).is_err());
}

#[test]
fn after_the_end_nothing_moves() {
    let mut tree = failing(2);
    assert!(lost(tree.current()).is_err());
    let mut steps = 0;
    let mut more = tree.simplify();
    while more {
        steps += 1;
        assert!(steps < 2_000);
        more = if lost(tree.current()).is_err() { tree.simplify() } else { tree.complicate() };
    }
    let smallest = format!("{:?}", tree.current());
    for _ in 0..3 {
        assert!(!tree.simplify() && !tree.complicate());
        assert_eq!(format!("{:?}", tree.current()), smallest);
    }
    assert!(lost(tree.current()).is_err());
}

#[test]
fn a_tree_may_be_dropped_at_any_point() {
    for stop in 0..80 {
        let mut tree = failing(3);
        assert!(lost(tree.current()).is_err());
        let mut more = tree.simplify();
        for _ in 0..stop {
            if more {
                more = if lost(tree.current()).is_err() { tree.simplify() } else { tree.complicate() };
            }
        }
        drop(tree);
    }
    let panic = std::panic::catch_unwind(|| {
        let mut tree = failing(3);
        assert!(lost(tree.current()).is_err() && tree.simplify());
        panic!("with a tree in hand");
    });
    assert_eq!(panic.unwrap_err().downcast_ref::<&str>(), Some(&"with a tree in hand"));
}

#[test]
fn a_result_cache_does_not_mislead_it() {
    for seed in 0..4 {
        let config = Config { result_cache: basic_result_cache, ..many() };
        let found = smallest(&mut runner(seed, config), &with_schedule(vec(0..9_u32, 0..6)), lost);
        assert!(lost(found.1).is_err(), "seed {seed}");
    }
}

/// The first run of a case fails, all others pass: there is nothing to shrink, and no end to wait for.
#[test]
fn a_case_that_fails_once_is_left_as_it_was_drawn() {
    let first = Cell::new(None);
    let (_, (number, sim)) = smallest(&mut runner(1, many()), &with_schedule(any::<u32>()), |(number, sim)| {
        let is_first = first.get().is_none();
        first.set(first.get().or(Some(number)));
        Ok(sim.run(async move { assert!(!is_first, "only once") }).result?)
    });
    assert_eq!(Some(number), first.get());
    assert!(format!("{sim:?}").contains("departures"), "{sim:?}");
}

/// A test that fails before the run, or without one, is not shrunk, and is not taken for one that ran.
#[test]
fn a_case_that_fails_before_its_run_is_told() {
    let (reason, _) = smallest(&mut runner(1, many()), &with_schedule(any::<u32>()), |(number, _)| {
        if number > 10 { Err(TestCaseError::fail("too much")) } else { Ok(()) }
    });
    assert!(reason.contains("too much"));
}

#[test]
fn a_kept_case_is_drawn_again() {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("a_kept_case_is_drawn_again");
    drop(std::fs::remove_dir_all(&folder));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("kept.txt");
    let path: &'static str = Box::leak(file.to_string_lossy().into_owned().into_boxed_str());
    let config = || Config {
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(path))),
        source_file: Some(file!()),
        ..many()
    };
    let rng = |seed| TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]);
    let strategy = with_schedule(vec(0..9_u32, 0..6));
    let (_, found) = smallest(&mut TestRunner::new_with_rng(config(), rng(1)), &strategy, lost);
    let kept = std::fs::read_to_string(&file).unwrap();
    assert!(kept.lines().any(|line| line.starts_with("cc ")), "{kept}");
    // Whatever else is drawn now: the kept case comes first, and shrinks to the same.
    let first = Cell::new(None);
    let (_, again) = smallest(&mut TestRunner::new_with_rng(config(), rng(2)), &strategy, |value| {
        let result = lost(value);
        first.set(first.get().or(Some(result.is_err())));
        result
    });
    std::fs::remove_dir_all(&folder).unwrap();
    assert_eq!((first.get(), format!("{again:?}")), (Some(true), format!("{found:?}")));
}

#[test]
fn the_tree_can_be_named() {
    fn tree_of<S: Strategy>(strategy: S) -> ScheduledTree<S> {
        with_schedule(strategy).new_tree(&mut TestRunner::deterministic()).unwrap()
    }
    assert!(tree_of(0..9_u8).current().0 < 9);
}
