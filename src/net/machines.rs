//! What happens to a host as a whole: its program ends, its power fails, it starts anew.

use super::reach::cancel;
use super::state::{ConnectionId, HostId, Net};
use crate::ident::TaskId;
use crate::kernel::Kernel;
use crate::trace::Event;

/// How a life of a host ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum EndOfLife {
    /// The process dies, and its system tells the others.
    Killed,
    /// The machine has no power any more, and nobody is told.
    PoweredOff,
}

impl Net {
    /// Ends the life of a host. Returns its tasks, to be killed in the order of their creation once nothing is borrowed.
    pub(super) fn end_life(&mut self, kernel: &mut Kernel, host: HostId, end: EndOfLife) -> Vec<TaskId> {
        let how = match end {
            EndOfLife::Killed => "killed",
            EndOfLife::PoweredOff => "crashed",
        };
        self.tell_host(kernel, host, how);
        self.listeners.retain(|(of, _), _| *of != host);
        self.sockets.retain(|(of, _), _| *of != host);
        let ids: Vec<ConnectionId> = self.connections.keys().copied().collect();
        for (id, side) in ids.into_iter().flat_map(|id| [(id, 0), (id, 1)]) {
            self.abandon(kernel, id, side, host, end);
        }
        let boot = self.host(host).boot;
        let state = self.host_mut(host);
        state.boot += 1;
        state.up &= end == EndOfLife::Killed;
        self.tasks_of(kernel, host, boot)
    }

    /// An end of a connection loses its process.
    fn abandon(&mut self, kernel: &mut Kernel, id: ConnectionId, side: usize, host: HostId, end_of_life: EndOfLife) {
        let Some(connection) = self.connections.get(&id) else { return };
        let end = &connection.ends[side];
        if end.host != host || !self.is_alive(end) {
            return;
        }
        let is_broken = end.error.is_some();
        let Some(connection) = self.connections.get_mut(&id) else { return };
        let end = &mut connection.ends[side];
        end.held = false;
        end.held_back.clear();
        end.received.clear();
        let timers = [end.patience.take(), if side == 0 { connection.deadline.take() } else { None }];
        timers.into_iter().for_each(|timer| cancel(kernel, timer));
        if end_of_life == EndOfLife::Killed && !is_broken {
            self.send_reset(kernel, id, side);
        }
        self.forget_if_over(kernel, id);
    }

    /// The unfinished tasks that were begun in that life of a host, in the order of their creation.
    fn tasks_of(&self, kernel: &Kernel, host: HostId, boot: u32) -> Vec<TaskId> {
        let is_of = |id: TaskId| {
            let mut task = Some(id);
            while let Some(id) = task {
                if let Some(root) = self.roots.get(&id) {
                    return *root == (host, boot);
                }
                task = kernel.names.parent(id);
            }
            false
        };
        kernel.tasks.ids().into_iter().filter(|id| is_of(*id)).collect()
    }

    /// Whether something of the present life of a host is left, that would have to end before another begins.
    pub(super) fn is_in_use(&self, kernel: &Kernel, host: HostId) -> bool {
        let boot = self.host(host).boot;
        self.host(host).up && !self.tasks_of(kernel, host, boot).is_empty()
    }

    /// Gives a host its power back. What others hold back for it is on its way then.
    pub(super) fn power_on(&mut self, kernel: &mut Kernel, host: HostId) {
        if !self.host(host).up {
            self.host_mut(host).up = true;
        }
        self.tell_host(kernel, host, "started");
        self.flush_host(kernel, host);
    }

    fn tell_host(&mut self, kernel: &mut Kernel, host: HostId, how: &str) {
        let (who, how, host) = (kernel.actor(), kernel.recorder.text(how), self.host(host).resource);
        kernel.emit(Event::HostChanged { who, host, how });
    }
}
