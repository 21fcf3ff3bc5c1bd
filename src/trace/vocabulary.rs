//! The macro that makes the types of events from one table.

/// Makes [`Event`] and [`EventKind`] from the rows `doc, code, level, word, Name { fields }`. The word is what the
/// event column shows. Codes are part of every digest and stay as they are; a new event takes a new code.
macro_rules! vocabulary {
    ($(
        $(#[$doc:meta])*
        $code:literal $level:ident $word:literal $name:ident { $( $(#[$field_doc:meta])* $field:ident: $type:ty, )* }
    )*) => {
        /// Something that happened in a run.
        ///
        /// ```
        /// use seedbed::trace::{Actor, Event, EventKind};
        /// let event = Event::Blocked { who: Actor::Callback, nanos: 300_000_000 };
        /// assert_eq!(event.kind(), EventKind::Blocked);
        /// ```
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        #[non_exhaustive]
        pub enum Event { $(
            $(#[$doc])*
            $name { $( $(#[$field_doc])* $field: $type, )* },
        )* }

        /// What sort of thing happened: an [`Event`] without its operands.
        ///
        /// ```
        /// use seedbed::trace::EventKind;
        /// assert_eq!(EventKind::CancelRequested.word(), "cancel");
        /// ```
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        #[non_exhaustive]
        #[repr(u8)]
        pub enum EventKind { $(
            $(#[$doc])*
            $name = $code,
        )* }

        impl EventKind {
            /// Every kind, in the order of their codes.
            ///
            /// ```
            /// use seedbed::trace::EventKind;
            /// assert!(EventKind::ALL.is_sorted_by_key(|kind| kind.code()));
            /// ```
            pub const ALL: &'static [Self] = &[$( Self::$name, )*];

            /// The word that stands in the event column of a trace.
            ///
            /// ```
            /// use seedbed::trace::EventKind;
            /// assert_eq!(EventKind::Slept.word(), "sleep");
            /// ```
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $( Self::$name => $word, )* }
            }

            /// From which level on events of this kind are shown.
            ///
            /// ```
            /// use seedbed::trace::{EventKind, Level};
            /// assert_eq!(EventKind::Note.level(), Level::Summary);
            /// ```
            #[must_use]
            pub const fn level(self) -> Level {
                match self { $( Self::$name => Level::$level, )* }
            }
        }

        impl Event {
            /// What sort of event it is.
            ///
            /// ```
            /// use seedbed::trace::{Event, EventKind};
            /// assert_eq!(Event::TasksShutDown { count: 3 }.kind(), EventKind::TasksShutDown);
            /// ```
            #[must_use]
            pub const fn kind(self) -> EventKind {
                match self { $( Self::$name { .. } => EventKind::$name, )* }
            }

            // `inline(always)`: at each place that emits, the event is known, and all but a shift or two folds away.
            #[inline(always)]
            pub(super) fn pack(self) -> Packed {
                match self { $(
                    Self::$name { $( $field, )* } => {
                        const { assert!(CODE_BITS $( + <$type as Operand>::BITS )* <= 128, "an event of more than 128 bits") };
                        Packer::new($code)$( .with($field) )*.packed()
                    }
                )* }
            }

            /// The event of these bits; bits above those of its operands mean nothing. `None` for an unknown code.
            pub(super) fn unpack(packed: Packed) -> Option<Self> {
                let mut operands = Unpacker::new(packed);
                match packed.code() {
                    // Fields are evaluated in the order in which they are written.
                    $( $code => Some(Self::$name { $( $field: operands.next(), )* }), )*
                    _ => None,
                }
            }

            pub(super) fn mentions(self) -> Mentions {
                let mut mentions = Mentions::default();
                match self { $(
                    Self::$name { $( $field, )* } => { $( Operand::mention($field, &mut mentions); )* }
                )* }
                mentions
            }
        }
    };
}

pub(super) use vocabulary;
