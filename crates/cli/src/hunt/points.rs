//! The points of a program over all slices of a hunt, and those that no run met.

use std::collections::BTreeMap;

use crate::record::PointRecord;

/// Points by name and place.
#[derive(Clone, Debug, Default)]
pub(super) struct Points(BTreeMap<(String, String), PointRecord>);

impl Points {
    /// Adds what a slice met.
    pub(super) fn add(&mut self, slice: &[PointRecord]) {
        for point in slice {
            self.0
                .entry((point.point.clone(), point.place.clone()))
                .and_modify(|sum| {
                    sum.runs_reached += point.runs_reached;
                    sum.runs_held += point.runs_held;
                    sum.reached += point.reached;
                    sum.held += point.held;
                })
                .or_insert_with(|| point.clone());
        }
    }

    /// All that were met, or have to be.
    pub(super) fn all(&self) -> Vec<PointRecord> {
        self.0.values().cloned().collect()
    }

    /// Those that the test answers for and no run met, in words.
    pub(super) fn missed(&self) -> Vec<(PointRecord, &'static str)> {
        let missed = |point: &PointRecord| match (point.runs_reached, point.runs_held) {
            (0, _) if point.must_be_reached => Some("was never reached"),
            (1.., 0) if point.must_hold => Some("never held"),
            _ => None,
        };
        self.0.values().filter_map(|point| Some((point.clone(), missed(point)?))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slices_add_up_and_what_none_of_them_met_is_missed() {
        let point = |name: &str, runs_reached, runs_held| PointRecord {
            point: name.to_owned(),
            runs_reached,
            runs_held,
            must_be_reached: true,
            must_hold: name == "sometimes",
            ..PointRecord::default()
        };
        let missed = |slices: &[PointRecord]| {
            let mut points = Points::default();
            slices.iter().for_each(|slice| points.add(std::slice::from_ref(slice)));
            points.missed().into_iter().map(|(_, words)| words).collect::<Vec<_>>()
        };
        assert_eq!(missed(&[point("reachable", 0, 0), point("reachable", 2, 0)]), Vec::<&str>::new());
        assert_eq!(missed(&[point("reachable", 0, 0), point("reachable", 0, 0)]), ["was never reached"]);
        assert_eq!(missed(&[point("sometimes", 3, 0), point("sometimes", 3, 0)]), ["never held"]);
        assert_eq!(missed(&[point("sometimes", 3, 0), point("sometimes", 3, 1)]), Vec::<&str>::new());
    }
}
