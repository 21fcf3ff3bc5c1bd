//! What makes a run visible: its trace as a table, a page, a Perfetto file; a deadlock as a graph; two runs side by side.
//!
//! ```text
//! records → Trace (trace.rs) → Picture (segments, arrows) → choice of lanes and events → table | page | perfetto
//!                            → Graph (who waits for whom) → dot | svg
//! two Traces → Comparison → table | page
//! ```

mod seconds;
mod words;
mod lanes;
mod trace;
mod segments;
mod picture;
mod choice;
mod table;
mod graph;
mod dot;
mod svg;
mod page;
mod perfetto;
mod compare;
mod compare_table;
mod compare_page;

pub use choice::{Choice, Detail};
pub use compare::{Comparison, Pair};
pub use compare_page::comparison_page;
pub use compare_table::comparison_table;
pub use dot::dot;
pub use graph::{Edge, Graph, Node, NodeKind};
pub use lanes::{Lane, LaneKind};
pub use page::page;
pub use perfetto::perfetto;
pub use picture::{Arrow, ArrowKind, Picture};
pub use seconds::seconds;
pub use segments::{Segment, State};
pub use svg::svg;
pub use table::table;
pub use trace::{Departure, Event, Failure, Trace};
