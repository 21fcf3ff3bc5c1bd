//! Rules about code: what may stand in which file.

use crate::layers::children;
use crate::tree::{File, Token, Tree, closing, words};

/// The files that hold `unsafe`, each for a reason that was measured or has no safe form.
const UNSAFE: [&str; 10] = [
    // The floor of the benchmarks is what a runtime costs without checks, so that ours can be compared with it. No user runs it.
    "benches/peers/floor/src/channel.rs",
    "benches/peers/floor/src/parts.rs",
    "benches/peers/floor/src/rt.rs",
    // The section in which tests are listed is an attribute that the language calls unsafe.
    "crates/macros/src/listing.rs",
    // Two functions of the C library, in the tests of memberlist-core alone.
    "integration/agnostic/tests/memberlist/machine.rs",
    // The suite of openraft hands its runtime futures that borrow.
    "integration/openraft/src/block_on.rs",
    // The pointer to the run that is going on: a load where an `Rc` in a cell costs twenty instructions a wake.
    "src/context/current.rs",
    // A waker of two integers.
    "src/context/waker.rs",
    // The stack of a simulated thread is left through a pointer to its own yielder.
    "src/executor/stack.rs",
    // A future and its result in one allocation.
    "src/task/cell.rs",
];

/// The files with state that outlives a run: the thread-local that says which run is going on; the panic hook, which belongs to the
/// process; the table of wakes that came from another thread, which has no way to the run they meant; the points of the program, which
/// the linker knows before any run begins, and the mark by which a tool finds a test, which nothing changes; and, outside of all runs, the count
/// of hunts in a test, and the signal that ends all hunts of a process.
const OUTLIVES_A_RUN: [&str; 8] = [
    "crates/macros/src/listing.rs",
    "src/context/current.rs",
    "src/context/panics.rs",
    "src/context/waker.rs",
    "src/fault/catalogue.rs",
    "src/fault/macros.rs",
    "src/hunt/turns.rs",
    "src/hunt/interrupt.rs",
];

/// The files that look outside the process, all of one layer.
const OUTSIDE: [&str; 8] = [
    // The variables that tell a hunt what to do.
    "src/hunt/settings.rs",
    // The executable and the package.
    "src/hunt/place.rs",
    // The fresh process that proves a replay.
    "src/hunt/proof.rs",
    // The files of saved replays.
    "src/hunt/regressions.rs",
    // The files in which a tool reads what runs came to, and which comes next.
    "src/hunt/records.rs",
    "src/hunt/tool/now.rs",
    // The end of a process that Ctrl-C asks for.
    "src/hunt/interrupt.rs",
    // The end of a process whose poll never ends.
    "src/hunt/watchdog.rs",
];

/// The file that speaks while a hunt goes on, where a test harness may hold back what is printed.
const PRINTS: &str = "src/hunt/progress.rs";

/// The files of tests that fail on purpose, in processes that other tests start.
const STARTED_BY_OTHERS: [&str; 4] =
    ["tests/hunt/failing", "tests/hunt/fuzz_targets.rs", "examples/bank.rs", "crates/cli/tests/project/"];

/// `lib.rs` and `mod.rs` are maps: documentation, `mod` and `use`. What they defined a file below could want, and imports would curl.
pub(crate) fn maps_define_nothing(tree: &Tree) -> Vec<String> {
    let mut complaints = Vec::new();
    for file in tree.rust().filter(|file| file.is_map()) {
        let tokens = file.tokens();
        let mut n = 0;
        while n < tokens.len() {
            let line = tokens[n].line;
            let start = words(&tokens, n, 3);
            match start[..] {
                ["#", "[", ..] => n = closing(&tokens, n + 1) + 1,
                ["#", "!", "["] => n = closing(&tokens, n + 2) + 1,
                ["pub", "(", ..] => n = closing(&tokens, n + 1) + 1,
                ["pub", ..] => n += 1,
                ["mod" | "use" | "extern", ..] => n = item_end(&tokens, n),
                // How `README.md` becomes a doctest.
                ["struct", ..] if file.path == "src/lib.rs" && n > 0 => {
                    let attributes: String =
                        tokens[..n].iter().rev().take(30).map(|token| token.text.as_str()).collect();
                    if !attributes.contains("doctest") {
                        complaints.push(file.at(line, "a map defines nothing: this belongs in a file of its own"));
                    }
                    n = item_end(&tokens, n);
                }
                _ => {
                    complaints.push(file.at(line, "a map defines nothing: this belongs in a file of its own"));
                    n = item_end(&tokens, n);
                }
            }
        }
    }
    complaints
}

/// Behind the `;` or the `}` that ends the item at `start`.
fn item_end(tokens: &[Token], start: usize) -> usize {
    let depth = tokens[start].place.depth;
    let ends = |n: &usize| {
        let token = &tokens[*n];
        let import = tokens[start].text == "use" || tokens[start].text == "pub";
        token.place.depth == depth && (token.text == ";" || (token.text == "}" && !import))
    };
    (start..tokens.len()).find(ends).map_or(tokens.len(), |end| end + 1)
}

/// A map names what it re-exports, and takes it from its own files: a public path is a file path. (`lib.rs` shortens the great names.)
pub(crate) fn public_paths_are_file_paths(tree: &Tree) -> Vec<String> {
    let mut complaints = Vec::new();
    for file in tree.library() {
        let tokens = file.tokens();
        let own = if file.is_map() { children(file) } else { Vec::new() };
        for n in 0..tokens.len() {
            let ["pub", "use", first, ..] = words(&tokens, n, 3)[..] else {
                continue;
            };
            let end = item_end(&tokens, n);
            if tokens[n..end].iter().any(|token| token.text == "*") {
                complaints.push(file.at(tokens[n].line, "a glob hides what is public: name it"));
            }
            if file.is_map()
                && file.path != "src/lib.rs"
                && first != "self"
                && !own.iter().any(|child| child == first)
                && !handed_on(&tokens, n + 2)
            {
                complaints
                    .push(file.at(tokens[n].line, format!("`pub use {first}::…` is not from a file of this folder")));
            }
        }
    }
    complaints
}

/// Whether the path at `n` is a word of layer 0 (`time::Instant`) or of a private layer, which has no public path of its own.
fn handed_on(tokens: &[Token], n: usize) -> bool {
    matches!(words(tokens, n, 3)[..], ["crate", "::", "seed" | "ident" | "instant" | "kernel" | "context"])
}

/// Every file under `src/` is declared by the map above it; nothing is dead.
pub(crate) fn every_file_is_declared(tree: &Tree) -> Vec<String> {
    let undeclared = |file: &&File| {
        let Some(module) = file.module() else { return false };
        let Some((name, folder)) = module.split_last() else {
            return false;
        };
        let map = if folder.is_empty() { "src/lib.rs".to_owned() } else { format!("src/{}/mod.rs", folder.join("/")) };
        tree.get(&map).is_none_or(|map| !children(map).iter().any(|child| child == name))
    };
    tree.rust().filter(undeclared).map(|file| file.at(1, "no `mod` line declares this file")).collect()
}

/// A feature is a whole file, switched on its `mod` line (and on the `pub use` beside it); no `cfg` in the middle of code.
pub(crate) fn features_are_files(tree: &Tree) -> Vec<String> {
    let mut complaints = Vec::new();
    for file in tree.library() {
        let tokens = file.tokens();
        for n in 0..tokens.len() {
            match words(&tokens, n, 3)[..] {
                ["cfg", "!", ..] => {
                    complaints.push(file.at(tokens[n].line, "`cfg!` in code: put the difference in a file of its own"))
                }
                ["#", "[", "cfg"] => {
                    let condition: String =
                        tokens[n + 2..=closing(&tokens, n + 1)].iter().map(|token| token.text.as_str()).collect();
                    let after = after_attributes(&tokens, n);
                    let on_a_line = matches!(after, "mod" | "use" | "extern") && file.is_map();
                    let documentation = after == "struct" && condition.contains("doctest");
                    let refusal = after == "compile_error";
                    if condition != "cfg(test)]" && !on_a_line && !documentation && !refusal {
                        complaints.push(file.at(tokens[n].line, "`cfg` stands on `mod` and `use` lines of a map only"));
                    }
                }
                _ => {}
            }
        }
    }
    complaints
}

/// The first word of the item under the attribute at `n`, without its visibility.
fn after_attributes(tokens: &[Token], n: usize) -> &str {
    let mut n = n;
    loop {
        match words(tokens, n, 2)[..] {
            ["#", "["] | ["pub", "("] => n = closing(tokens, n + 1) + 1,
            ["pub", ..] => n += 1,
            [word, ..] => return word,
            [] => return "",
        }
    }
}

/// Outside tests, what can panic says why it cannot or what went wrong.
pub(crate) fn panics_have_messages(tree: &Tree) -> Vec<String> {
    let mut complaints = Vec::new();
    for file in tree.library() {
        let tokens = file.tokens();
        for n in 0..tokens.len() {
            let place = tokens[n].place;
            let (open, wanted) = match words(&tokens, n, 3)[..] {
                ["assert" | "debug_assert", "!", "(" | "["] => (n + 2, 2),
                ["assert_eq" | "assert_ne" | "debug_assert_eq" | "debug_assert_ne", "!", "(" | "["] => (n + 2, 3),
                ["panic" | "unreachable", "!", "(" | "[" | "{"] => (n + 2, 1),
                [".", "expect" | "expect_err", "("] => (n + 2, 1),
                [".", "unwrap" | "unwrap_err", "("] if !place.test => {
                    complaints.push(file.at(tokens[n].line, "`unwrap` says nothing: `expect(\"why it cannot fail\")`"));
                    continue;
                }
                _ => continue,
            };
            let found = arguments(&tokens, open);
            let empty = words(&tokens, open + 1, 1) == ["\"\""];
            if !place.test && (found < wanted || empty) {
                complaints.push(file.at(tokens[n].line, "no message: say what went wrong"));
            }
        }
    }
    complaints
}

/// How many arguments stand in the group at `open`.
fn arguments(tokens: &[Token], open: usize) -> usize {
    let inside = &tokens[open + 1..closing(tokens, open)];
    let comma = |token: &&Token| token.text == "," && token.place.depth == tokens[open].place.depth + 1;
    let trailing = usize::from(inside.last().is_some_and(|last| comma(&last)));
    if inside.is_empty() { 0 } else { inside.iter().filter(comma).count() + 1 - trailing }
}

/// `unsafe` stands in the listed files only, each time under a `SAFETY:` comment (a `# Safety` section for an `unsafe fn`).
pub(crate) fn unsafe_is_argued(tree: &Tree) -> Vec<String> {
    let mut complaints = Vec::new();
    for file in tree.rust().filter(|file| !file.path.starts_with("crates/macros/tests/ui/")) {
        let lines: Vec<&str> = file.text.lines().collect();
        if UNSAFE.contains(&file.path.as_str()) && !file.tokens().iter().any(|token| token.text == "unsafe") {
            complaints.push(file.at(1, "holds no `unsafe` any more: take it off the list in tests/tidy/code.rs"));
        }
        for token in file.tokens().iter().filter(|token| token.text == "unsafe") {
            if !UNSAFE.contains(&file.path.as_str()) {
                complaints.push(file.at(token.line, "`unsafe` stands only in the files listed in tests/tidy/code.rs"));
                continue;
            }
            let above = lines[..token.line - 1].iter().rev().take_while(|line| {
                let line = line.trim_start();
                line.starts_with("//") || line.starts_with("#[")
            });
            let argued = |line: &&str| line.contains("SAFETY:") || line.contains("# Safety");
            if !above.chain(&lines[token.line - 1..token.line]).any(argued) {
                complaints.push(file.at(token.line, "`unsafe` without a `SAFETY:` comment right above it"));
            }
        }
    }
    complaints
}

/// All state belongs to a run, but for what the listed files hold.
pub(crate) fn state_belongs_to_a_run(tree: &Tree) -> Vec<String> {
    let mut complaints = Vec::new();
    for file in tree.library().filter(|file| !OUTLIVES_A_RUN.contains(&file.path.as_str())) {
        let tokens = file.tokens();
        for (n, token) in tokens.iter().enumerate() {
            let lifetime = n > 0 && tokens[n - 1].text == "'";
            if token.text == "thread_local" || (token.text == "static" && !lifetime && !token.place.test) {
                complaints.push(file.at(token.line, format!("`{}`: state outlives the run that made it", token.text)));
            }
        }
    }
    complaints
}

/// The environment, files, the network and processes are met in listed files only.
pub(crate) fn outside_is_met_in_few_places(tree: &Tree) -> Vec<String> {
    let mut complaints = Vec::new();
    let inside = |file: &&File| !file.is_tool() && !OUTSIDE.contains(&file.path.as_str());
    for file in tree.library().filter(inside) {
        let tokens = file.tokens();
        for n in 0..tokens.len() {
            if let ["std", "::", world @ ("env" | "fs" | "net" | "process" | "os")] = words(&tokens, n, 3)[..] {
                // How a test ends is a trait, not a process; and an address is a word.
                let is_word = words(&tokens, n + 3, 2) == ["::", "Termination"];
                if !(is_word || world == "net" && names_addresses(&tokens[n + 3..])) {
                    complaints.push(
                        file.at(
                            tokens[n].line,
                            format!("`std::{world}` is outside: see OUTSIDE in tests/tidy/code.rs"),
                        ),
                    );
                }
            }
        }
    }
    complaints
}

/// Whether nothing but addresses is taken out of `std::net`, of which the tokens are what follows.
fn names_addresses(tokens: &[Token]) -> bool {
    const ADDRESSES: [&str; 4] = ["IpAddr", "Ipv4Addr", "Ipv6Addr", "SocketAddr"];
    let stands = |token: &&Token| !matches!(token.text.as_str(), ";" | "(" | ")" | "<" | ">" | "=");
    let mut names =
        tokens.iter().take_while(stands).filter(|token| token.text.starts_with(char::is_alphabetic)).peekable();
    names.peek().is_some() && names.all(|name| ADDRESSES.contains(&name.text.as_str()))
}

/// Names say what a thing is. These say that nobody knew.
pub(crate) fn names_mean_something(tree: &Tree) -> Vec<String> {
    const EMPTY: [&str; 7] = ["Manager", "Helper", "Util", "Utils", "Inner", "Data", "Imp"];
    let mut complaints = Vec::new();
    for file in tree.library() {
        for pair in file.tokens().windows(2) {
            let [keyword, name] = pair else { continue };
            if matches!(keyword.text.as_str(), "struct" | "enum" | "trait" | "type") {
                complaints.extend(
                    EMPTY
                        .iter()
                        .filter(|end| name.text.ends_with(*end))
                        .map(|end| file.at(name.line, format!("`{}`: what is it that `{end}` hides?", name.text))),
                );
                // In the field the word means the oracle, the clock or the engine; here the parts are Policy and Kernel.
                if name.text.contains("Scheduler") || name.text.contains("Checkpoint") {
                    complaints.push(
                        file.at(name.line, format!("`{}`: the field has too many meanings for this word", name.text)),
                    );
                }
            }
        }
    }
    complaints
}

/// No placeholder, no print left from a search, no test that is switched off.
pub(crate) fn code_is_finished(tree: &Tree) -> Vec<String> {
    let mut complaints = Vec::new();
    for file in tree.rust().filter(|file| !file.path.starts_with("crates/macros/tests/ui/")) {
        let tokens = file.tokens();
        for n in 0..tokens.len() {
            match words(&tokens, n, 3)[..] {
                [word @ ("todo" | "unimplemented" | "dbg"), "!", ..] => {
                    complaints.push(file.at(tokens[n].line, format!("`{word}!` was left behind")));
                }
                [word @ ("print" | "println" | "eprint" | "eprintln"), "!", ..]
                    if file.is_library() && file.path != PRINTS =>
                {
                    complaints.push(
                        file.at(tokens[n].line, format!("`{word}!`: a library returns text, or writes into the trace")),
                    );
                }
                ["#", "[", "ignore"] if !STARTED_BY_OTHERS.iter().any(|path| file.path.starts_with(path)) => {
                    complaints.push(file.at(tokens[n].line, "a test that never runs is no test"))
                }
                _ => {}
            }
        }
    }
    complaints
}
