//! What the seed does to a message: asked when it leaves, in one order, so that no answer shifts the number of another question.

use std::sync::Arc;

use super::reach::later;
use super::state::{HostId, Net, Route};
use crate::choice::{Kind, SubjectKey};
use crate::kernel::Kernel;
use crate::trace::Event;

const MILLI: u64 = 1_000_000;

/// How much later the second of two copies arrives. Replay lines hold the places: nothing is ever taken out or moved.
const DUPLICATE_DELAYS: [u64; 4] = [0, MILLI, 10 * MILLI, 100 * MILLI];

/// For how long a host is cut off. Replay lines hold the places: nothing is ever taken out or moved.
const PARTITION_SPANS: [u64; 5] = [10 * MILLI, 100 * MILLI, 1_000 * MILLI, 10_000 * MILLI, 60_000 * MILLI];

/// So many messages may overtake one.
const OVERTAKEN_MAX: u32 = 3;

/// So often in a row the same segment may be lost.
const LOST_MAX: u32 = 3;

/// What an answer of [`Kind::Duplicated`] means, in nanoseconds.
pub(crate) fn duplicate_delay(answer: u32) -> Option<u64> {
    DUPLICATE_DELAYS.get((answer as usize).checked_sub(1)?).copied()
}

/// What an answer of [`Kind::Partition`] means, in nanoseconds.
pub(crate) fn partition_span(answer: u32) -> Option<u64> {
    PARTITION_SPANS.get((answer as usize).checked_sub(1)?).copied()
}

/// What is to become of a message.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fate {
    pub(super) reset: bool,
    /// How often in a row it is lost.
    pub(super) lost: u32,
    /// How much later a second copy arrives.
    pub(super) again_after: Option<u64>,
    /// How many others overtake it.
    pub(super) overtaken_by: u32,
    /// How long it is on its way, in nanoseconds.
    pub(super) takes: u64,
}

fn places(table: &[u64]) -> u32 {
    u32::try_from(table.len() + 1).unwrap_or(u32::MAX)
}

impl Net {
    /// Asks what becomes of a segment of a stream, under the path of the way that it takes.
    pub(super) fn fate_of_segment(&mut self, kernel: &mut Kernel, route: Route, path: &Arc<str>) -> Fate {
        self.ask_partition(kernel, route);
        let reset = self.ask(kernel, route, path, Kind::Reset, 2) == 1;
        let lost = self.ask(kernel, route, path, Kind::Lost, LOST_MAX + 1);
        let takes = self.ask_latency(kernel, route, path);
        Fate { reset, lost, again_after: None, overtaken_by: 0, takes }
    }

    /// Asks what becomes of a datagram, under the path of its link.
    pub(super) fn fate_of_datagram(&mut self, kernel: &mut Kernel, route: Route) -> Fate {
        let path = &Arc::clone(&self.link(route).path);
        self.ask_partition(kernel, route);
        let lost = self.ask(kernel, route, path, Kind::Lost, 2);
        let again_after = duplicate_delay(self.ask(kernel, route, path, Kind::Duplicated, places(&DUPLICATE_DELAYS)));
        let overtaken_by = self.ask(kernel, route, path, Kind::Reordered, OVERTAKEN_MAX + 1);
        let takes = self.ask_latency(kernel, route, path);
        Fate { reset: false, lost, again_after, overtaken_by, takes }
    }

    /// By how many bytes fewer a read or a write carries than it could: at least one is left.
    pub(super) fn ask_short(
        &mut self,
        kernel: &mut Kernel,
        route: Route,
        path: &Arc<str>,
        what: &str,
        bytes: usize,
    ) -> usize {
        if !kernel.picker.asks(Kind::Short) {
            return 0;
        }
        let path: Arc<str> = format!("{path}/{what}").into();
        self.ask(kernel, route, &path, Kind::Short, u32::try_from(bytes).unwrap_or(u32::MAX)) as usize
    }

    fn ask_latency(&mut self, kernel: &mut Kernel, route: Route, path: &Arc<str>) -> u64 {
        let (least, most) = self.latency(route);
        let bound = u32::try_from(most.saturating_sub(least)).unwrap_or(u32::MAX).saturating_add(1);
        least + u64::from(self.ask(kernel, route, path, Kind::Latency, bound))
    }

    /// Asks whether the sender is cut off, before its message leaves.
    fn ask_partition(&mut self, kernel: &mut Kernel, route: Route) {
        if !kernel.picker.asks(Kind::Partition) || route.0 == route.1 {
            return;
        }
        let path: Arc<str> = format!("host {}", self.host(route.0).name).into();
        let answer = self.ask(kernel, route, &path, Kind::Partition, places(&PARTITION_SPANS));
        if let Some(span) = partition_span(answer) {
            self.cut_off(kernel, route.0, span);
        }
    }

    /// Cuts a host off from all others for a time.
    fn cut_off(&mut self, kernel: &mut Kernel, host: HostId, span: u64) {
        let until = kernel.now.saturating_add(span);
        let state = self.host_mut(host);
        state.cut_off_until = state.cut_off_until.max(until);
        later(kernel, span, move |net, kernel| net.flush_host(kernel, host));
    }

    /// Connects every host again that was cut off.
    pub(super) fn reconnect_all(&mut self, kernel: &mut Kernel) {
        let ids: Vec<HostId> = (0..).map(HostId).take(self.hosts.len()).collect();
        for host in ids.into_iter().filter(|host| self.host(*host).cut_off_until > kernel.now).collect::<Vec<_>>() {
            self.host_mut(host).cut_off_until = kernel.now;
            self.flush_host(kernel, host);
        }
    }

    /// Asks under a path about what travels from one host to another. Inside one host nothing is asked.
    fn ask(&mut self, kernel: &mut Kernel, route: Route, path: &Arc<str>, kind: Kind, bound: u32) -> u32 {
        if !kernel.picker.asks(kind) || route.0 == route.1 {
            return 0;
        }
        let subject = SubjectKey::of_path(path);
        kernel.picker.choices.introduce(subject, || Arc::clone(path));
        let value = kernel.decide(subject, kind, bound);
        if value > 0 {
            let on = self.resource(kernel, "link", path);
            kernel.emit(Event::Disturbed { on, kind, value });
        }
        value
    }
}
