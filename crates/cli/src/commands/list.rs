//! `cargo seedbed list`: the seedbed tests of the project.

use clap::Args;
use serde::Serialize;

use crate::cargo::Selection;
use crate::hunt::{json, targets};
use crate::project::Test;
use crate::record::HuntRecord;
use crate::select;
use crate::status::{Error, Outcome, Status};
use crate::terminal::{self, FAINT, STRONG, styled};

/// Lists the seedbed tests of the project, with their runs and policies
///
/// Without --all no program is started: the tests stand in a section of their executables, with the settings of their attributes.
#[derive(Args, Clone, Debug)]
#[command(after_long_help = EXAMPLES)]
pub struct List {
    /// Tests whose name holds one of these words; all tests without one
    #[arg(value_name = "FILTER")]
    filter: Vec<String>,
    /// Take the filters for whole names
    #[arg(long)]
    exact: bool,
    /// Start every test and ask it: finds hunts without the attribute, and shows what settings come to
    #[arg(long)]
    all: bool,
    /// One JSON object a line
    #[arg(long)]
    json: bool,
    /// Cargo's flags.
    #[command(flatten)]
    selection: Selection,
}

const EXAMPLES: &str = "\
Examples:
  cargo seedbed list
  cargo seedbed list --workspace transfers
  cargo seedbed list --all --json";

/// A line of `--json`.
#[derive(Serialize)]
struct Line<'a> {
    package: &'a str,
    binary: String,
    test: &'a str,
    file: &'a str,
    line: u32,
    settings: &'a str,
    ignored: bool,
    should_panic: bool,
    arguments: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    hunt: Option<&'a HuntRecord>,
}

impl List {
    /// Lists.
    ///
    /// # Errors
    ///
    /// If the build fails, or nothing matches.
    pub fn run(self) -> Outcome {
        let found = if self.all { select::all_tests(&self.selection)? } else { select::tests(&self.selection)? };
        let tests = select::filtered(found, &self.filter, self.exact, true)?;
        let mut heading = None;
        let width = tests.iter().map(|test| test.name().chars().count()).max().unwrap_or(0);
        let mut count = 0;
        for test in &tests {
            let abouts = self.ask(test)?;
            if abouts.is_empty() {
                // A test of something else.
                continue;
            }
            let place = (test.binary.package.clone(), test.binary.id());
            if !self.json && heading.as_ref() != Some(&place) {
                terminal::say(styled(STRONG, format!("{} ({} {})", place.0, test.binary.kind, test.binary.target)));
                heading = Some(place);
            }
            for about in &abouts {
                count += 1;
                terminal::say(if self.json {
                    as_json(test, about.as_ref())?
                } else {
                    as_text(test, about.as_ref(), width)
                });
            }
        }
        if !self.json {
            terminal::say(format!("{count} {}", if count == 1 { "hunt" } else { "hunts" }));
        }
        Ok(Status::Clean)
    }

    /// What the hunts of a test say of themselves; one `None` where they are not asked.
    fn ask(&self, test: &Test) -> Result<Vec<Option<HuntRecord>>, Error> {
        if !self.all {
            return Ok(vec![None]);
        }
        Ok(targets(std::slice::from_ref(test), &[])?.into_iter().map(|target| Some(target.about)).collect())
    }
}

fn as_json(test: &Test, hunt: Option<&HuntRecord>) -> Result<String, Error> {
    let declared = &test.declared;
    json(&Line {
        package: &test.binary.package,
        binary: test.binary.id(),
        test: test.name(),
        file: hunt.map_or(&declared.file, |hunt| &hunt.file),
        line: hunt.map_or(declared.line, |hunt| hunt.line),
        settings: &declared.settings,
        ignored: declared.ignored,
        should_panic: declared.should_panic,
        arguments: declared.arguments,
        hunt,
    })
}

fn as_text(test: &Test, hunt: Option<&HuntRecord>, width: usize) -> String {
    let declared = &test.declared;
    let mut words = match hunt {
        None if declared.settings.is_empty() => "default settings".to_owned(),
        None => declared.settings.clone(),
        Some(hunt) => {
            let faults = hunt.faults.as_ref().map(|faults| format!(", faults {faults}")).unwrap_or_default();
            format!("{} runs, policy {}{faults}", hunt.runs, hunt.policy)
        }
    };
    match declared.arguments {
        0 => {}
        1 => words.push_str("; 1 argument"),
        n => words.push_str(&format!("; {n} arguments")),
    }
    for (on, mark) in [(declared.ignored, "; ignored"), (declared.should_panic, "; should panic")] {
        words.push_str(if on { mark } else { "" });
    }
    let (file, line) = hunt.map_or((&*declared.file, declared.line), |hunt| (&*hunt.file, hunt.line));
    let name = match hunt {
        Some(hunt) if declared.is_by_hand() => format!("{} [{}]", test.name(), hunt.hunt),
        _ => test.name().to_owned(),
    };
    format!("  {name:width$}  {words}  {}", styled(FAINT, format!("{file}:{line}")))
}
