//! The recorder: remembers the answers of a run that were not plain, and gives them their words at the end.

use std::num::NonZeroU32;
use std::sync::Arc;

use super::address::{Address, StreamKey};
use super::departures::Departures;
use super::kind::Kind;
use super::names::{Names, SubjectCollision};
use super::subject::SubjectKey;

/// What the recorder remembers.
#[derive(Debug, Default)]
pub(super) struct Record {
    names: Names,
    collision: Option<SubjectCollision>,
    /// In the order in which they were settled; no address twice, since each question is numbered once.
    answers: Vec<(StreamKey, u32, NonZeroU32)>,
}

impl Record {
    /// Learns the path of a subject. A collision is kept for the end, since a run cannot do anything about it.
    pub(super) fn introduce(&mut self, subject: SubjectKey, path: impl FnOnce() -> Arc<str>) {
        if let Err(collision) = self.names.introduce(subject, path) {
            self.collision.get_or_insert(collision);
        }
    }

    pub(super) fn remember(&mut self, subject: SubjectKey, kind: Kind, n: u32, answer: u32) {
        if let Some(answer) = NonZeroU32::new(answer) {
            self.answers.push((StreamKey { subject, kind }, n, answer));
        }
    }

    pub(super) fn into_departures(self) -> Result<Departures, SubjectCollision> {
        if let Some(collision) = self.collision {
            return Err(collision);
        }
        let address = |stream: StreamKey, n| {
            let path = self.names.path(stream.subject);
            let path = path.unwrap_or_else(|| panic!("seedbed bug: {stream:?} was never introduced, please report"));
            Address::new(Arc::clone(path), stream.kind, n)
                .expect("seedbed bug: a subject path was not checked, please report")
        };
        Ok(self.answers.iter().map(|(stream, n, answer)| (address(*stream, *n), *answer)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::{Record, SubjectKey};

    #[test]
    fn a_collision_is_an_error_at_the_end() {
        let mut record = Record::default();
        for path in ["8yn0iYCKYHlIj4-BwPqk", "main", "main", "GReLUrM4wMqfg9yzV3KQ"] {
            record.introduce(SubjectKey::of_path(path), || path.into());
        }
        assert!(record.into_departures().unwrap_err().to_string().contains("rename one of them"));
    }
}
