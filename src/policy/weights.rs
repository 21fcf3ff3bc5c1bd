//! The ready tasks by weight, for policies that draw one in proportion.

use crate::choice::Prng;
use crate::ident::TaskId;

/// Weights of tasks, with draws in logarithmic time: a Fenwick tree over the numbers of the tasks.
#[derive(Clone, Debug, Default)]
pub(super) struct Weights {
    /// By the number of the task; 0 while it does not wait.
    weights: Vec<u32>,
    /// `sums[n]` is the weight of the range that ends with task `n - 1` and is as long as the lowest bit of `n`. Invariant: its length is
    /// one more than a power of two, or it is empty.
    sums: Vec<u64>,
    total: u64,
}

/// Room at the beginning; most programs have no more tasks.
const TASKS: usize = 16;

impl Weights {
    pub(super) fn total(&self) -> u64 {
        self.total
    }

    /// Gives a task its weight; 0 takes it out.
    pub(super) fn set(&mut self, task: TaskId, weight: u32) {
        let number = task.get() as usize;
        if number + 1 >= self.sums.len() {
            self.grow(number);
        }
        let before = std::mem::replace(&mut self.weights[number], weight);
        self.add(number, u64::from(weight).wrapping_sub(u64::from(before)));
    }

    /// The task at a point of the line on which all weights lie side by side.
    fn at(&self, mut point: u64) -> TaskId {
        let (mut number, mut width) = (0, self.sums.len() - 1);
        while width > 0 {
            if let Some(&sum) = self.sums.get(number + width).filter(|&&sum| sum <= point) {
                number += width;
                point -= sum;
            }
            width /= 2;
        }
        TaskId::new(u32::try_from(number).expect("seedbed bug: a weight for no task, please report"))
    }

    /// Draws one, each in proportion to its weight; the weights may not all be 0.
    pub(super) fn draw(&self, prng: &mut Prng) -> TaskId {
        // The larger half of a product: one answer is favoured over another by less than one in 2³².
        let point = (u128::from(prng.next_u64()) * u128::from(self.total)) >> 64;
        self.at(u64::try_from(point).expect("seedbed bug: a point beyond the line, please report"))
    }

    fn grow(&mut self, number: usize) {
        let capacity = (number + 1).next_power_of_two().max(TASKS);
        self.weights.resize(capacity, 0);
        self.sums.clear();
        self.sums.resize(capacity + 1, 0);
        self.total = 0;
        for number in 0..capacity {
            self.add(number, self.weights[number].into());
        }
    }

    fn add(&mut self, number: usize, weight: u64) {
        self.total = self.total.wrapping_add(weight);
        let mut n = number + 1;
        while let Some(sum) = self.sums.get_mut(n) {
            *sum = sum.wrapping_add(weight);
            n += n & n.wrapping_neg();
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{TaskId, Weights};

    proptest! {
        /// Each task is met at as many points as it has weight, in the order of the numbers.
        #[test]
        fn weights_lie_side_by_side(settings in prop::collection::vec((0..70_u32, 0..5_u32), 0..100)) {
            let (mut weights, mut list) = (Weights::default(), [0_u32; 70]);
            for (number, weight) in settings {
                weights.set(TaskId::new(number), weight);
                list[number as usize] = weight;
            }
            let line: Vec<_> = (0..).zip(list).flat_map(|(n, weight)| (0..weight).map(move |_| TaskId::new(n))).collect();
            prop_assert_eq!(weights.total(), line.len() as u64);
            for (point, task) in (0..).zip(line) {
                prop_assert_eq!(weights.at(point), task);
            }
        }
    }
}
