//! The rules of this repository as tests: each with samples that it refuses and accepts, then held against every file.
//!
//! A rule is a function from the files to complaints, `path:line: message`. There are no lists of exceptions; where a rule has a table
//! (layers, files with `unsafe`), the table is the rule. What clippy can check stands in `clippy.toml` and `Cargo.toml`.

#[path = "tidy/code.rs"]
mod code;
#[path = "tidy/layers.rs"]
mod layers;
#[path = "tidy/text.rs"]
mod text;
#[path = "tidy/tree.rs"]
mod tree;

use tree::Tree;

/// A rule on its way through its samples.
struct Rule(fn(&Tree) -> Vec<String>);

impl Rule {
    /// The sample breaks the rule, and the complaint begins so.
    #[track_caller]
    fn refuses(self, files: &[(&str, &str)], complaint: &str) -> Self {
        let complaints = (self.0)(&Tree::of(files));
        assert!(
            complaints.len() == 1 && complaints[0].contains(complaint),
            "{files:?} should give \"{complaint}\", not {complaints:#?}"
        );
        self
    }

    /// The sample is fine.
    #[track_caller]
    fn accepts(self, files: &[(&str, &str)]) -> Self {
        let complaints = (self.0)(&Tree::of(files));
        assert!(complaints.is_empty(), "{files:?} should be fine, but: {complaints:#?}");
        self
    }

    /// The repository is fine.
    #[track_caller]
    fn holds(self) {
        let complaints = (self.0)(&Tree::repository());
        assert!(complaints.is_empty(), "{} complaints:\n{}", complaints.len(), complaints.join("\n"));
    }
}

#[test]
fn imports_point_down() {
    let map = "mod clock;\nmod step;\npub use clock::Clock;\npub use step::{Step, Other as Another};";
    let with = |path: &'static str, text: &'static str| [("src/kernel/mod.rs", map), (path, text)];
    Rule(layers::imports_point_down)
        .accepts(&[("src/kernel/mod.rs", "use crate::{seed::Seed, trace::{Event, Trace}};")])
        .accepts(&[("src/lib.rs", "pub use crate::harness::x;")])
        .accepts(&[("src/trace/mod.rs", "macro_rules! m { () => { $crate::sim::X } }")])
        .refuses(&[("src/kernel/mod.rs", "use crate::sim::Sim;")], "src/kernel/mod.rs:1: `crate::sim::Sim` is above")
        .refuses(&[("src/seed.rs", "fn f() -> crate::choice::X {}")], "`crate::choice::X` is above")
        .refuses(&[("src/seed.rs", "use crate::ident::TaskId;")], "`crate::ident::TaskId` is beside")
        .refuses(&[("src/seed.rs", "use super::ident::TaskId;")], "`crate::ident::TaskId` is beside")
        .refuses(
            &[("src/seed.rs", "\nmod tests {\n use super::super::sim::Sim; }")],
            "src/seed.rs:3: `crate::sim::Sim` is above",
        )
        .refuses(
            &[("src/kernel/mod.rs", "use crate::{seed::Seed, trace::{Event}, task::spawn};")],
            "`crate::task::spawn` is above",
        )
        .refuses(&[("src/kernel/mod.rs", "use crate::Seed;")], "`crate::Seed` comes through lib.rs")
        .refuses(&[("src/kernel/mod.rs", "fn f() { crate::shout!(); }")], "`crate::shout` comes through lib.rs")
        .refuses(&[("src/brand_new.rs", "")], "`brand_new` stands in no row")
        .accepts(&with(
            "src/kernel/step.rs",
            "use super::clock::Clock; use crate::kernel::Clock; mod tests { use super::*; }",
        ))
        .refuses(&with("src/kernel/clock.rs", "use super::step::Step;"), "`step` is declared below this file")
        .refuses(&with("src/kernel/clock.rs", "use super::Step;"), "`step` is declared below this file")
        .refuses(
            &with("src/kernel/clock.rs", "fn f(s: crate::kernel::step::Step) {}"),
            "`step` is declared below this file",
        )
        .refuses(&with("src/kernel/step.rs", "use super::Unknown;"), "`crate::kernel::Unknown` is no sibling file")
        .refuses(&with("src/kernel/step.rs", "use super::*;"), "`crate::kernel::*` is no sibling file")
        .holds();
}

#[test]
fn maps_define_nothing() {
    let wrong = "a map defines nothing";
    Rule(code::maps_define_nothing)
        .accepts(&[("src/kernel/mod.rs", "//! Map.\n#[cfg(feature = \"x\")]\nmod a;\npub(crate) mod b;\npub use a::{A, B};")])
        .accepts(&[("src/lib.rs", "#![deny(x)]\nextern crate self as y;\npub mod door { pub use crate::a::B; }\n#[cfg(doctest)]\nstruct Readme;")])
        .accepts(&[("src/kernel/clock.rs", "struct Clock;")])
        .refuses(&[("src/kernel/mod.rs", "mod a;\nstruct Clock { x: u8 }\nuse a::A;")], "src/kernel/mod.rs:2: a map defines")
        .refuses(&[("src/lib.rs", "pub fn f() {}")], wrong)
        .refuses(&[("src/lib.rs", "#[macro_export]\nmacro_rules! m { () => {} }")], wrong)
        .refuses(&[("src/lib.rs", "struct Readme;")], wrong)
        .holds();
}

#[test]
fn public_paths_are_file_paths() {
    Rule(code::public_paths_are_file_paths)
        .accepts(&[("src/time/mod.rs", "mod sleep;\npub use sleep::{sleep, Sleep};\npub use crate::instant::Instant;")])
        .accepts(&[("src/lib.rs", "pub use crate::time::sleep;")])
        .refuses(&[("src/lib.rs", "mod time;\npub use time::*;")], "src/lib.rs:2: a glob hides")
        .refuses(
            &[("src/time/mod.rs", "mod sleep;\npub use crate::task::Task;")],
            "`pub use crate::…` is not from a file of this folder",
        )
        .holds();
}

#[test]
fn every_file_is_declared() {
    Rule(code::every_file_is_declared)
        .accepts(&[
            ("src/lib.rs", "mod a;"),
            ("src/a/mod.rs", "pub(crate) mod b;"),
            ("src/a/b.rs", ""),
            ("tests/x.rs", ""),
        ])
        .refuses(
            &[("src/lib.rs", "mod a;"), ("src/a/mod.rs", "mod c { }"), ("src/a/b.rs", "")],
            "src/a/b.rs:1: no `mod` line",
        )
        .refuses(&[("src/lib.rs", ""), ("src/a.rs", "")], "src/a.rs:1: no `mod` line")
        .holds();
}

#[test]
fn features_are_files() {
    let wrong = "`cfg` stands on";
    Rule(code::features_are_files)
        .accepts(&[(
            "src/harness/mod.rs",
            "#[cfg(feature = \"insta\")]\npub mod insta;\n#[cfg(feature = \"insta\")]\npub use insta::x;",
        )])
        .accepts(&[("src/seed.rs", "#[cfg(test)]\nmod tests {}\nimpl X { #[cfg(test)] fn f() {} }")])
        .refuses(&[("src/seed.rs", "#[cfg(feature = \"insta\")]\nfn f() {}")], wrong)
        .refuses(&[("src/seed.rs", "#[cfg(feature = \"insta\")]\nmod inline {}")], wrong)
        .refuses(&[("src/seed.rs", "fn f() {\n  if cfg!(debug_assertions) {} }")], "src/seed.rs:2: `cfg!` in code")
        .holds();
}

#[test]
fn panics_have_messages() {
    let file = |text: &'static str| [("src/seed.rs", text)];
    let wrong = "no message";
    Rule(code::panics_have_messages)
        .accepts(&file("fn f() { assert!(a, \"b\"); assert_eq!(a, b, \"{c}\",); panic!(\"x\"); x.expect(\"why\"); y.expect(WHY); }"))
        .accepts(&file("#[cfg(test)]\nmod tests { fn f() { assert!(a); x.unwrap(); } }"))
        .accepts(&[("tests/x.rs", "fn f() { assert!(a); }")])
        .refuses(&file("fn f() { assert!(f(a, b)); }"), wrong)
        .refuses(&file("fn f() { assert!(a,); }"), wrong)
        .refuses(&file("fn f() { debug_assert_eq!(a, b); }"), wrong)
        .refuses(&file("fn f() { panic!(); }"), wrong)
        .refuses(&file("fn f() { unreachable!(); }"), wrong)
        .refuses(&file("fn f() { x.expect(\"\"); }"), wrong)
        .refuses(&file("fn f() { x.unwrap(); }"), "`unwrap` says nothing")
        .refuses(&file("#[cfg(test)]\nmod tests {}\nfn f() { panic!(); }"), "src/seed.rs:3: no message")
        .holds();
}

#[test]
fn unsafe_is_argued() {
    Rule(code::unsafe_is_argued)
        .accepts(&[(
            "src/context/waker.rs",
            "// SAFETY: the\n// reason\nunsafe { x() }\n/// # Safety\n/// It is.\n#[inline]\nunsafe fn f() {}",
        )])
        .accepts(&[("src/seed.rs", "//! unsafe in words\nconst X: &str = \"unsafe\";")])
        .refuses(
            &[("src/context/waker.rs", "// SAFETY: another\n\nfn f() { unsafe { x() } }")],
            "src/context/waker.rs:3: `unsafe` without",
        )
        .refuses(&[("src/seed.rs", "// SAFETY: fine\nunsafe { x() }")], "only in the files listed")
        .refuses(&[("src/task/cell.rs", "fn f() {}")], "holds no `unsafe` any more")
        .holds();
}

#[test]
fn state_belongs_to_a_run() {
    let wrong = "state outlives the run";
    Rule(code::state_belongs_to_a_run)
        .accepts(&[
            ("src/context/current.rs", "thread_local! { static X: u8 = 0; }"),
            ("src/seed.rs", "fn f(x: &'static str) {}"),
        ])
        .accepts(&[("src/seed.rs", "#[cfg(test)]\nmod tests { static X: u8 = 0; }")])
        .refuses(&[("src/seed.rs", "static X: u8 = 0;")], wrong)
        .refuses(&[("src/seed.rs", "std::thread_local!();")], wrong)
        .holds();
}

#[test]
fn outside_is_met_in_few_places() {
    Rule(code::outside_is_met_in_few_places)
        .accepts(&[("src/seed.rs", "use std::fmt; use std::process::Termination;"), ("tests/x.rs", "use std::fs;")])
        .accepts(&[("src/seed.rs", "use std::net::{IpAddr, SocketAddr};")])
        .refuses(&[("src/seed.rs", "use std::net::{IpAddr, TcpStream};")], "`std::net` is outside")
        .refuses(&[("src/seed.rs", "use std::net;")], "`std::net` is outside")
        .refuses(&[("src/seed.rs", "fn f() { std::env::var(\"X\"); }")], "`std::env` is outside")
        .refuses(&[("src/seed.rs", "use std::fs::File;")], "`std::fs` is outside")
        .holds();
}

#[test]
fn names_mean_something() {
    Rule(code::names_mean_something)
        .accepts(&[("src/seed.rs", "struct Important; enum Database {}")])
        .refuses(&[("src/seed.rs", "struct TaskManager;")], "`TaskManager`: what is it that `Manager` hides?")
        .refuses(&[("src/seed.rs", "pub(crate) trait Inner {}")], "`Inner`: what is it")
        .refuses(&[("src/seed.rs", "struct FairScheduler;")], "too many meanings")
        .holds();
}

#[test]
fn code_is_finished() {
    Rule(code::code_is_finished)
        .accepts(&[("src/seed.rs", "/// todo!() in words\nfn f() {}"), ("examples/x.rs", "fn f() { println!(); }")])
        .refuses(&[("src/seed.rs", "fn f() { println!(); }")], "`println!`: a library returns text")
        .refuses(&[("src/seed.rs", "fn f() { todo!() }")], "`todo!` was left behind")
        .refuses(&[("tests/x.rs", "#[test]\n#[ignore]\nfn f() {}")], "tests/x.rs:2: a test that never runs")
        .holds();
}

#[test]
fn every_file_opens_with_its_job() {
    let wrong = "open with a `//!` sentence";
    Rule(text::opens_with_its_job)
        .accepts(&[("src/seed.rs", "//! Seeds."), ("src/ident.rs", "//! Words that run on\n//! and end.\n\nfn f() {}")])
        .refuses(&[("src/seed.rs", "fn f() {}")], wrong)
        .refuses(&[("src/seed.rs", "\n//! Late.")], wrong)
        .refuses(&[("src/seed.rs", "//!\n//! Empty.")], wrong)
        .refuses(&[("tests/x.rs", "// A comment.")], wrong)
        .refuses(&[("src/seed.rs", "//! No sentence")], wrong)
        .holds();
}

#[test]
fn files_are_short() {
    let (long, longer) = ("//\n".repeat(400), "//\n".repeat(401));
    Rule(text::files_are_short)
        .accepts(&[("src/seed.rs", &long)])
        .refuses(&[("src/seed.rs", &longer)], "src/seed.rs:401: 401 lines, at most 400")
        .refuses(&[("examples/x.rs", &"//\n".repeat(81))], "81 lines, at most 80")
        .holds();
}

#[test]
fn doc_code_runs() {
    let wrong = "code that nothing runs";
    Rule(text::doc_code_runs)
        .accepts(&[("src/seed.rs", "/// ```\n/// f();\n/// ```\n/// ```text\n/// ```\n//! ```should_panic\n//! ```")])
        .accepts(&[("README.md", "```rust\n```\n\n```toml\n```")])
        .refuses(&[("src/seed.rs", "/// ```ignore\n/// ```")], "src/seed.rs:1: ```ignore: code that")
        .refuses(&[("src/seed.rs", "    //! ```no_run\n    //! ```")], wrong)
        .refuses(&[("src/seed.rs", "/// ```rust,ignore\n/// ```")], wrong)
        .refuses(&[("docs/x.md", "```rust,no_run\n```")], wrong)
        .holds();
}

#[test]
fn no_machine_paths() {
    // Written in parts, because this file is checked too.
    let (home, shared, out) =
        (["//! See /ho", "me/me/x."].concat(), ["//! See .", "./shared/x."].concat(), ["[x](.", "./x.md)"].concat());
    let inside = ["const SNAPSHOTS: &str = \"..", "/../snapshots\";"].concat();
    Rule(text::no_machine_paths)
        .accepts(&[("tests/behavior/x.rs", &inside), ("snapshots/a.snap", "")])
        .accepts(&[("README.md", "for n in 0../x/home/y")])
        .refuses(&[("src/seed.rs", &home)], "is a place on one machine")
        .refuses(&[("src/seed.rs", &shared)], "is not in the repository")
        .refuses(&[("README.md", &out)], "is not in the repository")
        .holds();
}

#[test]
fn no_leftovers() {
    let mark = ["// FIX", "ME: later"].concat();
    Rule(text::no_leftovers)
        .accepts(&[("src/seed.rs", "// fix me: a word in a sentence")])
        .refuses(&[("src/seed.rs", &mark)], "was left behind")
        .holds();
}

#[test]
fn own_bugs_ask_for_a_report() {
    Rule(text::own_bugs_ask_for_a_report)
        .accepts(&[("src/seed.rs", "fn f() { panic!(\"seedbed bug: lost, please report\") }")])
        .refuses(&[("src/seed.rs", "fn f() { panic!(\"seedbed bug: lost\") }")], "ends with `please report`")
        .holds();
}

#[test]
fn snapshots_stand_together() {
    Rule(text::snapshots_stand_together)
        .accepts(&[("snapshots/a.snap", "")])
        .refuses(&[("tests/snapshots/a.snap", "")], "top-level `snapshots/`")
        .holds();
}

#[test]
fn change_log_answers_for_replays() {
    let wrong = "end the entry with";
    Rule(text::change_log_answers_for_replays)
        .accepts(&[(
            "CHANGELOG.md",
            "# Changes\n\n## 1\n\n- One. replays: kept\n- Two,\n  long. replays: broken\n\nWords.\n",
        )])
        .refuses(&[("CHANGELOG.md", "- One.\n- Two. replays: kept")], "CHANGELOG.md:1: end the entry")
        .refuses(&[("CHANGELOG.md", "- One. replays: perhaps")], wrong)
        .refuses(&[("README.md", "")], "there is no change log")
        .holds();
}
