//! Panics of the program: shown in the trace, and remembered until somebody is told.

use std::sync::Arc;

use super::cut_short::PanicReport;
use super::machine::{Kernel, PanicRecord};
use super::stop::{RUN_IS_OVER, Stop};
use super::strikes::INJECTED;
use crate::ident::TaskId;
use crate::trace::{Actor, Event, TextId};

impl Kernel {
    /// Remembers a panic until somebody is told of it.
    pub(crate) fn record_panic(&mut self, task: Option<TaskId>, report: &Arc<PanicReport>) {
        if self.show_panic(task, report) {
            // What was injected is no failure by itself: what the program makes of it is.
            let observed = task.is_some() && report.message.starts_with(INJECTED);
            self.panics.push(PanicRecord { report: Arc::clone(report), observed });
        }
    }

    /// A panic that nobody can be told of is the verdict, unless one stands.
    pub(crate) fn stop_by_panic(&mut self, task: Option<TaskId>, report: Arc<PanicReport>) {
        self.show_panic(task, &report);
        self.stop_with(Stop::Panic(report));
    }

    /// False if it only unwinds what still runs when the verdict stands.
    fn show_panic(&mut self, task: Option<TaskId>, report: &PanicReport) -> bool {
        let is_news = self.stop.is_none() || report.message != RUN_IS_OVER;
        if is_news {
            let message: TextId = self.recorder.text(&report.message);
            let who = task.map_or_else(|| self.actor(), Actor::Task);
            self.emit(Event::Panicked { who, message });
        }
        is_news
    }

    /// Notes that someone awaited a task that panicked.
    pub(crate) fn observe_panic(&mut self, report: &Arc<PanicReport>) {
        for record in self.panics.iter_mut().filter(|record| Arc::ptr_eq(&record.report, report)) {
            record.observed = true;
        }
    }
}
