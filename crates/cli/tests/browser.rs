//! Does the page of a run work in a real browser? It is passed over where none is installed.

#![allow(clippy::unwrap_used, reason = "in a test, the panic is the report")]

mod common;
mod support;

use std::fs;
use std::path::PathBuf;
use std::time::Instant;

use cargo_seedbed::record::Record;
use cargo_seedbed::show::{self, Choice, Comparison, Trace};
use support::bank::bank;
use support::browser::Browser;
use support::synthetic::{lock_order, ten};
use tempfile::TempDir;

fn write(folder: &TempDir, records: &[Record]) -> PathBuf {
    let file = folder.path().join("page.html");
    fs::write(&file, show::page(Trace::read(records).unwrap(), &Choice::default())).unwrap();
    file
}

fn quiet(browser: &mut Browser) {
    assert_eq!(browser.complaints(), Vec::<String>::new());
    assert_eq!(browser.requests(), Vec::<String>::new());
}

/// Leaves a picture behind, for people, where a folder for them is named:
/// `SEEDBED_SCREENSHOTS=$PWD/docs/images cargo test -p cargo-seedbed --test browser`.
fn keep(browser: &mut Browser, name: &str) {
    if let Some(folder) = std::env::var_os("SEEDBED_SCREENSHOTS") {
        browser.screenshot(&PathBuf::from(folder).join(name));
    }
}

/// Runs of the project of the tour, as a person meets them.
#[test]
fn real_runs_are_shown() {
    let Some(mut browser) = Browser::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let show = |line: &str, test: &str, name: &str| {
        let file = folder.path().join(name);
        common::seedbed(&["show", line, "--test", test, "--html", &file.display().to_string()]).run().ends_with(0);
        if let (Some(folder), "deadlock.html") = (std::env::var_os("SEEDBED_SCREENSHOTS"), name) {
            let svg = PathBuf::from(folder).join("deadlock.svg").display().to_string();
            common::seedbed(&["show", line, "--test", test, "--svg", &svg]).run().ends_with(0);
        }
        file
    };
    browser.size(1240, 760);
    browser.prefer("light");
    let page = show("sb1:AQEAC21haW4vc2VsbGVyAAACOxK5LA", "ledgers_are_balanced", "deadlock.html");
    browser.open(&page);
    assert_eq!(browser.text("failure"), "deadlock: 3 tasks wait and nothing can wake them");
    assert!(
        browser.text("details").contains("main/seller waits for lock till since 0.000s, which is up to main/buyer")
    );
    assert!(browser.text("why-here").contains("needed: without it, the run passes"), "{}", browser.text("why-here"));
    let at = browser.run(
        "[...document.querySelectorAll('.row')].find((row) => row.textContent.includes('waitlock till')).dataset.at",
    );
    let spot = browser.run(&format!("(([x, y]) => [x + 260, y])(seedbed.spot({}))", at.as_str().unwrap()));
    browser.point_at(&spot);
    let tip = browser.text("tip");
    assert!(tip.contains("main/seller waits for lock till") && tip.contains("held by main/buyer"), "{tip}");
    keep(&mut browser, "show-light.png");
    quiet(&mut browser);

    let page = folder.path().join("diff.html");
    let arguments = ["diff", "plain", "sb1:AQEAC21haW4vc2VsbGVyAAACOxK5LA", "--test", "ledgers_are_balanced", "--html"];
    common::seedbed(&arguments).args(&[&page.display().to_string()]).run().ends_with(0);
    browser.open(&page);
    assert!(browser.text("rows").contains("here they part"));
    keep(&mut browser, "diff-light.png");
    quiet(&mut browser);

    browser.prefer("dark");
    let page = show("sb1:AQIADW1haW4vY3VzdG9tZXIAAgEFBmVkaXRvcgAAARRrJXI", "a_new_price_is_seen", "price.html");
    browser.open(&page);
    assert_eq!(browser.text("failure"), "the shop shows 0, the price is 20");
    browser.key("[");
    assert!(
        browser.text("details").contains("Departure 2: ran main/editor before main/customer"),
        "{}",
        browser.text("details")
    );
    browser.key("b");
    assert!(browser.text("details").contains("main/editor: wake"), "{}", browser.text("details"));
    browser.key("]");
    keep(&mut browser, "show-dark.png");
    quiet(&mut browser);
}

#[test]
fn a_run_of_ten_events_is_told() {
    let Some(mut browser) = Browser::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    browser.size(1240, 760);
    browser.prefer("light");
    browser.open(&write(&folder, &ten()));
    assert_eq!(browser.text("verdict"), "failed");
    assert_eq!(browser.text("failure"), "assertion failed: the total is 90, expected 100");
    assert!(browser.text("where").contains("bank::keeps_the_total · in main · src/bank.rs:41:5 · at 1.000s"));
    assert!(browser.text("departures").contains("the clock ran before main"));
    assert_eq!(browser.text("line"), "sb1:AQEABm1haW4vMQAAAthE7Dw");
    // Markup in a note is text.
    assert!(browser.text("grid").contains("<b>awake</b> </script> & \"well\""));
    assert_eq!(browser.run("document.querySelectorAll('#grid b').length"), 0);
    // The failure is chosen, and told, before anything is pressed.
    assert!(browser.text("details").contains("main: panic assertion failed"));
    assert!(browser.text("live").contains("1.000s, main, panic"));
    quiet(&mut browser);
}

#[test]
fn keys_and_pointer_lead_through_a_deadlock() {
    let Some(mut browser) = Browser::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    browser.size(1240, 760);
    browser.prefer("light");
    browser.open(&write(&folder, &lock_order(true)));

    // Pointing at a wait tells what for, and who has it.
    let waits =
        "[...document.querySelectorAll('.row')].find((row) => row.textContent.includes('waitlock right')).dataset.at";
    let at = browser.run(waits);
    let spot = browser.run(&format!("(([x, y]) => [x + 30, y])(seedbed.spot({}))", at.as_str().unwrap()));
    browser.point_at(&spot);
    let tip = browser.text("tip");
    assert!(tip.contains("main/left-first waits for lock right") && tip.contains("held by main/right-first"), "{tip}");
    browser.click(&spot);
    assert!(browser.text("details").contains("held by main/right-first"), "{}", browser.text("details"));

    // So do the keys: the other row, and its event before.
    browser.key("ArrowDown");
    assert!(browser.text("live").contains("main/right-first, "), "{}", browser.text("live"));
    browser.key("Home");
    assert_eq!(browser.run("seedbed.chosen().at"), 0);
    browser.key("]");
    assert!(
        browser.text("live").contains("departure 1: 0.000s  ran main/right-first before"),
        "{}",
        browser.text("live")
    );
    browser.key("f");
    assert!(browser.text("live").contains("deadlock 3 tasks"));

    // The graph opens, and closes with Escape.
    browser.run("document.getElementById('graph-button').click()");
    assert!(browser.run("document.querySelector('#graph svg') !== null").as_bool().unwrap());
    browser.key("Escape");
    assert_eq!(browser.run("document.querySelector('dialog[open]') === null"), true);
    quiet(&mut browser);
}

#[test]
fn search_zoom_axis_theme_and_help_work_by_keyboard() {
    let Some(mut browser) = Browser::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    browser.size(1240, 760);
    browser.prefer("dark");
    browser.open(&write(&folder, &bank(400, 7)));
    let width = |browser: &mut Browser| browser.run("seedbed.view().right - seedbed.view().left").as_f64().unwrap();
    let whole = width(&mut browser);
    for _ in 0..3 {
        browser.key("+");
    }
    assert!(width(&mut browser) < whole / 4.0);
    browser.key("0");
    assert!((width(&mut browser) - whole).abs() < 1e-6);

    browser.key("/");
    browser.write("client-3 acquire");
    browser.key("Enter");
    assert!(browser.text("found").starts_with("1 of "), "{}", browser.text("found"));
    let first = browser.run("seedbed.chosen().at");
    assert!(browser.text("live").contains("main/client-3, acquire"));
    browser.run("document.getElementById('lanes').focus()");
    browser.key("n");
    assert_ne!(browser.run("seedbed.chosen().at"), first);
    browser.run("document.getElementById('search').focus()");
    browser.key("Escape");
    assert_eq!(browser.text("found"), "");

    for axis in ["order", "time", "both"] {
        browser.key("t");
        assert_eq!(browser.run("seedbed.view().axis"), axis);
    }
    let themes: Vec<_> = (0..3)
        .map(|_| {
            browser.key("k");
            browser.run("document.documentElement.dataset.theme")
        })
        .collect();
    assert_eq!(themes, ["light", "dark", "dark"]);
    let rows = browser.text("count");
    browser.key("v");
    assert_ne!(browser.text("count"), rows);
    browser.key("?");
    assert_eq!(browser.run("document.getElementById('help').open"), true);
    browser.key("Escape");
    assert_eq!(browser.run("document.getElementById('help').open"), false);
    browser.prefer("light");
    browser.settle();
    assert_eq!(browser.run("document.documentElement.dataset.theme"), "light");
    quiet(&mut browser);
}

#[test]
fn words_stand_out_in_both_schemes() {
    let Some(mut browser) = Browser::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let file = write(&folder, &ten());
    // The ratio of luminances that WCAG 2.1 (1.4.3) asks of text: 4.5 to 1.
    let ratios = "(() => {
        const style = getComputedStyle(document.documentElement);
        const light = (name) => {
            const hex = style.getPropertyValue('--' + name).trim();
            const part = (i) => parseInt(hex.slice(1 + 2 * i, 3 + 2 * i), 16) / 255;
            const linear = (c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
            return 0.2126 * linear(part(0)) + 0.7152 * linear(part(1)) + 0.0722 * linear(part(2));
        };
        const pairs = ['ink bg', 'ink panel', 'ink odd-soft', 'ink accent-soft', 'dim bg', 'dim panel', 'dim raised', 'dim soft', 'accent bg',
            'accent accent-soft', 'bad bg', 'bad bad-soft', 'good good-soft', 'odd bg', 'odd odd-soft', 'fault bg', 'sleep-ink sleep', 'sleep-ink busy', 'wait-ink wait'];
        return pairs.map((pair) => {
            const [one, other] = pair.split(' ').map(light).sort((a, b) => b - a);
            return [pair, (one + 0.05) / (other + 0.05)];
        }).filter(([, ratio]) => !(ratio >= 4.5)).map(([pair, ratio]) => pair + ' ' + ratio.toFixed(2));
    })()";
    for scheme in ["light", "dark"] {
        browser.prefer(scheme);
        browser.open(&file);
        assert_eq!(browser.run("document.documentElement.dataset.theme"), scheme);
        assert_eq!(browser.run(ratios), serde_json::json!([]), "{scheme}");
    }
}

#[test]
fn parts_of_a_run_are_pages_too() {
    let Some(mut browser) = Browser::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    browser.size(1240, 760);
    browser.prefer("light");
    let part = |tasks: &[&str], events: &[&str]| Choice {
        tasks: tasks.iter().map(ToString::to_string).collect(),
        events: events.iter().map(ToString::to_string).collect(),
        ..Choice::default()
    };
    // The last of them has no event at all: the only one of its word is another task's.
    let parts = [
        (part(&["main/client-3"], &[]), "main/client-3"),
        (part(&[], &["wait", "sleep"]), "sleep"),
        (part(&["main/client-3"], &["panic"]), "Nothing is chosen yet"),
    ];
    let trace = Trace::read(&bank(400, 7)).unwrap();
    for (choice, words) in parts {
        let file = folder.path().join("part.html");
        fs::write(&file, show::page(trace.clone(), &choice)).unwrap();
        browser.open(&file);
        for key in ["ArrowRight", "ArrowDown", "+", "t", "-", "b", "End", "z", "f", "v", "n", "]"] {
            browser.key(key);
        }
        let shown = browser.text("grid") + &browser.text("details");
        assert!(shown.contains(words), "{words} is not in {shown}");
        quiet(&mut browser);
    }
}

#[test]
fn a_hundred_thousand_events_stay_fluid() {
    let Some(mut browser) = Browser::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    browser.size(1240, 760);
    browser.prefer("light");
    let file = write(&folder, &bank(100_000, 40));
    let begun = Instant::now();
    browser.open(&file);
    let loading = begun.elapsed();
    assert!(browser.text("facts").starts_with("100,0"), "{}", browser.text("facts"));
    // From the key to the second frame after it: everything is drawn by then.
    let step = "new Promise((done) => {
        const begun = performance.now();
        document.getElementById('lanes').dispatchEvent(new KeyboardEvent('keydown', { key: KEY, bubbles: true }));
        requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - begun)));
    })";
    let mut worst = 0.0_f64;
    for key in ["0", "t", "t", "t", "+", "+", "+", "d", "d", "-", "-", "ArrowRight", "ArrowDown", "n"] {
        let millis = browser.run(&step.replace("KEY", &format!("'{key}'"))).as_f64().unwrap();
        worst = worst.max(millis);
        assert!(millis < 1_000.0, "key {key} took {millis} ms");
    }
    // Only what is in view exists.
    assert!(browser.run("document.querySelectorAll('.row').length").as_u64().unwrap() < 100);
    browser.key("/");
    browser.write("client-17 panic");
    browser.key("Enter");
    browser.run("document.getElementById('lanes').focus()");
    browser.key("End");
    assert!(browser.text("live").contains("stop"), "{}", browser.text("live"));
    eprintln!("loaded in {loading:?}, the slowest key took {worst:.0} ms");
    assert!(loading.as_secs() < 10, "{loading:?}");
    quiet(&mut browser);
}

#[test]
fn two_runs_stand_beside_each_other() {
    let Some(mut browser) = Browser::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let [passing, failing] = [false, true].map(|failing| Trace::read(&lock_order(failing)).unwrap());
    let file = folder.path().join("diff.html");
    fs::write(&file, show::comparison_page(&Comparison::of(passing, failing, &Choice::default()))).unwrap();
    browser.size(1240, 760);
    browser.prefer("light");
    browser.open(&file);
    assert_eq!(browser.run("document.querySelectorAll('#parting').length"), 1);
    browser.key("n");
    assert!(
        browser
            .run("document.querySelector('.pair.current').textContent")
            .as_str()
            .unwrap()
            .contains("ran main/right-first")
    );
    browser.key("k");
    assert_eq!(browser.run("document.documentElement.dataset.theme"), "dark");
    quiet(&mut browser);
}
