//! What a scenario did, and how two of these are shown side by side.

use std::fmt::Write;

use serde::Deserialize;

/// Log, outcome, end time and the states of the spawned tasks.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Outcome {
    pub(crate) log: Vec<String>,
    pub(crate) outcome: String,
    pub(crate) end: Option<i64>,
    pub(crate) tasks: Vec<(String, String)>,
}

impl Outcome {
    /// One line for each log line, then the outcome, the end and one for each task.
    fn lines(&self) -> Vec<String> {
        let end = self.end.map_or("null".to_owned(), |end| end.to_string());
        let facts = [format!("outcome {}", self.outcome), format!("end {end}")];
        let tasks = self.tasks.iter().map(|(name, state)| format!("task {name}: {state}"));
        self.log.iter().cloned().chain(facts).chain(tasks).collect()
    }

    /// Both as columns, the first line that differs marked with `>`.
    pub(crate) fn beside(&self, expected: &Outcome) -> String {
        let (left, right) = (expected.lines(), self.lines());
        let first = left.iter().zip(&right).take_while(|(a, b)| a == b).count();
        let width = left.iter().map(|line| line.chars().count()).max().unwrap_or(0).clamp(8, 76);
        let mut text = format!("    {:width$} | seedbed\n", "CPython");
        for i in 0..left.len().max(right.len()) {
            let side = |lines: &[String]| lines.get(i).map_or("", String::as_str).to_owned();
            let mark = if i == first { '>' } else { ' ' };
            writeln!(text, "  {mark} {:width$} | {}", side(&left), side(&right)).expect("a String takes everything");
        }
        text
    }
}
