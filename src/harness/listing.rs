//! The mark that `#[seedbed::test]` leaves in the executable: its bytes, and what keeps the linker from dropping them.

/// The bytes of a text, as a static can hold them. Not for use by hand: the attribute writes the call.
///
/// # Panics
///
/// If `N` is another number than that of its bytes.
#[must_use]
pub const fn bytes_of<const N: usize>(text: &str) -> [u8; N] {
    match text.as_bytes().first_chunk::<N>() {
        Some(bytes) if text.len() == N => *bytes,
        _ => panic!("seedbed bug: the mark of a test has another length than its text, please report"),
    }
}

/// Makes whoever calls it refer to the mark: where the test is, the mark is. Not for use by hand: the attribute writes the call.
pub fn keep(mark: &'static [u8]) {
    std::hint::black_box(mark);
}
