//! Texts as a trace shows them, each on one line, and the arena that holds the short ones.

use std::fmt::{self, Write};

/// Number of a free text (a note, a message) in the order in which the run gave them.
///
/// ```
/// use seedbed::Instant;
/// use seedbed::trace::{Actor, Event, Names, Recorder};
/// let mut recorder = Recorder::on();
/// let text = recorder.text("ready");
/// recorder.event(Instant::START, Event::Note { who: Actor::Outside, text });
/// let trace = recorder.finish(&mut Names::new());
/// assert_eq!(trace.get(0).and_then(|entry| entry.text().map(str::to_owned)), Some("ready".to_owned()));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct TextId(u32);

impl TextId {
    pub(super) const fn new(number: u32) -> Self {
        Self(number)
    }

    pub(super) const fn get(self) -> u32 {
        self.0
    }
}

/// Strings one after the other in one allocation, by number.
#[derive(Clone, Default, PartialEq, Eq)]
pub(super) struct Strings {
    bytes: String,
    ends: Vec<usize>,
}

impl Strings {
    pub(super) const fn new() -> Self {
        Self { bytes: String::new(), ends: Vec::new() }
    }

    /// Appends what `write` writes, as one string; its number, less than 2³¹.
    pub(super) fn push(&mut self, write: impl FnOnce(&mut String) -> fmt::Result) -> u32 {
        let number = u32::try_from(self.ends.len()).ok().filter(|number| number.leading_zeros() > 0);
        let number = number.expect("a run may have 2147483648 names of a sort, and this one has more");
        if write(&mut self.bytes).is_err() {
            self.bytes.push_str("(a name that cannot be written)");
        }
        self.ends.push(self.bytes.len());
        number
    }

    pub(super) fn get(&self, number: u32) -> Option<&str> {
        let index = number as usize;
        let end = *self.ends.get(index)?;
        let start = index.checked_sub(1).map_or(0, |before| self.ends[before]);
        Some(&self.bytes[start..end])
    }

    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
    }
}

/// True for what could break a line or change how the rest of it looks: control characters, line separators, and the
/// marks that turn the direction of writing. A fixed list, so that no Unicode version changes a snapshot.
fn is_unprintable(char: char) -> bool {
    char.is_control()
        || matches!(char, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
        || matches!(char, '\u{2060}'..='\u{206f}' | '\u{feff}')
}

fn write_char(out: &mut String, char: char) -> fmt::Result {
    match char {
        '\n' => out.write_str("\\n"),
        '\r' => out.write_str("\\r"),
        '\t' => out.write_str("\\t"),
        '\\' => out.write_str("\\\\"),
        _ if is_unprintable(char) => write!(out, "\\u{{{:x}}}", u32::from(char)),
        _ => out.write_char(char),
    }
}

/// Writes a text on one line, so that different texts look different: a space at the end, which nobody sees and which
/// editors remove, is escaped too.
pub(super) fn write_line(out: &mut String, text: &str) -> fmt::Result {
    let end = text.trim_end_matches(' ').len();
    for char in text[..end].chars() {
        write_char(out, char)?;
    }
    for _ in end..text.len() {
        out.write_str("\\u{20}")?;
    }
    Ok(())
}

/// Writes a text in double quotes.
pub(super) fn write_quoted(out: &mut String, text: &str) -> fmt::Result {
    out.write_char('"')?;
    for char in text.chars() {
        if char == '"' {
            out.write_char('\\')?;
        }
        write_char(out, char)?;
    }
    out.write_char('"')
}

/// Writes a name that follows a word of ours (`lock accounts`): quoted where it could be read as something else (a number
/// that we gave, the second of its name, nothing at all).
pub(super) fn write_name(out: &mut String, name: &str) -> fmt::Result {
    let special = |char: char| is_unprintable(char) || "#\"\\".contains(char);
    let misread = name.trim() != name || name.bytes().all(|byte| byte.is_ascii_digit());
    if misread || name.contains(special) { write_quoted(out, name) } else { out.write_str(name) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use std::fmt::Write;

    use super::{Strings, write_line, write_name, write_quoted};

    fn written(write: impl Fn(&mut String, &str) -> std::fmt::Result, text: &str) -> String {
        let mut out = String::new();
        write(&mut out, text).unwrap();
        out
    }

    #[test]
    fn names_stand_plain_unless_they_could_be_misread() {
        for plain in ["accounts", "seat 4", "10.0.0.1:80", "users/7", "数据", "3rd"] {
            assert_eq!(written(write_name, plain), plain);
        }
        for (name, shown) in
            [("", r#""""#), ("7", r#""7""#), (" a", r#"" a""#), ("a#2", r#""a#2""#), ("a\n", r#""a\n""#)]
        {
            assert_eq!(written(write_name, name), shown);
        }
    }

    #[test]
    fn strings_are_found_by_index() {
        let mut strings = Strings::default();
        for text in ["one", "", "three"] {
            strings.push(|out| out.write_str(text));
        }
        let all: Vec<_> = (0..4).map(|index| strings.get(index)).collect();
        assert_eq!(all, [Some("one"), Some(""), Some("three"), None]);
    }

    proptest! {
        #[test]
        fn any_text_is_one_visible_line_and_stays_itself(one in "(?s).{0,12}", two in "(?s).{0,12}") {
            for write in [write_line, write_quoted, write_name] {
                let (shown, other) = (written(write, &one), written(write, &two));
                prop_assert!(!shown.contains(char::is_control) && !shown.ends_with(' '), "{shown:?}");
                prop_assert_eq!(shown == other, one == two);
            }
        }
    }
}
