//! How often a run was at each point of the program, by the numbers of the catalogue.

/// How often a run was at one point.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) struct Mark {
    pub(crate) reached: u64,
    /// How often its condition held.
    pub(crate) held: u64,
}

/// The marks of a run. Most programs have no points: then it stays empty, and nothing is allocated.
#[derive(Default, Debug)]
pub(crate) struct Marks(Vec<Mark>);

impl Marks {
    /// The run is at the point of this number.
    pub(crate) fn mark(&mut self, number: u32, held: bool) {
        let number = number as usize;
        if self.0.len() <= number {
            self.0.resize(number + 1, Mark::default());
        }
        let mark = &mut self.0[number];
        mark.reached += 1;
        mark.held += u64::from(held);
    }

    /// The marks by number, and none from here on.
    pub(crate) fn take(&mut self) -> Vec<Mark> {
        std::mem::take(&mut self.0)
    }
}
