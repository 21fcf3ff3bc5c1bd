//! Promise: a counterexample is small in its inputs and in its schedule, whoever notices the failure.

use proptest::prelude::{Strategy, any, prop_assert_eq, prop_assume};
use proptest::{collection, prop_compose};
use seedbed::{Sim, any_sim, sim_with, with_schedule};

use super::programs::{deposits, many, runner, smallest};

fn amounts() -> impl Strategy<Value = Vec<u32>> {
    collection::vec(0..1_000_u32, 0..6)
}

fn departures(sim: &Sim) -> String {
    let text = format!("{sim:?}");
    let (_, departures) = text.split_once("departures: [").unwrap_or_else(|| panic!("not shrunk: {text}"));
    departures.split(']').next().unwrap().to_owned()
}

/// It takes two amounts, one of them just above the limit, and one departure; a third amount may stay.
#[test]
fn inputs_and_schedule_shrink_together() {
    let mut pairs = 0;
    for seed in 0..12 {
        let (reason, (amounts, sim)) =
            smallest(&mut runner(seed, many()), &with_schedule(amounts()), |(amounts, sim)| {
                let expected = amounts.iter().sum::<u32>();
                prop_assert_eq!(sim.run(deposits(amounts, 40)).result?, expected);
                Ok(())
            });
        assert!(amounts.len() <= 3, "{amounts:?}, {sim:?}, seed {seed}");
        pairs += u32::from(amounts.len() == 2);
        assert!(amounts.iter().sum::<u32>() <= 42 && amounts.contains(&41), "{amounts:?}, seed {seed}");
        let departures = departures(&sim);
        assert_eq!(departures.matches(" = ").count(), 1, "{departures}, seed {seed}");
        // The reason is that of the value that is shown.
        assert!(reason.contains("assertion failed: `(left == right)`"), "{reason}");
        let total = amounts.iter().sum::<u32>();
        assert!(reason.contains(&format!("right: `{total}`")), "{reason} of {amounts:?}");
        assert_ne!(sim.run(deposits(amounts, 40)).unwrap(), total, "what is handed out fails");
    }
    assert!(pairs >= 10, "{pairs} of 12");
}

#[test]
fn beside_other_arguments_both_shrink_in_either_place() {
    for seed in 0..6 {
        let test = |amounts: Vec<u32>, sim: Sim| {
            let expected = amounts.iter().sum::<u32>();
            let report = sim.run(async move { assert_eq!(deposits(amounts, 40).await, expected) });
            Ok(report.result?)
        };
        let (_, (first, sim)) = smallest(&mut runner(seed, many()), &(amounts(), any_sim()), |(a, s)| test(a, s));
        // The component that was done first is never tried under what the other one became.
        let few = |amounts: &[u32]| amounts.iter().all(|amount| [0, 1, 41].contains(amount));
        assert!(few(&first) && departures(&sim).matches(" = ").count() <= 2, "{first:?} {sim:?}");
        let (_, (sim, second)) = smallest(&mut runner(seed, many()), &(any_sim(), amounts()), |(s, a)| test(a, s));
        assert!(few(&second) && departures(&sim).matches(" = ").count() <= 2, "{second:?} {sim:?}");
        assert!(test(first, any_plain()).is_ok(), "it is a matter of order");
    }
}

fn any_plain() -> Sim {
    Sim::new(0)
}

#[test]
fn where_the_order_does_not_matter_there_are_no_departures() {
    for seed in 0..4 {
        let strategy = with_schedule(any::<u32>()).policy("random");
        let (reason, (number, sim)) = smallest(&mut runner(seed, many()), &strategy, |(number, sim)| {
            let report = sim.run(async move {
                deposits(vec![1, 2], 0).await;
                assert!(number < 1_000, "{number} is too much");
            });
            Ok(report.result?)
        });
        assert_eq!((number, &*departures(&sim)), (1_000, ""));
        assert!(reason.contains("1000 is too much"), "{reason}");
    }
}

prop_compose! {
    fn two_deposits()(amount in 1..5_u32, sim in sim_with("pct:3")) -> (Vec<u32>, Sim) {
        (vec![amount, amount], sim)
    }
}

#[test]
fn composed_strategies_shrink_too() {
    let (_, (amounts, sim)) = smallest(&mut runner(1, many()), &two_deposits(), |(amounts, sim)| {
        let expected = amounts.iter().sum::<u32>();
        prop_assert_eq!(sim.run(deposits(amounts, 0)).result?, expected);
        Ok(())
    });
    assert_eq!(amounts, [1, 1]);
    assert_eq!(departures(&sim).matches(" = ").count(), 1, "{sim:?}");
}

/// A case that is refused is no failure, and nothing to be shrunk to.
#[test]
fn refused_inputs_are_not_shrunk_to() {
    let (_, (amounts, _)) = smallest(&mut runner(2, many()), &with_schedule(amounts()), |(amounts, sim)| {
        prop_assume!(amounts.len() != 2);
        let expected = amounts.iter().sum::<u32>();
        prop_assert_eq!(sim.run(deposits(amounts, 40)).result?, expected);
        Ok(())
    });
    assert!(amounts.len() >= 3, "{amounts:?}");
}

/// Two failures: one in any order, with more than two amounts, one by a lost update. Each keeps its place while it shrinks.
#[test]
fn a_failure_does_not_become_another_one() {
    let mut places = std::collections::BTreeSet::new();
    for seed in 0..12 {
        let test = |(amounts, sim): (Vec<u32>, Sim)| {
            let expected = amounts.iter().sum::<u32>();
            let report = sim.run(async move {
                let count = amounts.len();
                assert_eq!(deposits(amounts, 40).await, expected);
                assert!(count < 5, "too many");
            });
            Ok(report.result?)
        };
        let (reason, (amounts, sim)) = smallest(&mut runner(seed, many()), &with_schedule(amounts()), test);
        let is_many = reason.contains("too many");
        places.insert(is_many);
        match is_many {
            true => assert_eq!((amounts, &*departures(&sim)), (vec![0; 5], "")),
            false => assert!((1..=2).contains(&departures(&sim).matches(" = ").count()), "{reason} {amounts:?}"),
        }
    }
    assert_eq!(places.len(), 2, "both kinds were met");
}

#[test]
fn plain_values_are_among_those_drawn() {
    let mut drawn = std::collections::BTreeMap::<String, u32>::new();
    let mut runner = runner(3, many());
    for _ in 0..200 {
        let tree = any_sim().new_tree(&mut runner).unwrap();
        let text = format!("{:?}", proptest::strategy::ValueTree::current(&tree));
        let policy = text.split("policy: \"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        *drawn.entry(policy).or_default() += 1;
    }
    assert!(drawn.contains_key("fifo") && drawn.contains_key("pct:3") && drawn.len() >= 5, "{drawn:?}");
    assert!(drawn["fifo"] < 60, "{drawn:?}");
}
