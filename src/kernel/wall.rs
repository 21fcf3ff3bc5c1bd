//! The wall clock: what it shows at each instant of virtual time.

/// A clock that goes with virtual time, from some reading on, a little too fast or too slow.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Wall {
    /// Nanoseconds since the Unix epoch that it showed at `since`.
    shown: u64,
    /// Virtual nanoseconds.
    since: u64,
    /// By how many parts of a million it is faster than virtual time; at least minus a million, so that it never goes backwards by itself.
    ppm: i32,
}

impl Wall {
    /// A clock that shows so many nanoseconds since the Unix epoch when the run begins.
    pub(super) fn starting_at(shown: u64) -> Self {
        Self { shown, since: 0, ppm: 0 }
    }

    /// What it shows; it stops at both ends of what it can show.
    pub(crate) fn at(&self, now: u64) -> u64 {
        let elapsed = i128::from(now.saturating_sub(self.since));
        within(i128::from(self.shown) + elapsed + elapsed * i128::from(self.ppm) / 1_000_000)
    }

    /// It is put forward, or back.
    pub(crate) fn jump(&mut self, now: u64, by: i128) {
        self.shown = within(i128::from(self.at(now)).saturating_add(by));
        self.since = now;
    }

    /// From now on it is faster by so much.
    pub(crate) fn drift(&mut self, now: u64, ppm: i32) {
        *self = Self { shown: self.at(now), since: now, ppm };
    }
}

fn within(nanos: i128) -> u64 {
    u64::try_from(nanos.max(0)).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Wall;

    proptest! {
        #[test]
        fn it_never_goes_back_by_itself(
            shown: u64,
            ppm in -1_000_000..=1_000_000_i32,
            mut times in proptest::collection::vec(any::<u64>(), 2..20),
        ) {
            times.sort_unstable();
            let mut wall = Wall::starting_at(shown);
            wall.drift(times[0], ppm);
            let readings: Vec<u64> = times.iter().map(|time| wall.at(*time)).collect();
            prop_assert!(readings.is_sorted(), "{:?}", readings);
        }

        #[test]
        fn jumps_add_up(shown in 0..u64::from(u32::MAX), by in -1_000..1_000_000_i128, now: u32) {
            let (shown, now) = (shown + 1_000, u64::from(now));
            let mut wall = Wall::starting_at(shown);
            let before = wall.at(now);
            wall.jump(now, by);
            prop_assert_eq!(i128::from(wall.at(now)), i128::from(before) + by);
            wall.jump(now, -by);
            prop_assert_eq!(wall.at(now + 5), before + 5);
        }
    }
}
