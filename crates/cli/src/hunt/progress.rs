//! How far a hunt is: a bar on a terminal, a line every few seconds elsewhere.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::tally::Tally;
use crate::terminal;

/// How often a line is written where there is no terminal.
const LINE: Duration = Duration::from_secs(5);

/// The bar, or the lines.
#[derive(Debug)]
pub struct Progress {
    bar: Option<ProgressBar>,
    began: Instant,
    told: Instant,
    /// How many runs there are to make.
    runs: Option<u64>,
    time: Option<Duration>,
    quiet: bool,
}

impl Progress {
    /// Begins to show a hunt of so many runs, or of such a time.
    pub fn new(runs: Option<u64>, time: Option<Duration>, quiet: bool) -> Self {
        let drawn = terminal::progress_is_drawn() && !quiet;
        let length = runs.or(time.map(|time| u64::try_from(time.as_millis()).unwrap_or(u64::MAX)));
        let bar = drawn.then(|| {
            let bar = ProgressBar::with_draw_target(length, ProgressDrawTarget::stderr());
            let style = ProgressStyle::with_template("{elapsed_precise} [{wide_bar}] {msg}");
            bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("=> "))
        });
        let now = Instant::now();
        Self { bar, began: now, told: now, runs, time, quiet }
    }

    /// Shows how far it is.
    pub fn show(&mut self, tally: &Tally) {
        if self.bar.is_none() && (self.quiet || self.told.elapsed() < LINE) {
            return;
        }
        self.told = Instant::now();
        let (made, orders, failed, groups) = tally.counts();
        let spent = self.began.elapsed();
        let words = words(made, orders, failed, groups, spent, self.left(made, spent));
        match &self.bar {
            Some(bar) => {
                bar.set_position(match self.runs {
                    Some(_) => made,
                    None => u64::try_from(spent.as_millis()).unwrap_or(u64::MAX),
                });
                bar.set_message(words);
            }
            None => terminal::tell(format!("  {} s: {words}", spent.as_secs())),
        }
    }

    fn left(&self, made: u64, spent: Duration) -> Option<Duration> {
        let by_time = self.time.map(|time| time.saturating_sub(spent));
        let by_runs = self.runs.filter(|_| made > 0).map(|runs| {
            let millis = spent.as_millis() * u128::from(runs.saturating_sub(made)) / u128::from(made);
            Duration::from_millis(u64::try_from(millis).unwrap_or(u64::MAX))
        });
        match (by_time, by_runs) {
            (Some(time), Some(runs)) => Some(time.min(runs)),
            (time, runs) => time.or(runs),
        }
    }

    /// Writes a line above the bar.
    pub fn note(&self, line: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| terminal::tell(line)),
            None => terminal::tell(line),
        }
    }

    /// Takes the bar away.
    pub fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

fn words(made: u64, orders: u64, failed: u64, groups: usize, spent: Duration, left: Option<Duration>) -> String {
    let a_second = u128::from(made) * 1_000 / spent.as_millis().max(1);
    let failures = match groups {
        0 => "no failure".to_owned(),
        1 => format!("1 failure ({} {})", grouped(failed), if failed == 1 { "run" } else { "runs" }),
        _ => format!("{groups} failures ({} runs)", grouped(failed)),
    };
    let rate = grouped(u64::try_from(a_second).unwrap_or(u64::MAX));
    let of = |count: u64, one: &str, many: &str| format!("{} {}", grouped(count), if count == 1 { one } else { many });
    let (runs, orders) = (of(made, "run", "runs"), of(orders, "order", "orders"));
    let mut words = format!("{runs}, {rate} a second, {orders}, {failures}");
    if let Some(left) = left {
        words.push_str(&format!(", {} left", span(left)));
    }
    words
}

/// `1,234,567`.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (n, digit) in digits.chars().enumerate() {
        if n > 0 && (digits.len() - n).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 h 2 min`, `3 min 4 s`, `5 s`.
pub(super) fn span(span: Duration) -> String {
    match span.as_secs() {
        secs @ 0..60 => format!("{secs} s"),
        secs @ 60..3_600 => format!("{} min {} s", secs / 60, secs % 60),
        secs => format!("{} h {} min", secs / 3_600, secs % 3_600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_spans_read_well() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!([59, 61, 3_720].map(|secs| span(Duration::from_secs(secs))), ["59 s", "1 min 1 s", "1 h 2 min"]);
    }

    #[test]
    fn a_line_says_what_there_is() {
        let line = words(2_000, 150, 7, 1, Duration::from_secs(2), Some(Duration::from_secs(3)));
        assert_eq!(line, "2,000 runs, 1,000 a second, 150 orders, 1 failure (7 runs), 3 s left");
    }
}
