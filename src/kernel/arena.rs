//! A slab whose keys name a slot and its generation, so that a stale key finds nothing.

use std::mem::ManuallyDrop;

use crate::ident::TaskId;

/// A place in an [`Arena`]: slot and generation; or in the table of tasks: slot and task. Or an alarm: number and task.
///
/// A key outlives its value without harm: the slot's next tenant has another generation.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) struct Key {
    pub(crate) slot: u32,
    pub(crate) generation: u32,
}

/// In `Key::slot`: the other bits are a slot of the table of tasks.
const IS_TASK: u32 = 1 << 31;

/// In `Key::slot`: the other bits are the number of an alarm. No arena has so many slots.
const IS_ALARM: u32 = 1 << 30;

impl Key {
    pub(super) fn is_slot(slot: u32) -> bool {
        slot & (IS_TASK | IS_ALARM) == 0
    }

    /// The key of a task's alarm: so many bits of its number as there is room for.
    #[inline]
    pub(super) fn of_alarm(number: u64, id: TaskId) -> Self {
        let low = number & u64::from(IS_ALARM - 1);
        Self { slot: u32::try_from(low).unwrap_or(0) | IS_ALARM, generation: id.get() }
    }

    /// The task whose alarm this is, if it is one.
    #[inline]
    pub(super) fn alarm_of(self) -> Option<TaskId> {
        (self.slot & (IS_TASK | IS_ALARM) == IS_ALARM).then_some(TaskId::new(self.generation))
    }

    #[inline]
    pub(super) fn of_task(slot: u32, id: TaskId) -> Self {
        Self { slot: slot | IS_TASK, generation: id.get() }
    }

    /// The slot and the id of a task, if it is the key of one.
    #[inline]
    pub(super) fn in_tasks(self) -> Option<(u32, TaskId)> {
        (self.slot & IS_TASK != 0).then_some((self.slot & !IS_TASK, TaskId::new(self.generation)))
    }

    /// The task whose future this is, if it is one's.
    #[inline]
    pub(crate) fn task(self) -> Option<TaskId> {
        self.in_tasks().map(|(_, id)| id)
    }
}

#[derive(Debug)]
struct Slot<T> {
    generation: u32,
    value: Option<T>,
}

/// Values in numbered slots; freed slots are used again, the last freed first.
#[derive(Debug)]
pub(crate) struct Arena<T> {
    slots: Vec<Slot<T>>,
    free: Vec<u32>,
}

impl<T> Arena<T> {
    pub(crate) const fn new() -> Self {
        Self { slots: Vec::new(), free: Vec::new() }
    }

    #[inline(always)]
    pub(crate) fn insert(&mut self, value: T) -> Key {
        if let Some(slot) = self.free.pop() {
            let entry = &mut self.slots[slot as usize];
            // There is nothing to drop, which only we know: the compiler would keep a copy of the value meanwhile.
            let before = ManuallyDrop::new(entry.value.replace(value));
            debug_assert!(before.is_none(), "seedbed bug: a free slot holds a value, please report");
            return Key { slot, generation: entry.generation };
        }
        let slot = u32::try_from(self.slots.len()).ok().filter(|&slot| Key::is_slot(slot));
        let slot = slot.expect("seedbed bug: an arena outgrew its keys, please report");
        self.slots.push(Slot { generation: 0, value: Some(value) });
        Key { slot, generation: 0 }
    }

    #[inline]
    pub(crate) fn get(&self, key: Key) -> Option<&T> {
        let entry = self.slots.get(key.slot as usize)?;
        if entry.generation == key.generation { entry.value.as_ref() } else { None }
    }

    #[inline]
    pub(crate) fn get_mut(&mut self, key: Key) -> Option<&mut T> {
        let entry = self.slots.get_mut(key.slot as usize)?;
        if entry.generation == key.generation { entry.value.as_mut() } else { None }
    }

    pub(crate) fn remove(&mut self, key: Key) -> Option<T> {
        let entry = self.slots.get_mut(key.slot as usize)?;
        if entry.generation != key.generation {
            return None;
        }
        let value = entry.value.take()?;
        entry.generation = entry.generation.wrapping_add(1);
        self.free.push(key.slot);
        Some(value)
    }

    /// Drops a value where it is.
    #[inline(always)]
    pub(crate) fn discard(&mut self, key: Key) {
        let Some(entry) = self.slots.get_mut(key.slot as usize) else { return };
        if entry.generation == key.generation && entry.value.is_some() {
            entry.value = None;
            entry.generation = entry.generation.wrapping_add(1);
            self.free.push(key.slot);
        }
    }

    /// Forgets a value of which the caller knows that there is nothing to drop, where that needs no memory; false, with
    /// nothing done, in any other case.
    #[inline(always)]
    pub(crate) fn forget_if(&mut self, key: Key, is_bare: impl FnOnce(&T) -> bool) -> bool {
        let Some(entry) = self.slots.get_mut(key.slot as usize) else { return false };
        let found = entry.generation == key.generation && entry.value.as_ref().is_some_and(is_bare);
        if !found || self.free.len() == self.free.capacity() {
            return false;
        }
        // The compiler cannot know it, and would look for something to drop.
        let _bare = ManuallyDrop::new(entry.value.take());
        entry.generation = entry.generation.wrapping_add(1);
        self.free.push(key.slot);
        true
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.slots.len() == self.free.len()
    }

    /// Forgets all slots, which must be free, and keeps their memory: not more than `kept` of them.
    pub(crate) fn renew(&mut self, kept: usize) {
        debug_assert!(self.is_empty(), "seedbed bug: values were left in an arena, please report");
        self.slots.clear();
        self.free.clear();
        self.slots.shrink_to(kept);
        self.free.shrink_to(kept);
    }

    /// Takes every value out, in slot order.
    pub(crate) fn drain(&mut self) -> Vec<T> {
        self.free.clear();
        self.slots.drain(..).filter_map(|slot| slot.value).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Arena;

    #[test]
    fn a_stale_key_finds_nothing() {
        let mut arena = Arena::new();
        let first = arena.insert('a');
        assert_eq!(arena.remove(first), Some('a'));
        let second = arena.insert('b');
        assert_eq!(second.slot, first.slot, "the slot is used again");
        assert_eq!(arena.get(first), None);
        assert_eq!(arena.remove(first), None);
        assert_eq!(arena.get(second), Some(&'b'));
    }

    #[test]
    fn what_is_forgotten_is_gone() {
        let mut arena = Arena::new();
        let (kept, gone) = (arena.insert(1), arena.insert(2));
        arena.remove(gone);
        let gone = arena.insert(2);
        assert!(!arena.forget_if(gone, |&value| value == 1), "it is not bare");
        assert!(arena.forget_if(gone, |&value| value == 2));
        assert!(!arena.forget_if(gone, |_| true), "it is gone");
        assert_eq!((arena.get(gone), arena.get(kept)), (None, Some(&1)));
        assert_eq!(arena.insert(3).slot, gone.slot, "the slot is used again");
    }

    #[test]
    fn drain_forgets_everything() {
        let mut arena = Arena::new();
        arena.insert(1);
        let gone = arena.insert(2);
        arena.remove(gone);
        arena.insert(3);
        assert_eq!(arena.drain(), [1, 3]);
        assert!(arena.drain().is_empty());
    }
}
