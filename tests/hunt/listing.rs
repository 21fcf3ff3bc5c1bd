//! The mark of a test: every `#[seedbed::test]` of an executable can be read from its file.

use std::process::Command;

use object::{Object, ObjectSection};

const SECTIONS: [&str; 3] = ["seedbed_tests", "__seedbed", ".sdbed"];

/// Code that allows nothing unsafe.
#[forbid(unsafe_code)]
mod strict {
    #[seedbed::test]
    async fn is_listed() {
        seedbed::yield_now().await;
    }

    #[seedbed::test(runs = 1_000, policy = "pct:3")]
    #[should_panic(expected = "as it should")]
    async fn is_listed_with_all_that_is_known() {
        panic!("as it should");
    }

    #[seedbed::test]
    async fn is_listed_with_its_arguments(one: u8, #[strategy = 0..10] two: i32) {
        assert!(i32::from(one) + two >= two);
    }
}

macro_rules! two {
    ($($name:ident)*) => {$(
        #[seedbed::test]
        async fn $name() {}
    )*};
}
two! { is_listed_from_a_macro is_listed_from_a_macro_too }

/// The fields of each mark, without those that open it.
fn marks() -> Vec<Vec<String>> {
    let bytes = std::fs::read(std::env::current_exe().unwrap()).unwrap();
    let file = object::File::parse(&*bytes).unwrap();
    let section = file.sections().find(|section| SECTIONS.contains(&section.name().unwrap_or_default()));
    let text = String::from_utf8(section.expect("no section with marks").data().unwrap().to_vec()).unwrap();
    let marks = text.split('\u{1d}').map(|mark| mark.trim_start_matches('\0')).filter(|mark| !mark.is_empty());
    let fields = |mark: &str| mark.split('\u{1f}').map(str::to_owned).collect::<Vec<_>>();
    marks
        .map(fields)
        .map(|mark| {
            assert_eq!(mark[..2], ["\u{1e}seedbed-test", "1"]);
            mark[2..].to_vec()
        })
        .collect()
}

#[test]
fn a_mark_says_all_that_the_contract_names() {
    let marks = marks();
    let place = "hunt::listing::strict::is_listed";
    let cases = [
        ("", "", "none", "0"),
        ("_with_all_that_is_known", "runs = 1_000, policy = \"pct:3\"", "should_panic", "0"),
        ("_with_its_arguments", "", "none", "2"),
    ];
    for (name, settings, kind, arguments) in cases {
        let path = format!("{place}{name}");
        let mark = marks.iter().find(|mark| mark[0] == path).unwrap_or_else(|| panic!("{path} has no mark"));
        assert_eq!(mark[1].replace('\\', "/"), "tests/hunt/listing.rs");
        assert!(mark[2].parse::<u32>().unwrap() > 10, "{mark:?}");
        assert_eq!(mark[3..], [settings, kind, arguments]);
    }
}

#[test]
fn a_test_may_be_ignored_and_panic() {
    let marks = marks();
    let expected = [("should_panic", "ignored+should_panic"), ("lost_update", "ignored")];
    for (test, kind) in expected {
        let mark = marks.iter().find(|mark| mark[0] == format!("hunt::failing::{test}")).unwrap();
        assert_eq!(mark[4], kind);
    }
}

#[test]
fn each_mark_is_a_test_of_the_harness_and_stands_once() {
    let listed = Command::new(std::env::current_exe().unwrap()).args(["--list", "--format", "terse"]).output().unwrap();
    let listed = String::from_utf8(listed.stdout).unwrap();
    let tests: Vec<&str> = listed.lines().filter_map(|line| line.strip_suffix(": test")).collect();
    let mut paths: Vec<String> = marks().into_iter().map(|mark| mark[0].clone()).collect();
    for path in &paths {
        let name = path.strip_prefix("hunt::").unwrap();
        assert!(tests.contains(&name), "{name} is no test of the harness");
    }
    let all = paths.len();
    paths.sort_unstable();
    paths.dedup();
    assert_eq!(paths.len(), all, "some test is listed twice");
    for (test, sort) in
        [("failing::lost_update", true), ("listing::is_listed_from_a_macro_too", true), ("listing::marks", false)]
    {
        assert_eq!(paths.contains(&format!("hunt::{test}")), sort, "{test}");
    }
}
