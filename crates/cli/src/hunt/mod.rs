//! A hunt: many workers, each a process that makes a slice of the runs of one test; what they met, counted, grouped, made small and kept.

mod target;
mod plan;
mod tail;
mod slice;
mod distinct;
mod points;
mod tally;
mod folder;
mod crew;
mod progress;
mod log;
mod findings;
mod words;
mod junit;

pub use crew::{Crew, Orders, Word};
pub use findings::shrink_groups;
pub use folder::{Folder, Header, HeaderTest, ShardWords, Shelf, json, write_end};
pub use junit::write as write_junit;
pub use log::{Log, unseen_canaries};
pub use progress::Progress;
pub use slice::Limits;
pub use tally::{Ended, Finding, Group, Summary, Tally, Totals, status};
pub use target::{Origin, Target, targets};
pub use words::{command_line, description, groups_text, totals_text};
