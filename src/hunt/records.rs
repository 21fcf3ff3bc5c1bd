//! Records for tools: JSON lines in a file, each appended in one call, with their fields in the order in which they are written here.

use std::fmt::Display;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use serde::Serialize;

/// Room for the record of a run that passed.
const ROOM: usize = 384;

/// A record while it is written.
#[derive(Clone, Debug)]
pub(super) struct Line(Vec<u8>);

impl Line {
    /// Begins a record of this kind about a hunt. Its kind is the first field, so that whoever looks for one need not read the others.
    pub(super) fn new(record: &str, hunt: &str) -> Self {
        let mut bytes = Vec::with_capacity(ROOM);
        bytes.extend_from_slice(b"{\"record\":");
        Self(bytes).value(&record).with("hunt", &hunt)
    }

    /// Adds a field. The key is a plain word.
    pub(super) fn with(mut self, key: &str, value: &(impl Serialize + ?Sized)) -> Self {
        self.key(key);
        self.value(value)
    }

    /// Adds a field, if there is something to be said.
    pub(super) fn with_some(self, key: &str, value: Option<&(impl Serialize + ?Sized)>) -> Self {
        match value {
            Some(value) => self.with(key, value),
            None => self,
        }
    }

    /// Adds a text of plain characters, which need no escapes.
    pub(super) fn with_plain(mut self, key: &str, value: impl Display) -> Self {
        self.key(key);
        write!(self.0, "\"{value}\"").expect("seedbed bug: memory does not take a text, please report");
        self
    }

    fn key(&mut self, key: &str) {
        for part in [b",\"" as &[u8], key.as_bytes(), b"\":"] {
            self.0.extend_from_slice(part);
        }
    }

    fn value(mut self, value: &(impl Serialize + ?Sized)) -> Self {
        serde_json::to_writer(&mut self.0, value)
            .expect("seedbed bug: a record that cannot be written as JSON, please report");
        self
    }
}

/// The file of records.
#[derive(Debug)]
pub(super) struct Records(File);

impl Records {
    /// Opens the file, behind what stands in it.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        OpenOptions::new().create(true).append(true).open(path).map(Self)
    }

    /// Appends a record, at once: a process that is killed leaves at most one torn line, the last.
    pub(super) fn write(&self, line: Line) -> io::Result<()> {
        let Line(mut bytes) = line;
        bytes.extend_from_slice(b"}\n");
        (&self.0).write_all(&bytes)
    }
}

/// So many bytes of records are gathered before they are written, where there are many at a time.
const BATCH: usize = 1 << 16;

/// Records that are written together: whole ones only, so that at most the last is torn here, too.
#[derive(Debug)]
pub(super) struct Batch<'a> {
    records: &'a Records,
    bytes: Vec<u8>,
}

impl Records {
    /// Begins to write many records.
    pub(super) fn batch(&self) -> Batch<'_> {
        Batch { records: self, bytes: Vec::new() }
    }
}

impl Batch<'_> {
    pub(super) fn write(&mut self, line: Line) -> io::Result<()> {
        self.bytes.extend_from_slice(&line.0);
        self.bytes.extend_from_slice(b"}\n");
        if self.bytes.len() < BATCH { Ok(()) } else { self.flush() }
    }

    /// Writes what is left.
    pub(super) fn finish(mut self) -> io::Result<()> {
        self.flush()
    }

    fn flush(&mut self) -> io::Result<()> {
        (&self.records.0).write_all(&self.bytes)?;
        self.bytes.clear();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Line;

    #[test]
    fn a_record_is_json_and_its_kind_comes_first() {
        let line =
            Line::new("run", "a \"b\"\n").with("run", &7).with_plain("seed", "0x7").with_some("not", None::<&str>);
        let text = String::from_utf8(line.0).unwrap() + "}";
        assert_eq!(text, r#"{"record":"run","hunt":"a \"b\"\n","run":7,"seed":"0x7"}"#);
    }
}
