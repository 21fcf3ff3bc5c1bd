//! How the operands of an event are packed into two words, the form that is digested and kept.

use super::actor::Actor;
use super::digest::low_half;
use super::text::TextId;
use crate::choice::Kind;
use crate::ident::{JobId, LoopId, ResourceId, TaskId, WorkerId};
use crate::instant::Instant;

/// The operands of an event in the order of their declaration, from the low bits up, behind the event's code.
///
/// For an event that is known where it is compiled, packing comes down to a shift or two.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Packed {
    pub(super) low: u64,
    pub(super) high: u64,
}

/// Bits of the code of an event.
pub(super) const CODE_BITS: u32 = 8;

impl Packed {
    pub(super) const fn code(self) -> u8 {
        (self.low & 0xff) as u8
    }
}

/// Collects operands.
#[derive(Clone, Copy)]
pub(super) struct Packer {
    bits: u128,
    at: u32,
}

impl Packer {
    #[inline(always)]
    pub(super) fn new(code: u8) -> Self {
        Self { bits: u128::from(code), at: CODE_BITS }
    }

    #[inline(always)]
    pub(super) fn with<T: Operand>(self, operand: T) -> Self {
        Self { bits: self.bits | operand.pack() << self.at, at: self.at + T::BITS }
    }

    #[inline(always)]
    pub(super) fn packed(self) -> Packed {
        Packed { low: low_half(self.bits), high: low_half(self.bits >> 64) }
    }
}

/// Gives the operands back, in the same order.
pub(super) struct Unpacker {
    bits: u128,
}

impl Unpacker {
    pub(super) fn new(packed: Packed) -> Self {
        let bits = u128::from(packed.high) << 64 | u128::from(packed.low);
        Self { bits: bits >> CODE_BITS }
    }

    pub(super) fn next<T: Operand>(&mut self) -> T {
        let operand = T::unpack(self.bits);
        self.bits >>= T::BITS;
        operand
    }
}

/// What an event mentions by number.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Mentions {
    /// At most two: who, and whom.
    pub(super) tasks: [Option<TaskId>; 2],
    pub(super) job: Option<JobId>,
    pub(super) text: Option<TextId>,
}

/// A value that an event carries.
pub(super) trait Operand: Copy {
    /// How many bits it takes.
    const BITS: u32;
    /// Its bits; none above `BITS` is set.
    fn pack(self) -> u128;
    /// Reads the low bits; those above `BITS` belong to others. Any bits give some value.
    fn unpack(bits: u128) -> Self;
    fn mention(self, _: &mut Mentions) {}
}

/// The low 32 bits.
#[expect(clippy::cast_possible_truncation, reason = "cutting is what it is for")]
fn low_quarter(bits: u128) -> u32 {
    bits as u32
}

impl Operand for u32 {
    const BITS: u32 = 32;

    #[inline(always)]
    fn pack(self) -> u128 {
        u128::from(self)
    }

    fn unpack(bits: u128) -> Self {
        low_quarter(bits)
    }
}

impl Operand for u64 {
    const BITS: u32 = 64;

    #[inline(always)]
    fn pack(self) -> u128 {
        u128::from(self)
    }

    fn unpack(bits: u128) -> Self {
        low_half(bits)
    }
}

impl Operand for Instant {
    const BITS: u32 = 64;

    #[inline(always)]
    fn pack(self) -> u128 {
        u128::from(self.as_nanos())
    }

    fn unpack(bits: u128) -> Self {
        Self::from_nanos(low_half(bits))
    }
}

/// Numbers of 32 bits, and how each is mentioned.
macro_rules! numbers {
    ($($type:ty: |$self:ident, $mentions:pat_param| $mention:expr;)*) => { $(
        impl Operand for $type {
            const BITS: u32 = 32;

            #[inline(always)]
            fn pack(self) -> u128 {
                u128::from(self.get())
            }

            fn unpack(bits: u128) -> Self {
                Self::new(low_quarter(bits))
            }

            fn mention($self, $mentions: &mut Mentions) {
                $mention
            }
        }
    )* };
}

numbers! {
    TaskId: |self, mentions| {
        let free = mentions.tasks.iter_mut().find(|task| task.is_none());
        *free.expect("seedbed bug: an event of three tasks, please report") = Some(self);
    };
    JobId: |self, mentions| mentions.job = Some(self);
    TextId: |self, mentions| mentions.text = Some(self);
    LoopId: |self, _| ();
    ResourceId: |self, _| ();
    WorkerId: |self, _| ();
}

impl Operand for Kind {
    const BITS: u32 = 8;

    #[inline(always)]
    fn pack(self) -> u128 {
        self as u128
    }

    fn unpack(bits: u128) -> Self {
        let code = (bits & 0xff) as usize;
        Self::ALL.get(code).copied().unwrap_or(Self::ALL[0])
    }
}

impl Operand for Actor {
    const BITS: u32 = 34;

    #[inline(always)]
    fn pack(self) -> u128 {
        match self {
            Self::Outside => 0,
            Self::Callback => 1,
            Self::Task(task) => task.pack() << 2 | 2,
            Self::Job(job) => job.pack() << 2 | 3,
        }
    }

    fn unpack(bits: u128) -> Self {
        match bits & 0b11 {
            0 => Self::Outside,
            1 => Self::Callback,
            2 => Self::Task(TaskId::unpack(bits >> 2)),
            _ => Self::Job(JobId::unpack(bits >> 2)),
        }
    }

    fn mention(self, mentions: &mut Mentions) {
        match self {
            Self::Outside | Self::Callback => (),
            Self::Task(task) => task.mention(mentions),
            Self::Job(job) => job.mention(mentions),
        }
    }
}

impl<T: Operand> Operand for Option<T> {
    const BITS: u32 = T::BITS + 1;

    #[inline(always)]
    fn pack(self) -> u128 {
        self.map_or(0, |operand| operand.pack() << 1 | 1)
    }

    fn unpack(bits: u128) -> Self {
        (bits & 1 == 1).then(|| T::unpack(bits >> 1))
    }

    fn mention(self, mentions: &mut Mentions) {
        if let Some(operand) = self {
            operand.mention(mentions);
        }
    }
}
