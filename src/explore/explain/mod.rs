//! Explaining: what each departure of a shrunk run did, why it is needed, and how certain the failure is.
//!
//! [`explain`](fn@explain) answers five questions of a [`Shrunk`](crate::explore::Shrunk) run, with runs of its own:
//!
//! - What did each departure do? Read from the trace: who ran before whom, since when the other one was ready.
//! - Is it needed? The run without it is replayed, and the first event is shown in which the two runs do something else.
//! - Which other values would do?
//! - Are the departures enough? They are kept and everything else is drawn afresh, so many times.
//! - From when on was it inevitable? The beginning of the run is kept and the rest drawn afresh; bisection finds how much of it is enough.
//!
//! The last two are samples: they say how many of how many, and no more. All seeds derive from one, so the same explanation is
//! given each time. Where shrinking was stopped, a departure may not matter, and only the first question is answered.

mod limits;
mod explanation;
mod trials;
mod deeds;
mod needed;
mod values;
mod chances;
mod words;
mod run;

pub use explanation::{
    Deed, ExplainProgress, ExplainStop, Explained, Explanation, Inevitable, Needed, Overtaker, Parting, Rate, Values,
    Without,
};
pub use limits::ExplainLimits;
pub use run::explain;
pub(crate) use run::{explain_run, tell};
