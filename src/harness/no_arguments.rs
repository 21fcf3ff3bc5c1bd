//! The macro behind arguments of `#[seedbed::test]`, where the feature `proptest` is off.

/// Says what is missing. Not for use by hand: the attribute writes it.
#[doc(hidden)]
#[macro_export]
macro_rules! __arguments {
    ($($all:tt)*) => {
        ::core::compile_error!(
            "the arguments of a test are drawn by proptest: switch on the feature `proptest` of seedbed"
        )
    };
}
