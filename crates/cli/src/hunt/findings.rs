//! The first run of each group, made small by its own test.

use super::tally::{Finding, Group};
use super::target::Target;
use crate::record::{RunOutcome, Task};
use crate::signal::Interrupt;
use crate::status::Error;
use crate::worker;

/// Shrinks the first run of each group that can be; says before each which one it is.
///
/// # Errors
///
/// If a test cannot be started or its answer cannot be read.
pub fn shrink_groups(
    groups: &[Group],
    targets: &[Target],
    variables: &[(String, String)],
    interrupt: &Interrupt,
    say: &mut dyn FnMut(usize, &Group),
) -> Result<Vec<Finding>, Error> {
    let mut findings = Vec::new();
    for (n, group) in groups.iter().enumerate() {
        let Some(line) = group.replay.as_ref().filter(|_| group.outcome == RunOutcome::Failed) else { continue };
        let Some(target) = targets.iter().find(|target| target.origin() == group.origin) else { continue };
        if interrupt.has_come() {
            break;
        }
        say(n, group);
        let answer = worker::ask_with(&target.test, Task::Shrink { line: line.clone() }, &target.variables(variables))?;
        findings.push(Finding { group: group.clone(), finding: answer.finding(&target.test, "shrink a run")? });
    }
    Ok(findings)
}
