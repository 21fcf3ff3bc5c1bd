//! The committed figures: a text file with the toolchain that they hold for.

use std::fmt::{self, Write};
use std::fs;
use std::process::Command;

/// Where they stand.
pub(crate) const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/instructions.txt");

/// Everything that changes how many instructions the same source takes.
#[derive(Clone, PartialEq, Eq, Default)]
pub(crate) struct Toolchain {
    rustc: String,
    libc: String,
    valgrind: String,
    host: String,
}

impl Toolchain {
    /// The one that made this program, and what it runs on.
    pub(crate) fn here(valgrind: &str) -> Self {
        let rustc = said("rustc", &["-vV"]);
        let host = rustc.lines().find_map(|line| line.strip_prefix("host: ")).unwrap_or_default();
        Self {
            rustc: rustc.lines().next().unwrap_or_default().to_owned(),
            libc: said("getconf", &["GNU_LIBC_VERSION"]).trim().to_owned(),
            valgrind: valgrind.to_owned(),
            host: host.to_owned(),
        }
    }
}

/// What a program printed; nothing if it is missing.
fn said(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default()
}

impl fmt::Display for Toolchain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} | {} | {} | {}", self.rustc, self.libc, self.valgrind, self.host)
    }
}

/// What stands in the file.
#[derive(Default)]
pub(crate) struct Figures {
    pub(crate) toolchain: Toolchain,
    figures: Vec<(String, f64)>,
}

impl Figures {
    /// No figures if there is no file.
    pub(crate) fn read() -> Self {
        let mut figures = Self::default();
        let text = fs::read_to_string(PATH).unwrap_or_default();
        for line in text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
            if let Some(toolchain) = line.strip_prefix("toolchain: ") {
                let parts: Vec<&str> = toolchain.split(" | ").collect();
                let [rustc, libc, valgrind, host] = parts[..] else { panic!("a toolchain of four parts: {line}") };
                let [rustc, libc, valgrind, host] = [rustc, libc, valgrind, host].map(str::to_owned);
                figures.toolchain = Toolchain { rustc, libc, valgrind, host };
                continue;
            }
            let mut words = line.split_whitespace();
            let (Some(name), Some(Ok(figure))) = (words.next(), words.next().map(str::parse)) else {
                panic!("a name and a figure: {line}")
            };
            figures.figures.push((name.to_owned(), figure));
        }
        figures
    }

    pub(crate) fn of(&self, name: &str) -> Option<f64> {
        self.figures.iter().find(|(known, _)| known == name).map(|(_, figure)| *figure)
    }

    /// Names, figures, and what each is a figure of.
    pub(crate) fn write<'a>(toolchain: &Toolchain, figures: impl Iterator<Item = (&'a str, f64, &'a str)>) {
        let mut text = "# Instructions of one operation of each workload, as callgrind counts them.\n\
                        # Written by `cargo bench --bench instructions -- --write`; not to be edited.\n"
            .to_owned();
        writeln!(text, "toolchain: {toolchain}\n").unwrap();
        for (name, figure, each) in figures {
            writeln!(text, "{name:16} {figure:10.1}  {each}").unwrap();
        }
        fs::write(PATH, text).expect("the figures, written");
    }
}
