//! The macro behind arguments of `#[seedbed::test]`, where the feature `proptest` is on.

/// Runs a test with arguments. Not for use by hand: the attribute writes it.
#[doc(hidden)]
#[macro_export]
macro_rules! __arguments {
    ($settings:expr; $($name:expr, $value:ident, $kind:ty, ($($strategy:expr)?);)* => $test:ident) => {
        $crate::__private::run_test_with(
            $settings,
            || ($($crate::__argument!($kind, $($strategy)?),)*),
            |($($value,)*): &($($kind,)*)| ::std::vec![$(::std::format!("{} = {:?}", $name, $value)),*],
            |($($value,)*)| $test($($value),*),
        )
    };
}

/// The strategy of an argument, by default that of its type.
#[doc(hidden)]
#[macro_export]
macro_rules! __argument {
    ($kind:ty, $strategy:expr) => {
        $strategy
    };
    ($kind:ty,) => {
        $crate::__private::proptest::arbitrary::any::<$kind>()
    };
}
