//! The slot that names the run about to start: what is known of a run that takes its process with it.

use std::fs::{File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::Path;

use crate::seed::Seed;

/// Bytes that are written at least each time, so that a shorter text leaves nothing of a longer one.
const WIDTH: usize = 256;

/// The file with the run about to start.
pub(super) struct Now {
    file: File,
    /// The name of the hunt, as JSON.
    hunt: String,
    width: usize,
    text: Vec<u8>,
}

impl Now {
    pub(super) fn open(path: &Path, hunt: &str) -> io::Result<Self> {
        let file = OpenOptions::new().create(true).truncate(true).write(true).open(path)?;
        let hunt = serde_json::Value::from(hunt).to_string();
        Ok(Self { file, hunt, width: WIDTH, text: Vec::with_capacity(WIDTH) })
    }

    /// Says which run comes next, in one write: whoever reads the file meanwhile reads one run or the other.
    pub(super) fn say(&mut self, run: u64, seed: Seed, line: &str) -> io::Result<()> {
        self.text.clear();
        let Self { hunt, text, .. } = self;
        write!(text, r#"{{"hunt":{hunt},"run":{run},"seed":"{seed}","replay":"{line}"}}"#)?;
        self.width = self.width.max(self.text.len() + 1);
        self.text.resize(self.width - 1, b' ');
        self.text.push(b'\n');
        self.file.seek(SeekFrom::Start(0))?;
        self.file.write_all(&self.text)
    }
}
