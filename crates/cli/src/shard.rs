//! Which part of a hunt this machine makes: `--shard K/N`, or what the engine that started it says.

use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use crate::status::Error;

/// Part `index` of `total`, the first being 1. Parts stride: part 2 of 3 makes the runs 1, 4, 7, …, so that a hunt that is ended early has
/// covered all parts evenly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shard {
    /// Invariant: at least 1, at most `total`.
    index: u64,
    /// Invariant: at least 1.
    total: u64,
}

impl Shard {
    /// The whole.
    pub const ALL: Self = Self { index: 1, total: 1 };

    /// Part `index` of `total`.
    ///
    /// # Errors
    ///
    /// If there is no such part.
    pub fn new(index: u64, total: u64) -> Result<Self, Error> {
        if index == 0 || index > total {
            return Err(Error::usage(format!("there is no shard {index}/{total}"))
                .cure("shards count from 1: --shard 1/16 is the first of sixteen, --shard 16/16 the last"));
        }
        Ok(Self { index, total })
    }

    /// Which part, from 1.
    pub fn index(self) -> u64 {
        self.index
    }

    /// Of how many.
    pub fn total(self) -> u64 {
        self.total
    }

    /// How many of the runs `0..runs` belong to this part.
    pub fn count(self, runs: u64) -> u64 {
        runs.saturating_sub(self.index - 1).div_ceil(self.total)
    }

    /// The number of the `n`-th run of this part, from 0.
    pub fn run(self, n: u64) -> u64 {
        (self.index - 1).saturating_add(n.saturating_mul(self.total))
    }

    /// Which of this part's runs has this number.
    pub fn position(self, run: u64) -> u64 {
        run.saturating_sub(self.index - 1) / self.total
    }

    /// First and end, as a slice of these positions is asked for.
    pub fn numbers(self, positions: &Range<u64>) -> Range<u64> {
        self.run(positions.start)..self.run(positions.end.saturating_sub(1)).saturating_add(1)
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}/{}", self.index, self.total)
    }
}

/// What `--shard` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// `K/N`.
    Exactly(Shard),
    /// `auto`, or `auto/N` where the engine does not say how many there are.
    Auto(Option<u64>),
}

impl FromStr for Wanted {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let wrong = || {
            Error::usage(format!("{text:?} is no shard"))
                .cure("write K/N, such as 3/16 for the third of sixteen; auto, to ask the engine; or auto/N, where the engine does not say how many there are")
        };
        let number = |text: &str| text.parse::<u64>().map_err(|_| wrong());
        match text.split_once('/') {
            None if text == "auto" => Ok(Self::Auto(None)),
            Some(("auto", total)) => Ok(Self::Auto(Some(number(total)?))),
            Some((index, total)) => Shard::new(number(index)?, number(total)?).map(Self::Exactly),
            None => Err(wrong()),
        }
    }
}

/// An engine that starts the same command many times, and the variables in which it tells each its place.
struct Engine {
    name: &'static str,
    index: &'static str,
    total: Option<&'static str>,
    /// The first index; `None` where a variable says it (Slurm).
    first: Option<u64>,
}

const ENGINES: [Engine; 8] = [
    Engine { name: "a Slurm array", index: "SLURM_ARRAY_TASK_ID", total: Some("SLURM_ARRAY_TASK_COUNT"), first: None },
    Engine { name: "a Kubernetes indexed job", index: "JOB_COMPLETION_INDEX", total: None, first: Some(0) },
    Engine {
        name: "an AWS Batch array",
        index: "AWS_BATCH_JOB_ARRAY_INDEX",
        total: Some("AWS_BATCH_JOB_ARRAY_SIZE"),
        first: Some(0),
    },
    Engine { name: "Bazel", index: "TEST_SHARD_INDEX", total: Some("TEST_TOTAL_SHARDS"), first: Some(0) },
    Engine { name: "GNU parallel", index: "PARALLEL_SEQ", total: None, first: Some(1) },
    Engine { name: "GitLab", index: "CI_NODE_INDEX", total: Some("CI_NODE_TOTAL"), first: Some(1) },
    Engine { name: "CircleCI", index: "CIRCLE_NODE_INDEX", total: Some("CIRCLE_NODE_TOTAL"), first: Some(0) },
    Engine {
        name: "Buildkite",
        index: "BUILDKITE_PARALLEL_JOB",
        total: Some("BUILDKITE_PARALLEL_JOB_COUNT"),
        first: Some(0),
    },
];

/// The part that an engine's variables name, and a sentence that says which were used.
///
/// # Errors
///
/// If no engine is there, if several are, if its variables make no sense, or if the total is not known.
pub fn from_engine(total: Option<u64>, variable: impl Fn(&str) -> Option<String>) -> Result<(Shard, String), Error> {
    let present: Vec<&Engine> = ENGINES.iter().filter(|engine| variable(engine.index).is_some()).collect();
    let engine = match present[..] {
        [engine] => engine,
        [] => {
            let known: Vec<&str> = ENGINES.iter().map(|engine| engine.index).collect();
            return Err(Error::usage("--shard auto: no engine says which shard this is")
                .cure(format!("write --shard K/N; auto knows these variables: {}", known.join(", "))));
        }
        _ => {
            let names: Vec<String> =
                present.iter().map(|engine| format!("{} ({})", engine.name, engine.index)).collect();
            return Err(Error::usage(format!("--shard auto: several engines are there: {}", names.join(", ")))
                .cure("write --shard K/N with the numbers of the one that is meant"));
        }
    };
    let number = |name: &str| -> Result<Option<u64>, Error> {
        let Some(text) = variable(name) else { return Ok(None) };
        text.trim().parse().map(Some).map_err(|_| {
            Error::usage(format!("--shard auto: {name} of {} is {text:?}, which is no number", engine.name))
                .cure("write --shard K/N")
        })
    };
    let index = number(engine.index)?.unwrap_or_default();
    let said = match engine.total {
        Some(name) => number(name)?,
        None => None,
    };
    let total = match (said, total) {
        (Some(said), Some(total)) if said != total => {
            return Err(Error::usage(format!("--shard auto/{total}: {} says that there are {said}", engine.name))
                .cure("write --shard auto, or the right number"));
        }
        (Some(total), _) | (None, Some(total)) => total,
        (None, None) => {
            return Err(Error::usage(format!(
                "--shard auto: {} says with {} which shard this is ({index}), but not how many there are",
                engine.name, engine.index
            ))
            .cure("write how many: --shard auto/N"));
        }
    };
    let place = match engine.first {
        Some(first) => index.checked_sub(first),
        None => slurm_place(index, total, &number)?,
    };
    let shard = place.and_then(|place| Shard::new(place + 1, total).ok()).ok_or_else(|| {
        Error::usage(format!("--shard auto: {} of {} is {index}, of {total}", engine.index, engine.name))
            .cure("that is outside the array: write --shard K/N")
    })?;
    Ok((shard, format!("shard {shard}, as {} says with {} = {index}", engine.name, engine.index)))
}

/// Slurm counts from any number, in any step.
fn slurm_place(
    index: u64,
    total: u64,
    number: &impl Fn(&str) -> Result<Option<u64>, Error>,
) -> Result<Option<u64>, Error> {
    let min = number("SLURM_ARRAY_TASK_MIN")?;
    let max = number("SLURM_ARRAY_TASK_MAX")?;
    let step = number("SLURM_ARRAY_TASK_STEP")?.unwrap_or(1).max(1);
    let (Some(min), Some(max)) = (min, max) else {
        return Err(Error::usage(
            "--shard auto: Slurm does not say where its array begins and ends (SLURM_ARRAY_TASK_MIN, _MAX)",
        )
        .cure("write --shard K/N"));
    };
    // `--array=1,3,7` has holes: its places cannot be reckoned from the numbers.
    if max.saturating_sub(min) / step + 1 != total {
        return Err(Error::usage(format!(
            "--shard auto: the Slurm array {min} to {max} in steps of {step} does not have {total} tasks: it has holes"
        ))
        .cure("use an array without holes, such as --array=1-16, or write --shard K/N"));
    }
    Ok(index.checked_sub(min).filter(|place| place % step == 0).map(|place| place / step))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    fn auto(total: Option<u64>, variables: &[(&str, &str)]) -> Result<String, String> {
        let variables: BTreeMap<&str, &str> = variables.iter().copied().collect();
        from_engine(total, |name| variables.get(name).map(|value| (*value).to_owned()))
            .map(|(shard, _)| shard.to_string())
            .map_err(|error| error.to_string())
    }

    proptest! {
        #[test]
        fn shards_are_a_partition(total in 1..40_u64, runs in 0..500_u64) {
            let mut all = Vec::new();
            for index in 1..=total {
                let shard = Shard::new(index, total).unwrap();
                for n in 0..shard.count(runs) {
                    prop_assert_eq!(shard.position(shard.run(n)), n);
                    all.push(shard.run(n));
                }
            }
            all.sort_unstable();
            prop_assert_eq!(all, (0..runs).collect::<Vec<_>>());
        }

        #[test]
        fn slices_of_a_shard_name_its_runs(index in 1..9_u64, more in 0..9_u64, start in 0..50_u64, count in 1..50_u64) {
            let shard = Shard::new(index, index + more).unwrap();
            let numbers = shard.numbers(&(start..start + count));
            let asked: Vec<u64> = numbers.step_by(usize::try_from(shard.total()).unwrap()).collect();
            prop_assert_eq!(asked, (start..start + count).map(|n| shard.run(n)).collect::<Vec<_>>());
        }
    }

    #[test]
    fn engines_are_understood_in_their_own_counting() {
        let slurm = |id, min, max, step, count| {
            auto(
                None,
                &[
                    ("SLURM_ARRAY_TASK_ID", id),
                    ("SLURM_ARRAY_TASK_MIN", min),
                    ("SLURM_ARRAY_TASK_MAX", max),
                    ("SLURM_ARRAY_TASK_STEP", step),
                    ("SLURM_ARRAY_TASK_COUNT", count),
                ],
            )
        };
        assert_eq!(slurm("0", "0", "15", "1", "16").as_deref(), Ok("1/16"));
        assert_eq!(slurm("16", "1", "16", "1", "16").as_deref(), Ok("16/16"));
        assert_eq!(slurm("7", "1", "7", "3", "3").as_deref(), Ok("3/3"));
        assert!(slurm("7", "1", "7", "1", "3").unwrap_err().contains("holes"));
        assert_eq!(
            auto(None, &[("AWS_BATCH_JOB_ARRAY_INDEX", "0"), ("AWS_BATCH_JOB_ARRAY_SIZE", "2")]).as_deref(),
            Ok("1/2")
        );
        assert_eq!(auto(None, &[("TEST_SHARD_INDEX", "3"), ("TEST_TOTAL_SHARDS", "4")]).as_deref(), Ok("4/4"));
        assert_eq!(auto(None, &[("CI_NODE_INDEX", "3"), ("CI_NODE_TOTAL", "4")]).as_deref(), Ok("3/4"));
        assert_eq!(auto(None, &[("CIRCLE_NODE_INDEX", "0"), ("CIRCLE_NODE_TOTAL", "1")]).as_deref(), Ok("1/1"));
        assert_eq!(
            auto(None, &[("BUILDKITE_PARALLEL_JOB", "1"), ("BUILDKITE_PARALLEL_JOB_COUNT", "8")]).as_deref(),
            Ok("2/8")
        );
        assert_eq!(auto(Some(16), &[("JOB_COMPLETION_INDEX", "15")]).as_deref(), Ok("16/16"));
        assert_eq!(auto(Some(16), &[("PARALLEL_SEQ", "16")]).as_deref(), Ok("16/16"));
    }

    #[test]
    fn nothing_is_guessed() {
        let refuses = |total, variables: &[(&str, &str)], words: &str| {
            let error = auto(total, variables).unwrap_err();
            assert!(error.contains(words), "{error}");
        };
        refuses(None, &[], "no engine");
        refuses(None, &[("JOB_COMPLETION_INDEX", "3")], "--shard auto/N");
        refuses(None, &[("PARALLEL_SEQ", "3")], "--shard auto/N");
        refuses(None, &[("PARALLEL_SEQ", "3"), ("SLURM_ARRAY_TASK_ID", "3")], "several engines");
        refuses(Some(3), &[("CI_NODE_INDEX", "3"), ("CI_NODE_TOTAL", "4")], "says that there are 4");
        refuses(None, &[("CI_NODE_INDEX", "5"), ("CI_NODE_TOTAL", "4")], "outside");
        refuses(None, &[("CI_NODE_INDEX", "0"), ("CI_NODE_TOTAL", "4")], "outside");
        refuses(None, &[("CI_NODE_INDEX", "x"), ("CI_NODE_TOTAL", "4")], "no number");
        refuses(Some(16), &[("PARALLEL_SEQ", "17")], "outside");
    }

    #[test]
    fn a_shard_is_written_k_of_n() {
        assert_eq!("3/16".parse::<Wanted>().unwrap(), Wanted::Exactly(Shard::new(3, 16).unwrap()));
        assert_eq!("auto".parse::<Wanted>().unwrap(), Wanted::Auto(None));
        assert_eq!("auto/4".parse::<Wanted>().unwrap(), Wanted::Auto(Some(4)));
        for wrong in ["", "3", "0/4", "5/4", "auto/", "a/b", "1/0", "-1/4"] {
            assert!(wrong.parse::<Wanted>().is_err(), "{wrong}");
        }
    }
}
