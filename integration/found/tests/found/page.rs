//! What `docs/found.md` says of a bug is what its test sees: the program, the report, and the row of the table.

use std::fs;
use std::sync::Mutex;

use seedbed::Hunt;
use seedbed::hunt::{Finding, Found, HuntReport, Verdict};
use seedbed_trials::table::version_of;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/found.md");

/// From so many base seeds is a bug hunted, for the table.
const SEEDS: u64 = 10;

/// Tests run beside each other, and the page is one file.
static WRITING: Mutex<()> = Mutex::new(());

/// A bug of a published crate.
pub(crate) struct Bug {
    /// The crate's package, whose version stands in the lock file.
    pub(crate) package: &'static str,
    /// What happens, in the words of the table.
    pub(crate) what: &'static str,
    /// Words of the failure, by which it is known from any other.
    pub(crate) words: &'static str,
    /// Whether the crate's issue tracker knows it, for the table.
    pub(crate) known: &'static str,
    /// The file of the test, in which the program stands.
    pub(crate) source: &'static str,
    /// The function that must not fail, and does.
    pub(crate) program: &'static str,
}

impl Bug {
    /// Hunts the bug from several base seeds, the first one to the end, and compares what comes of it with the page.
    ///
    /// # Panics
    ///
    /// Where the program no longer fails, fails otherwise, or the page says something else.
    pub(crate) fn shows(&self, hunt: impl Fn(Hunt) -> HuntReport) {
        let (mut runs, mut departures, mut text) = (Vec::new(), Vec::new(), String::new());
        for seed in 0..SEEDS {
            // The first alone is told in the page, so it alone is proven in a fresh process.
            let report = hunt(Hunt::new(self.program).seed(seed).regressions_off().prove(seed == 0));
            let finding = self.finding(&report);
            runs.push(match finding.found {
                Found::Run { number, .. } => number,
                _ => panic!("{}: neither a plain run nor an order failed:\n{report}", self.program),
            });
            departures.push(finding.shrunk.as_ref().map_or(0, |shrunk| shrunk.departures().len() as u64));
            if seed == 0 {
                text = report.to_string();
            }
        }
        let found = if runs.iter().all(|&number| number == 0) { "0, in plain order".to_owned() } else { spread(runs) };
        let row = format!("{}| {found} | {} | {} |", self.row_begins(), spread(departures), self.known);
        let section = format!("```rust\n{}```\n\n```text\n{}\n```\n", self.program_text(), text.trim_end());
        self.compare(&row, &section);
    }

    /// The failure, which must be the one that is known.
    fn finding<'r>(&self, report: &'r HuntReport) -> &'r Finding {
        let (package, version) = (self.package, self.version());
        let Verdict::Failed(finding) = &report.verdict else {
            panic!(
                "{package} {version} does not show it any more: {}\n\
                 If its version was raised in integration/found/Cargo.toml, say in docs/found.md which version is the first without it, and take this \
                 test out.\nIf not, seedbed has changed, and has lost it:\n{report}",
                self.what,
            )
        };
        let told = finding.failure.to_string();
        assert!(told.contains(self.words), "{package} {version} fails otherwise than by {:?}:\n{report}", self.words);
        finding
    }

    fn version(&self) -> String {
        version_of(env!("CARGO_MANIFEST_DIR"), self.package)
    }

    fn row_begins(&self) -> String {
        format!("| {} | {} | {} ", self.package, self.version(), self.what)
    }

    /// The function, as it stands in its file.
    fn program_text(&self) -> String {
        let begins = format!("async fn {}(", self.program);
        let lines = self.source.lines().skip_while(|line| !line.starts_with(&begins));
        let mut text = String::new();
        for line in lines {
            text.push_str(line);
            text.push('\n');
            if line == "}" {
                return text;
            }
        }
        panic!("no function {} in the file of its test", self.program)
    }

    /// The page must have the row and the section; `FOUND=write` puts them there.
    fn compare(&self, row: &str, section: &str) {
        let (begin, end) = (begin_of(self.program), format!("<!-- end of {} -->", self.program));
        let _alone = WRITING.lock().expect("nobody panics while writing");
        let page = fs::read_to_string(PAGE).expect("docs/found.md can be read");
        let around = page.split_once(&begin).and_then(|(before, rest)| Some((before, rest.split_once(&end)?)));
        let Some((before, (written, after))) = around else {
            panic!("docs/found.md has no place for {}: write\n{begin}\n{end}", self.program)
        };
        let written = (page.lines().any(|line| line == row), written == format!("\n{section}"));
        if written == (true, true) {
            return;
        }
        if std::env::var_os("FOUND").is_none_or(|mode| mode != "write") {
            panic!(
                "docs/found.md says something else of {} ({}); write what was seen with\n  \
                 FOUND=write cargo test -p seedbed-found\nand read it:\n{row}\n{section}",
                self.package, self.program,
            );
        }
        let page = format!("{before}{begin}\n{section}{end}{after}");
        let same_row = |line: &&str| line.starts_with(&format!("| {} |", self.package)) && line.contains(self.what);
        let page: String =
            page.lines().map(|line| if same_row(&line) { row } else { line }).flat_map(|line| [line, "\n"]).collect();
        assert!(page.lines().any(|line| line == row), "docs/found.md has no row for this: write\n{row}");
        fs::write(PAGE, page).expect("docs/found.md can be written");
    }
}

fn begin_of(program: &str) -> String {
    format!("<!-- program and report of {program} -->")
}

/// Least, greatest and median.
fn spread(mut figures: Vec<u64>) -> String {
    figures.sort_unstable();
    let (least, greatest, median) = (figures[0], figures[figures.len() - 1], figures[figures.len() / 2]);
    if least == greatest { least.to_string() } else { format!("{least} to {greatest}, median {median}") }
}

#[test]
fn every_bug_of_the_page_is_shown() {
    let page = fs::read_to_string(PAGE).expect("docs/found.md can be read");
    let told = page.matches("<!-- program and report of ").count();
    for bug in crate::BUGS {
        assert_eq!(page.matches(&begin_of(bug.program)).count(), 1, "{} has one place in docs/found.md", bug.program);
    }
    assert_eq!(told, crate::BUGS.len(), "docs/found.md tells of bugs that no test shows");
}
