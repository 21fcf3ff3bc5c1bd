//! The file in which failing replays of a hunt are kept: one line each, with comments, appended to and never rewritten.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use super::place::Place;
use crate::choice::{Replay, ReplayError};

/// The folder in the package that holds the files.
const FOLDER: &str = "seedbed-regressions";

/// A line of the file that is not empty and no comment.
///
/// # Examples
///
/// ```
/// use seedbed::hunt::saved_lines;
/// let file = "# a comment\n\nsb1:AO1eAAAAAAAAcGN0OjMjqIT0  # and one behind a line\nsb1:broken\n";
/// let lines = saved_lines(file.as_bytes());
/// assert_eq!((lines[0].number, lines[0].replay.is_ok()), (3, true));
/// let error = lines[1].replay.as_ref().unwrap_err();
/// assert_eq!((lines[1].number, error.column()), (4, 11));
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SavedLine {
    /// Its number in the file, from 1.
    pub number: usize,
    /// What it says.
    pub replay: Result<Replay, SavedLineError>,
}

/// Why a line of the file cannot be read.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum SavedLineError {
    /// The bytes from this column on are not UTF-8.
    NotUtf8 {
        /// Characters before it, and one.
        column: usize,
    },
    /// It is not a replay line.
    NotAReplay {
        /// Characters before what should be one.
        indent: usize,
        /// What is wrong with it.
        error: ReplayError,
    },
    /// Something follows the replay that is no comment.
    Trailing {
        /// Where that begins.
        column: usize,
    },
}

impl SavedLineError {
    /// Where it goes wrong: the character in the line, counted from 1.
    #[must_use]
    pub fn column(&self) -> usize {
        match self {
            Self::NotUtf8 { column } | Self::Trailing { column } => *column,
            Self::NotAReplay { indent, error } => indent + error.position(),
        }
    }
}

impl fmt::Display for SavedLineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotUtf8 { .. } => f.write_str("not text in UTF-8"),
            Self::NotAReplay { error, .. } => write!(f, "{error}"),
            Self::Trailing { .. } => f.write_str("only a comment may follow a replay line, behind a `#`"),
        }
    }
}

impl std::error::Error for SavedLineError {}

/// The lines of a file of saved replays, without its comments. What cannot be read does not stop the others.
#[must_use]
pub fn saved_lines(file: &[u8]) -> Vec<SavedLine> {
    let lines = file.split(|byte| *byte == b'\n').enumerate();
    lines.filter_map(|(index, line)| Some(SavedLine { number: index + 1, replay: saved_line(line)? })).collect()
}

/// `None` for an empty line or a comment.
fn saved_line(line: &[u8]) -> Option<Result<Replay, SavedLineError>> {
    let text = match std::str::from_utf8(line) {
        Ok(text) => text,
        // A comment is for people: it may hold what it likes.
        Err(_) if line.trim_ascii_start().starts_with(b"#") => return None,
        Err(error) => {
            let before = String::from_utf8_lossy(&line[..error.valid_up_to()]);
            return Some(Err(SavedLineError::NotUtf8 { column: before.chars().count() + 1 }));
        }
    };
    let start = text.trim_start();
    if start.is_empty() || start.starts_with('#') {
        return None;
    }
    let indent = text.chars().count() - start.chars().count();
    let (word, rest) = start.split_at(start.find(char::is_whitespace).unwrap_or(start.len()));
    let replay = word.parse().map_err(|error| SavedLineError::NotAReplay { indent, error });
    let comment = rest.trim_start();
    Some(replay.and_then(|replay| {
        if comment.is_empty() || comment.starts_with('#') {
            return Ok(replay);
        }
        let before = text.chars().count() - comment.chars().count();
        Err(SavedLineError::Trailing { column: before + 1 })
    }))
}

/// What became of a replay that was to be kept.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Saved {
    /// It was appended to this file.
    Appended {
        /// The file.
        path: PathBuf,
    },
    /// It stood there already.
    Known {
        /// The file.
        path: PathBuf,
        /// The number of the line.
        line: usize,
    },
    /// It could not be written.
    Failed {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: String,
    },
    /// Nothing is kept: regressions are off, or the failure is expected.
    Off,
}

/// The file of one hunt.
#[derive(Clone, Debug)]
pub(super) struct Regressions {
    path: PathBuf,
    /// The path as people know it: from the package.
    shown: PathBuf,
    hunt: String,
}

impl Regressions {
    /// The file that belongs to a hunt, in another folder than the usual one if one was named.
    pub(super) fn of(place: &Place, folder: Option<&Path>) -> Self {
        let mut inside: PathBuf = [&place.binary].into_iter().map(|name| file_name(name)).collect();
        inside.extend(place.hunt.split("::").map(file_name));
        // Not `with_extension`: a name may hold dots.
        inside.as_mut_os_string().push(".txt");
        let (path, shown) = match folder {
            Some(folder) => (folder.join(&inside), folder.join(&inside)),
            None => (place.package_dir.join(FOLDER).join(&inside), Path::new(FOLDER).join(&inside)),
        };
        Self { path, shown, hunt: format!("{}::{}", place.binary, place.hunt) }
    }

    pub(super) fn shown(&self) -> &Path {
        &self.shown
    }

    /// The lines, none if there is no file.
    pub(super) fn read(&self) -> io::Result<Vec<SavedLine>> {
        self.bytes().map(|bytes| saved_lines(&bytes))
    }

    /// What stands in the file; nothing if there is none.
    fn bytes(&self) -> io::Result<Vec<u8>> {
        match fs::metadata(&self.path) {
            // A device or a pipe may never end.
            Ok(found) if !found.is_file() => Err(io::Error::other("not a regular file")),
            Ok(_) => fs::read(&self.path),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }

    /// Appends a replay under a comment, unless it stands there already.
    pub(super) fn save(&self, replay: &Replay, comment: &str) -> Saved {
        let path = self.shown.clone();
        match self.append(replay, comment) {
            Ok(None) => Saved::Appended { path },
            Ok(Some(line)) => Saved::Known { path, line },
            Err(error) => Saved::Failed { path, error: error.to_string() },
        }
    }

    /// The line at which it stands already, if so.
    fn append(&self, replay: &Replay, comment: &str) -> io::Result<Option<usize>> {
        let before = self.bytes()?;
        let known = saved_lines(&before).into_iter().find(|line| line.replay.as_ref() == Ok(replay));
        if let Some(known) = known {
            return Ok(Some(known.number));
        }
        if let Some(folder) = self.path.parent() {
            fs::create_dir_all(folder)?;
        }
        let mut text = String::new();
        if before.is_empty() {
            text.push_str(&format!(
                "# Replays of {} that failed once. They are run before everything else: keep this file in version control.\n\
                 # seedbed appends to it and removes nothing; a line of its own begins with sb1: and may end in a # comment.\n",
                one_line(&self.hunt)
            ));
        } else if !before.ends_with(b"\n") {
            text.push('\n');
        }
        text.push('\n');
        for line in comment.lines() {
            text.push_str(format!("# {}", one_line(line)).trim_end());
            text.push('\n');
        }
        text.push_str(&format!("{replay}\n"));
        let mut file: File = OpenOptions::new().create(true).append(true).open(&self.path)?;
        // At once, so that two processes that append do not mix their lines.
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        Ok(None)
    }
}

/// A name that every file system takes.
fn file_name(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || "_-.#".contains(c) { c } else { '_' };
    let name: String = name.chars().map(plain).collect();
    if name.chars().all(|c| c == '.') { format!("_{name}") } else { name }
}

/// Without characters that would end the comment or move the cursor of who reads it.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::{file_name, saved_lines};

    #[test]
    fn what_cannot_be_read_is_named_and_does_not_stop_the_others() {
        let good = "sb1:AO1eAAAAAAAAcGN0OjMjqIT0";
        let file = format!("{good}\nsb9:AAAA\n  sb1:AO1e\n{good} and\n# \u{1f331}\n\n{good} # fine\n{good}");
        let mut bytes = file.into_bytes();
        bytes.extend_from_slice(b"\nab\xff");
        let read: Vec<(usize, Option<usize>)> = saved_lines(&bytes)
            .into_iter()
            .map(|line| (line.number, line.replay.err().map(|error| error.column())))
            .collect();
        let column = good.len() + 2;
        assert_eq!(
            read,
            [(1, None), (2, Some(3)), (3, Some(11)), (4, Some(column)), (7, None), (8, None), (9, Some(3))]
        );
    }

    #[test]
    fn names_of_files_stay_inside_the_folder() {
        let cases =
            [("a_b", "a_b"), ("..x/y", "..x_y"), ("..", "_.."), ("", "_"), ("two words", "two_words"), ("é", "_")];
        for (name, expected) in cases {
            assert_eq!(file_name(name), expected, "{name:?}");
        }
    }
}
