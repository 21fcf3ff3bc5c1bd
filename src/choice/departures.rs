//! `Departures`: a run as the sparse map of its answers that were not plain, and the order of simplicity.

use std::cmp::Ordering;
use std::collections::{BTreeMap, btree_map};
use std::fmt;
use std::num::NonZeroU32;

use super::address::Address;
use super::inputs::InputPath;

/// Where a run leaves the plain order, and how: address → answer.
///
/// A run is its departures and nothing else; none at all is the plain run, asyncio's order. Every answer is one `u32` and never 0,
/// for 0 is the plain answer and takes no entry. (A generator of user code takes a 32-bit answer too; its 64-bit seed is made of the
/// answer and the address, see [`sub_seed`](crate::choice::sub_seed).)
///
/// Written one departure a line, `main/b overtaken 3 = 2`, in the order of their addresses.
///
/// # Examples
///
/// ```
/// use seedbed::choice::{Address, Departures, Kind};
/// use std::num::NonZeroU32;
///
/// let mut departures = Departures::new();
/// departures.insert(Address::new("main/b", Kind::Overtaken, 3)?, NonZeroU32::MIN);
/// assert_eq!(departures.to_string(), "main/b overtaken 3 = 1");
/// # Ok::<(), seedbed::choice::PathError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Departures {
    answers: BTreeMap<Address, NonZeroU32>,
    /// Not an answer, and no matter of order; it stands here because it brings the run back like them.
    inputs: Option<InputPath>,
}

impl Departures {
    /// Makes the empty map: the plain run.
    ///
    /// # Examples
    ///
    /// ```
    /// assert!(seedbed::choice::Departures::new().is_empty());
    /// ```
    pub const fn new() -> Departures {
        Departures { answers: BTreeMap::new(), inputs: None }
    }

    /// Returns how many departures there are: how many things a person has to read.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(seedbed::choice::Departures::new().len(), 0);
    /// ```
    pub fn len(&self) -> usize {
        self.answers.len()
    }

    /// Tells whether this is the plain run.
    ///
    /// # Examples
    ///
    /// ```
    /// assert!(seedbed::choice::Departures::new().is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.answers.is_empty()
    }

    /// Returns the inputs of the run, where its test has some that were drawn.
    ///
    /// # Examples
    ///
    /// ```
    /// use seedbed::{Seed, choice::{Departures, InputPath}};
    ///
    /// let mut departures = Departures::new();
    /// assert_eq!(departures.inputs(), None);
    /// departures.set_inputs(Some(InputPath::drawn(Seed::new(7))));
    /// assert!(departures.inputs().is_some() && departures.is_empty());
    /// ```
    pub fn inputs(&self) -> Option<&InputPath> {
        self.inputs.as_ref()
    }

    /// Sets the inputs of the run. They are no departure, and are not counted.
    ///
    /// # Examples
    ///
    /// See [`inputs`](Departures::inputs).
    pub fn set_inputs(&mut self, inputs: Option<InputPath>) {
        self.inputs = inputs;
    }

    /// Returns the answer at an address, or `None` where the run is plain.
    ///
    /// # Examples
    ///
    /// ```
    /// use seedbed::choice::{Address, Departures};
    /// use std::num::NonZeroU32;
    ///
    /// let [third, fourth] = ["main/b overtaken 3", "main/b overtaken 4"].map(|text| text.parse::<Address>().unwrap());
    /// let departures = Departures::from_iter([(third.clone(), NonZeroU32::MIN)]);
    /// assert_eq!(departures.get(&third), Some(NonZeroU32::MIN));
    /// assert_eq!(departures.get(&fourth), None);
    /// ```
    pub fn get(&self, address: &Address) -> Option<NonZeroU32> {
        self.answers.get(address).copied()
    }

    /// Sets the answer at an address and returns the one it had.
    ///
    /// # Examples
    ///
    /// ```
    /// use seedbed::choice::{Address, Departures};
    /// use std::num::NonZeroU32;
    ///
    /// let address: Address = "main/b overtaken 3".parse()?;
    /// let mut departures = Departures::new();
    /// assert_eq!(departures.insert(address.clone(), NonZeroU32::MAX), None);
    /// assert_eq!(departures.insert(address, NonZeroU32::MIN), Some(NonZeroU32::MAX));
    /// # Ok::<(), seedbed::choice::ParseAddressError>(())
    /// ```
    pub fn insert(&mut self, address: Address, answer: NonZeroU32) -> Option<NonZeroU32> {
        self.answers.insert(address, answer)
    }

    /// Makes the run plain at an address and returns the answer it had.
    ///
    /// # Examples
    ///
    /// ```
    /// use seedbed::choice::{Address, Departures};
    /// use std::num::NonZeroU32;
    ///
    /// let address: Address = "main/b overtaken 3".parse()?;
    /// let mut departures = Departures::from_iter([(address.clone(), NonZeroU32::MIN)]);
    /// assert_eq!(departures.remove(&address), Some(NonZeroU32::MIN));
    /// assert!(departures.is_empty());
    /// # Ok::<(), seedbed::choice::ParseAddressError>(())
    /// ```
    pub fn remove(&mut self, address: &Address) -> Option<NonZeroU32> {
        self.answers.remove(address)
    }

    /// Goes through the departures in the order of their addresses.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(seedbed::choice::Departures::new().iter().count(), 0);
    /// ```
    pub fn iter(&self) -> Iter<'_> {
        Iter(self.answers.iter())
    }

    /// Compares how simple two runs are: first the number of departures, then the sum of their `n` (earlier is simpler), then the
    /// answers, one by one in the order of addresses.
    ///
    /// The order is total over these three and says `Equal` of runs that differ in subjects alone: a shrinker that accepts only what is
    /// strictly simpler can therefore not go in circles.
    ///
    /// # Examples
    ///
    /// ```
    /// use seedbed::choice::{Address, Departures};
    /// use std::{cmp::Ordering, num::NonZeroU32};
    ///
    /// let one = |text: &str| Departures::from_iter([(text.parse::<Address>().unwrap(), NonZeroU32::MIN)]);
    /// assert_eq!(Departures::new().simplicity_cmp(&one("main clock 9")), Ordering::Less);
    /// assert_eq!(one("main/b overtaken 1").simplicity_cmp(&one("main/a overtaken 2")), Ordering::Less);
    /// assert_eq!(one("main/b overtaken 1").simplicity_cmp(&one("main/a overtaken 1")), Ordering::Equal);
    /// ```
    pub fn simplicity_cmp(&self, other: &Departures) -> Ordering {
        let sum =
            |departures: &Departures| departures.answers.keys().map(|address| u64::from(address.n())).sum::<u64>();
        self.len()
            .cmp(&other.len())
            .then_with(|| sum(self).cmp(&sum(other)))
            .then_with(|| self.answers.values().cmp(other.answers.values()))
    }
}

impl fmt::Display for Departures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (line, (address, answer)) in self.iter().enumerate() {
            let end = if line == 0 { "" } else { "\n" };
            write!(f, "{end}{address} = {answer}")?;
        }
        Ok(())
    }
}

impl FromIterator<(Address, NonZeroU32)> for Departures {
    /// The last answer of an address counts.
    fn from_iter<I: IntoIterator<Item = (Address, NonZeroU32)>>(answers: I) -> Departures {
        Departures { answers: answers.into_iter().collect(), inputs: None }
    }
}

impl Extend<(Address, NonZeroU32)> for Departures {
    fn extend<I: IntoIterator<Item = (Address, NonZeroU32)>>(&mut self, answers: I) {
        self.answers.extend(answers);
    }
}

impl<'a> IntoIterator for &'a Departures {
    type Item = (&'a Address, NonZeroU32);
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Iter<'a> {
        self.iter()
    }
}

/// Goes through [`Departures`] in the order of their addresses; made by [`Departures::iter`].
#[derive(Clone, Debug)]
pub struct Iter<'a>(btree_map::Iter<'a, Address, NonZeroU32>);

impl<'a> Iterator for Iter<'a> {
    type Item = (&'a Address, NonZeroU32);

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|(address, answer)| (address, *answer))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl ExactSizeIterator for Iter<'_> {}

#[cfg(test)]
mod tests {
    use super::{Address, Departures, NonZeroU32, Ordering};

    fn departures(lines: &[&str]) -> Departures {
        let entry = |line: &&str| {
            let (address, answer) = line.split_once(" = ").unwrap();
            (address.parse::<Address>().unwrap(), answer.parse::<NonZeroU32>().unwrap())
        };
        lines.iter().map(entry).collect()
    }

    #[test]
    fn simpler_is_fewer_then_earlier_then_smaller() {
        let by_simplicity = [
            departures(&[]),
            departures(&["main/z overtaken 0 = 9"]),
            departures(&["main/a overtaken 1 = 1"]),
            departures(&["main/a overtaken 1 = 2"]),
            departures(&["main/a overtaken 0 = 1", "main/b overtaken 0 = 1"]),
            departures(&["main/a overtaken 0 = 1", "main/b lost 0 = 2"]),
            departures(&["main/a overtaken 0 = 2", "main/b lost 0 = 1"]),
            departures(&["main/a overtaken 1 = 1", "main/a overtaken 0 = 1"]),
        ];
        for (i, a) in by_simplicity.iter().enumerate() {
            for (j, b) in by_simplicity.iter().enumerate() {
                assert_eq!(a.simplicity_cmp(b), i.cmp(&j), "{a} against {b}");
            }
        }
        let elsewhere = departures(&["link lost 1 = 1"]);
        assert_eq!(by_simplicity[2].simplicity_cmp(&elsewhere), Ordering::Equal);
    }

    #[test]
    fn one_a_line() {
        let lines = ["main overtaken 12 = 3", "main/b overtaken 2 = 1", "main/b clock 0 = 4294967295"];
        assert_eq!(departures(&lines).to_string(), lines.join("\n"));
        assert_eq!(departures(&[]).to_string(), "");
    }
}
