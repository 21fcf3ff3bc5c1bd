//! Fault points: places in user code that ask whether they should fail.

use super::machine::Kernel;
use super::picker::{Forced, Picker};
use crate::choice::{FaultSet, Kind, SubjectKey, path_label};
use crate::trace::Event;

impl Kernel {
    /// Whether the fault point of this name strikes here and now, so often of so many times.
    pub(crate) fn strikes(&mut self, name: &str, odds: (u32, u32)) -> bool {
        let label = path_label(name);
        let subject = self.current_subject().child(&label);
        let task = self.current.filter(|&id| self.tasks.get(id).is_some());
        let names = &self.names;
        self.picker.choices.introduce(subject, || {
            let path = task.map_or_else(|| "(outside)".to_owned(), |id| names.full_path(id));
            format!("{path}/{label}").into()
        });
        self.picker.choices.after(self.recorder.total());
        let struck = self.picker.strikes(subject, name, odds);
        if struck {
            let (who, point) = (self.actor(), self.recorder.text(name));
            self.emit(Event::Struck { who, point });
        }
        struck
    }
}

impl Picker {
    /// Has points strike, or not, wherever nothing was planned for them.
    pub(super) fn force(&mut self, points: Vec<(String, bool)>) {
        let alone = !self.asks(Kind::Point);
        if !points.is_empty() {
            self.faults = self.faults.union(FaultSet::of(&[Kind::Point]));
        }
        self.forced = Forced { points, alone };
    }

    fn strikes(&mut self, subject: SubjectKey, name: &str, (times, of): (u32, u32)) -> bool {
        let forced = self.forced.points.iter().find(|(forced, _)| forced == name).map(|(_, strikes)| *strikes);
        // A point is on or off for a whole run, so that runs differ in which faults they have (Groce et al., Swarm Testing, ISSTA 2012).
        let is_off = self.forced.alone || self.seed.derive("points").derive(name).get() & 1 == 0;
        let policy = &mut self.policy;
        let answer = self.choices.decide(subject, Kind::Point, 2, || match forced {
            Some(strikes) => strikes.into(),
            None if is_off => 0,
            // Answer 0 is one of `of`, and never strikes.
            None => u32::from((1..=times).contains(&policy.answer(Kind::Point, of))),
        });
        self.note_answer(subject, Kind::Point, answer);
        answer > 0
    }
}
