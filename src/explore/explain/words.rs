//! The text of an explanation.

use std::fmt::{self, Display};

use super::explanation::{
    Deed, ExplainStop, Explained, Explanation, Inevitable, Needed, Overtaker, Rate, Values, Without,
};
use crate::choice::{Address, Kind};
use crate::instant::Instant;
use crate::net::{duplicate_delay, partition_span};
use crate::time::wall_change;

/// How many departures are told, or groups of them: nobody reads on through thousands.
const TOLD: usize = 20;

/// How many names stand in a sentence.
const NAMES: usize = 3;

/// The run that is explained, beside others.
const THIS: &str = "the failing run";

/// How many characters of a line of the trace.
const LINE: usize = 100;

/// How many values stand in a sentence.
const VALUES: usize = 8;

impl Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.departures.len() {
            0 => f.write_str("fails in plain FIFO order: the order of tasks is not what breaks it")?,
            1 => f.write_str("fails after 1 departure from FIFO order:")?,
            count => write!(f, "fails after {count} departures from FIFO order:")?,
        }
        let mut rest = &self.departures[..];
        let mut number = 1;
        while let Some(first) = rest.first() {
            if number > TOLD {
                write!(f, "\n  and {} more", rest.len())?;
                break;
            }
            let (group, others) =
                rest.split_at(rest.iter().take_while(|other| is_one_with(first, other)).count().max(1));
            write_group(f, number, group)?;
            (number, rest) = (number + 1, others);
        }
        match (self.sufficient, self.base) {
            (Some(rate), base) if !self.departures.is_empty() => {
                write!(f, "\nwith everything else drawn afresh, {rate} runs failed")?;
                base.iter().try_for_each(|base| write!(f, "; base rate {base}"))?;
            }
            (_, base) => base.iter().try_for_each(|base| write!(f, "\nwith everything drawn, {base} runs failed"))?,
        }
        self.inevitable.iter().try_for_each(|inevitable| write!(f, "\n{inevitable}"))?;
        match &self.stop {
            ExplainStop::Finished => Ok(()),
            ExplainStop::NotMinimal => {
                f.write_str("\nnot all of this may be needed: a simpler run may fail in the same way")
            }
            ExplainStop::Runs => f.write_str("\nthe limit of runs was reached; raise it to know more"),
            ExplainStop::Interrupted => f.write_str("\nexplaining was cut short: there is more to be known"),
            ExplainStop::Panicked { message } => write!(f, "\nthe program panicked outside of a run: {message}"),
        }
    }
}

/// What it did, in a sentence without its time.
impl Display for Explained {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_deed(f, self)
    }
}

/// Whether both were brought about by the same step: one task that ran before several.
fn is_one_with(one: &Explained, other: &Explained) -> bool {
    one == other
        || match (&one.deed, &other.deed) {
            (Deed::Overtaken { by, ran: true, .. }, Deed::Overtaken { by: other_by, ran: true, .. }) => {
                by.len() == 1 && by == other_by && by[0].steps == 1 && one.event == other.event
            }
            _ => false,
        }
}

fn write_group(f: &mut fmt::Formatter<'_>, number: usize, group: &[Explained]) -> fmt::Result {
    let first = &group[0];
    write!(f, "\n  {number}. ")?;
    first.at.iter().try_for_each(|at| write!(f, "{at}s  "))?;
    match group {
        [one] => write_deed(f, one)?,
        _ => write_overtaken_together(f, group)?,
    }
    if let Some(needed) = &first.needed
        && group.iter().all(|other| other.needed.as_ref().is_some_and(|other| other.without == needed.without))
    {
        write!(f, "\n     {}", Because { needed, several: group.len() > 1 })?;
    }
    let values = |explained: &Explained| {
        explained
            .values
            .as_ref()
            .and_then(|values| values_in_words(explained.address.kind(), explained.answer.get(), values))
    };
    group
        .iter()
        .filter_map(values)
        .take(1)
        .filter(|_| group.len() == 1)
        .try_for_each(|words| write!(f, "\n     {words}"))
}

fn write_deed(f: &mut fmt::Formatter<'_>, explained: &Explained) -> fmt::Result {
    match &explained.deed {
        Deed::Overtaken { task, ready_since, spawned_at, by, ran } => {
            write!(f, "ran {} before {task}, which was ready since {ready_since}s", overtakers(by))?;
            spawned_at.iter().try_for_each(|place| write!(f, " (spawned at {place})"))?;
            if *ran { Ok(()) } else { f.write_str(" and still is at the end") }
        }
        Deed::Clock { to, expired, waiting } => {
            match &expired[..] {
                [] => write!(f, "let the clock move to {to}s")?,
                [one] => write!(f, "let a timer of {one} expire")?,
                several => write!(f, "let timers of {} expire", listed(several))?,
            }
            match &waiting[..] {
                [] => Ok(()),
                [one] => write!(f, " before {one} ran, which was ready"),
                several => write!(f, " before {} ran, which were ready", listed(several)),
            }
        }
        Deed::Branch { who } => {
            write!(f, "polled branch {} first in a select! of {who}", u64::from(explained.answer.get()) + 1)
        }
        Deed::Drew { who } => write!(f, "let a generator of {who} draw other random numbers"),
        Deed::Late { who, nanos } => write!(f, "let a timer of {who} expire {}s late", Instant::from_nanos(*nanos)),
        Deed::Point { who, name } => write!(f, "let the fault point {name:?} strike in {who}"),
        Deed::Fault { kind, who, value } => write_fault(f, *kind, who, *value, &explained.address),
        Deed::Struck { who, how } => write!(f, "{who} was {how}"),
        Deed::Untold => write!(f, "{} = {}", explained.address, explained.answer),
    }
}

fn write_fault(f: &mut fmt::Formatter<'_>, kind: Kind, who: &str, value: u32, address: &Address) -> fmt::Result {
    let span = Instant::from_nanos(value.into());
    match kind {
        Kind::Slow => write!(f, "let blocking code of {who} take {span}s longer"),
        Kind::Crash => write!(f, "let the worker of {who} die"),
        Kind::Stall => write!(f, "kept {who} waiting for {span}s though it was ready"),
        Kind::Wake => write!(f, "let a wake of {who} arrive {span}s late"),
        Kind::Spurious => write!(f, "polled {who} though nothing had woken it"),
        Kind::Wall => match wall_change(value) {
            Some(change) => write!(f, "let the wall clock {change} before {who} read it"),
            None => write!(f, "{address} = {value}"),
        },
        Kind::Lost if value == 1 => write!(f, "lost a message {who}"),
        Kind::Lost => write!(f, "lost a message {who} {value} times in a row"),
        Kind::Duplicated => match duplicate_delay(value) {
            Some(0) => write!(f, "delivered a message {who} twice"),
            Some(nanos) => write!(f, "delivered a message {who} again after {}s", Instant::from_nanos(nanos)),
            None => write!(f, "{address} = {value}"),
        },
        Kind::Reordered if value == 1 => write!(f, "let the next message {who} overtake one"),
        Kind::Reordered => write!(f, "let the next {value} messages {who} overtake one"),
        Kind::Latency => write!(f, "let a message {who} be {span}s longer on its way"),
        Kind::Reset => write!(f, "reset a connection {who}"),
        Kind::Short => match who.rsplit_once('/') {
            Some((link, what)) => write!(f, "left {value} bytes out of a {what} {link}"),
            None => write!(f, "{address} = {value}"),
        },
        Kind::Partition => match partition_span(value) {
            Some(nanos) => write!(f, "cut {who} off for {}s", Instant::from_nanos(nanos)),
            None => write!(f, "{address} = {value}"),
        },
        _ => write!(f, "{address} = {value}"),
    }
}

fn write_overtaken_together(f: &mut fmt::Formatter<'_>, group: &[Explained]) -> fmt::Result {
    let (mut tasks, mut since, mut who) = (Vec::new(), Vec::new(), String::new());
    for explained in group {
        if let Deed::Overtaken { task, ready_since, by, .. } = &explained.deed {
            (who, _) = (overtakers(by), tasks.push(task.clone()));
            since.push(*ready_since);
        }
    }
    let latest = since.iter().max().copied().unwrap_or(Instant::START);
    write!(f, "ran {who} before {}, which were ready since {latest}s", listed(&tasks))
}

fn overtakers(by: &[Overtaker]) -> String {
    let name = |overtaker: &Overtaker| match overtaker.steps {
        1 => overtaker.task.clone(),
        steps => format!("{} ({steps} steps)", overtaker.task),
    };
    if by.is_empty() { "others".to_owned() } else { listed(&by.iter().map(name).collect::<Vec<_>>()) }
}

/// `a`, `a and b`, `a, b and c`, `a, b, c and 4 more`.
fn listed(words: &[String]) -> String {
    match words {
        [one] => one.clone(),
        [most @ .., last] if words.len() <= NAMES => format!("{} and {last}", most.join(", ")),
        _ => format!("{} and {} more", words[..NAMES.min(words.len())].join(", "), words.len().saturating_sub(NAMES)),
    }
}

/// Why a departure is needed.
struct Because<'a> {
    needed: &'a Needed,
    several: bool,
}

impl Display for Because<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.several { "needed: without any one of these, " } else { "needed: without it, " })?;
        match &self.needed.without {
            Without::Passes => f.write_str("the run passes")?,
            Without::FailsOtherwise(signature) => write!(f, "the run fails in another way ({signature})")?,
            Without::GoesOn => f.write_str("the run goes on and on")?,
        }
        let Some(parting) = &self.needed.parting else { return Ok(()) };
        let other = if self.needed.without == Without::Passes { "the passing run" } else { "the other run" };
        let has = |line: &Option<String>| line.as_deref().map_or_else(|| "(ended)".to_owned(), short);
        let width = other.len().max(THIS.len());
        write!(f, "; the two part where")?;
        for (run, line) in [(THIS, &parting.failing), (other, &parting.without)] {
            write!(f, "\n       {run:width$} has  {}", has(line))?;
        }
        Ok(())
    }
}

/// A line, cut where it is too long to be read on the way.
fn short(line: &str) -> String {
    match line.char_indices().nth(LINE) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}

/// Which other values do; nothing where there is no other.
fn values_in_words(kind: Kind, own: u32, values: &Values) -> Option<String> {
    // Ways to be struck are neither low nor high.
    if matches!(kind, Kind::Cancel | Kind::Panic) {
        return None;
    }
    let Values { failing, passing, complete } = values;
    let others = failing.len() + passing.len() - 1;
    if others == 0 {
        return None;
    }
    if kind == Kind::Rng {
        return Some(format!("{} of {others} other streams of numbers will do, too", failing.len() - 1));
    }
    if matches!(kind, Kind::Duplicated | Kind::Partition) {
        return Some(format!("{} of {others} other spans will do, too", failing.len() - 1));
    }
    if kind == Kind::Wall {
        return Some(format!("{} of {others} other changes of the clock will do, too", failing.len() - 1));
    }
    let value = |value: u32| match kind {
        Kind::Late | Kind::Slow | Kind::Stall | Kind::Wake | Kind::Latency => {
            format!("{}s", Instant::from_nanos(value.into()))
        }
        Kind::Branch => (u64::from(value) + 1).to_string(),
        _ => value.to_string(),
    };
    let what = match kind {
        Kind::Overtaken => "number of steps before it",
        Kind::Clock => "number of moves",
        Kind::Branch => "branch",
        Kind::Late | Kind::Slow | Kind::Wake | Kind::Latency => "delay",
        Kind::Lost => "number of times",
        Kind::Reordered => "number of messages",
        Kind::Short => "number of bytes",
        Kind::Stall => "span",
        _ => "value",
    };
    let (lowest, highest) = (value(own), value(failing.iter().copied().max().unwrap_or(own)));
    let first_passing = passing.first().copied().filter(|first| *first > own);
    Some(match first_passing {
        None if *complete => format!("any {what} from {lowest} to {highest} will do; no higher one is possible"),
        None => format!("any {what} of {lowest} or more will do, as far as tried: up to {highest}"),
        Some(_) if failing.len() == 1 => format!("no higher {what} will do, of {others} that were tried"),
        Some(first) if failing.iter().all(|failing| *failing < first) => {
            format!("any {what} from {lowest} to {highest} will do, {} will not", value(first))
        }
        Some(_) => {
            let shown: Vec<String> = failing.iter().take(VALUES).map(|failing| value(*failing)).collect();
            let more = if failing.len() > VALUES { ", …" } else { "" };
            format!("{what}: {}{more} will do, {} others that were tried will not", shown.join(", "), passing.len())
        }
    })
}

impl Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {}", self.failed, self.of)
    }
}

impl Display for Inevitable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.choices == 0 {
            return write!(f, "inevitable from the start: {} runs failed with everything drawn", self.with);
        }
        write!(f, "inevitable from choice {} of {} on", self.choices, self.of)?;
        if let (Some(event), Some(line)) = (self.event, &self.line) {
            write!(f, ", event {}: {}", event + 1, short(line))?;
        }
        write!(f, "\n  {} runs failed with everything after it drawn afresh", self.with)?;
        self.with_one_less.iter().try_for_each(|rate| write!(f, ", {rate} with that choice drawn, too"))
    }
}
