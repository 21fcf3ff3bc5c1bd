//! `Inputs`: a tree of inputs that can be grown again from its draws, and the way that was taken in it.

use std::rc::Rc;

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, Reason, RngAlgorithm, TestRng, TestRunner};

use crate::choice::{InputPath, Prng};
use crate::seed::Seed;

/// One move in a tree of values: what proptest's protocol asks of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Move {
    Simplify,
    Complicate,
}

/// Inputs, with the seed from which they were drawn.
pub(super) struct Inputs<S: Strategy> {
    strategy: Rc<S>,
    config: Config,
    seed: Seed,
    tree: S::Tree,
    /// Invariant: a fresh tree from the same seed stands where `tree` does after the same moves.
    moves: Vec<Move>,
}

impl<S: Strategy> Inputs<S> {
    /// Draws inputs.
    ///
    /// # Errors
    ///
    /// Where the strategy has none: it refused too many, say.
    pub(super) fn new(strategy: Rc<S>, config: Config, seed: Seed) -> Result<Self, Reason> {
        let mut prng = Prng::new(seed, "inputs");
        let bytes: Vec<u8> = (0..4).flat_map(|_| prng.next_u64().to_le_bytes()).collect();
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
        let tree = strategy.new_tree(&mut TestRunner::new_with_rng(config.clone(), rng))?;
        Ok(Self { strategy, config, seed, tree, moves: Vec::new() })
    }

    /// The inputs at the end of this path.
    ///
    /// # Errors
    ///
    /// Where the strategy has none.
    pub(super) fn at(strategy: Rc<S>, config: Config, path: &InputPath) -> Result<Self, Reason> {
        let mut inputs = Self::new(strategy, config, path.seed())?;
        for simpler in path.moves() {
            inputs.go(if *simpler { Move::Simplify } else { Move::Complicate });
        }
        Ok(inputs)
    }

    /// What leads to the present value.
    pub(super) fn path(&self) -> InputPath {
        InputPath::moved(self.seed, self.moves.iter().map(|step| *step == Move::Simplify).collect())
    }

    /// The same draws, and no moves.
    pub(super) fn afresh(&self) -> Option<Self> {
        Self::new(Rc::clone(&self.strategy), self.config.clone(), self.seed).ok()
    }

    pub(super) fn current(&self) -> S::Value {
        self.tree.current()
    }

    pub(super) fn go(&mut self, step: Move) -> bool {
        self.moves.push(step);
        match step {
            Move::Simplify => self.tree.simplify(),
            Move::Complicate => self.tree.complicate(),
        }
    }

    /// Whether these inputs are simpler than those, by what is read of them: a shorter text is simpler, and of two that are as long, the
    /// one that comes first in order.
    pub(super) fn is_simpler_than(&self, other: &Self) -> bool {
        let text = |inputs: &Self| format!("{:?}", inputs.current());
        let (own, other) = (text(self), text(other));
        (own.len(), own) < (other.len(), other)
    }
}
