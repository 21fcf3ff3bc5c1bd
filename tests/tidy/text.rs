//! Rules about words: what stands in comments, documentation and plain files.

use std::path::Path;

use crate::tree::{File, Tree};

const LINES_MAX: usize = 400;
const EXAMPLE_LINES_MAX: usize = 80;

/// The first line of a Rust file is a `//!` sentence that says its one job.
pub(crate) fn opens_with_its_job(tree: &Tree) -> Vec<String> {
    let opens = |file: &&File| {
        let first = file.text.lines().next().unwrap_or_default();
        let sentence = first.strip_prefix("//! ").is_some_and(|sentence| !sentence.trim().is_empty());
        // The sentence may run on; its end is before the first empty line.
        let paragraph = file.text.lines().take_while(|line| line.starts_with("//! ")).last().unwrap_or_default();
        let ends = paragraph.trim_end().ends_with(['.', ':', '?']);
        !(sentence && ends)
    };
    tree.rust()
        .filter(opens)
        .map(|file| file.at(1, "open with a `//!` sentence that says the one job of this file"))
        .collect()
}

/// One concept a file: no Rust file has more than 400 lines, no example more than 80.
pub(crate) fn files_are_short(tree: &Tree) -> Vec<String> {
    let too_long = |file: &File| {
        let most = if file.path.starts_with("examples/") { EXAMPLE_LINES_MAX } else { LINES_MAX };
        let count = file.text.lines().count();
        (count > most).then(|| file.at(count, format!("{count} lines, at most {most}: split by concept")))
    };
    tree.rust().filter_map(too_long).collect()
}

/// Code in documentation is compiled and run, or says that it is not Rust.
pub(crate) fn doc_code_runs(tree: &Tree) -> Vec<String> {
    const RUNS: [&str; 3] = ["", "should_panic", "compile_fail"];
    const NOT_RUST: [&str; 5] = ["text", "toml", "sh", "console", "python"];
    let mut complaints = Vec::new();
    for file in tree.rust().chain(tree.files().filter(|file| file.path.ends_with(".md"))) {
        let markdown = file.path.ends_with(".md");
        let mut open = false;
        for (line, text) in file.lines() {
            let text = text.trim_start();
            let content = if markdown {
                Some(text)
            } else {
                text.strip_prefix("///").or_else(|| text.strip_prefix("//!")).map(str::trim_start)
            };
            let Some(info) = content.and_then(|content| content.strip_prefix("```")) else {
                continue;
            };
            open = !open;
            // `rust` is how a page that is also read on the web says what rustdoc takes for granted.
            let known = RUNS.contains(&info) || NOT_RUST.contains(&info) || (markdown && info == "rust");
            if open && !known {
                complaints
                    .push(file.at(line, format!("```{info}: code that nothing runs; let it run, or mark it `text`")));
            }
        }
    }
    complaints
}

/// Nothing names a place that only one machine has, or that is not in the repository.
pub(crate) fn no_machine_paths(tree: &Tree) -> Vec<String> {
    const ROOTS: [&str; 9] = ["home", "root", "Users", "tmp", "work", "mnt", "opt", "var", "private"];
    let mut complaints = Vec::new();
    for file in tree.files() {
        for (line, text) in file.lines() {
            for root in ROOTS {
                let absolute = format!("/{root}/");
                let starts = |at: usize| {
                    !text[..at]
                        .ends_with(|c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '}' | ')' | '*'))
                };
                if text.match_indices(&absolute).any(|(at, _)| starts(at)) {
                    complaints.push(file.at(line, format!("a path below {absolute} is a place on one machine")));
                }
            }
            complaints.extend(
                climbing(text)
                    .filter(|path| !resolves(tree, file, path))
                    .map(|path| file.at(line, format!("`{path}` is not in the repository"))),
            );
        }
    }
    complaints
}

/// The paths in a line that begin with `../`.
fn climbing(text: &str) -> impl Iterator<Item = &str> {
    let begins = |at: &usize| !text[..*at].ends_with(|c: char| c.is_alphanumeric() || matches!(c, '/' | '.'));
    let starts = text.match_indices("../").map(|(at, _)| at).filter(begins);
    starts.map(|at| {
        let end = text[at..]
            .find(|c: char| !(c.is_alphanumeric() || matches!(c, '.' | '/' | '_' | '-')))
            .unwrap_or(text.len() - at);
        text[at..at + end].trim_end_matches('.')
    })
}

fn resolves(tree: &Tree, file: &File, path: &str) -> bool {
    let mut place: Vec<&str> =
        Path::new(&file.path).parent().into_iter().flat_map(Path::iter).filter_map(|part| part.to_str()).collect();
    for part in path.split('/').filter(|part| !part.is_empty() && *part != ".") {
        if part != ".." {
            place.push(part);
        } else if place.pop().is_none() {
            return false;
        }
    }
    tree.holds(&place.join("/"))
}

/// What was to be done later is done, or is in the tracker.
pub(crate) fn no_leftovers(tree: &Tree) -> Vec<String> {
    // In two parts, because this file is checked too.
    let marks = [["FIX", "ME"], ["TO", "DO"], ["XX", "X"], ["HA", "CK"]].map(|parts| parts.concat());
    let mut complaints = Vec::new();
    for file in tree.files().filter(|file| !file.path.ends_with(".stderr")) {
        for (line, text) in file.lines() {
            let is_word = |word: &&String| {
                text.split(|c: char| !c.is_alphanumeric() && c != '_').any(|other| other == word.as_str())
            };
            complaints
                .extend(marks.iter().filter(is_word).map(|mark| file.at(line, format!("`{mark}` was left behind"))));
        }
    }
    complaints
}

/// An own bug says that it is one, and asks for a report.
pub(crate) fn own_bugs_ask_for_a_report(tree: &Tree) -> Vec<String> {
    let mut complaints = Vec::new();
    for file in tree.library() {
        for token in file.tokens().iter().filter(|token| token.text.contains("seedbed bug") && token.text.contains('"'))
        {
            // Documentation may talk about such messages.
            let message = token.text.trim_matches('"');
            if message.starts_with("seedbed bug") && !message.trim_end().ends_with("please report") {
                complaints.push(file.at(token.line, "a message about an own bug ends with `please report`"));
            }
        }
    }
    complaints
}

/// All snapshots stand in `snapshots/`, where `cargo insta review` shows them side by side.
pub(crate) fn snapshots_stand_together(tree: &Tree) -> Vec<String> {
    let elsewhere = |file: &&File| file.path.ends_with(".snap") && !file.path.starts_with("snapshots/");
    tree.files().filter(elsewhere).map(|file| file.at(1, "snapshots stand in the top-level `snapshots/`")).collect()
}

/// Every entry of the change log says whether recorded runs still replay.
pub(crate) fn change_log_answers_for_replays(tree: &Tree) -> Vec<String> {
    let Some(file) = tree.get("CHANGELOG.md") else {
        return vec!["CHANGELOG.md:1: there is no change log".to_owned()];
    };
    let answers = |entry: &str| entry.ends_with("replays: kept") || entry.ends_with("replays: broken");
    let mut entries: Vec<(usize, String)> = Vec::new();
    let mut inside = false;
    for (line, text) in file.lines() {
        if let Some(entry) = text.strip_prefix("- ") {
            entries.push((line, entry.to_owned()));
            inside = true;
        } else if let (true, Some((_, entry))) = (inside && text.starts_with("  "), entries.last_mut()) {
            entry.push_str(text);
        } else {
            inside = false;
        }
    }
    let silent = entries.iter().filter(|(_, entry)| !answers(entry.trim_end().trim_end_matches('.')));
    silent.map(|(line, _)| file.at(*line, "end the entry with `replays: kept` or `replays: broken`")).collect()
}
