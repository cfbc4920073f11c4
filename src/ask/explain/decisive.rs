//! Which findings decide a result. Of the alternatives of an `any`, the first that holds; of an `all` that fails, what
//! fails.

use smallvec::{SmallVec, smallvec};

use super::Object;
use super::ledger::{LedgerEntry, Source, StoredObservation};
use crate::evaluate::Truth;
use crate::program::{Condition, ConditionNode, RuleBody, Test};

/// Whether each observation is decisive.
pub(super) type Flags = SmallVec<[bool; 8]>;

/// The truth of a condition, and the observations that decide it.
type Decided = (Truth, SmallVec<[usize; 4]>);

/// Returns which observations decide the result of an entry.
pub(super) fn decisive(entry: &LedgerEntry<'_>, observations: &[StoredObservation<'_>]) -> Flags {
    if observations.len() < 2 {
        return smallvec![true; observations.len()];
    }
    let mut walk = Walk { observations, next: 0 };
    let found = match entry.source {
        Source::Rule(rule) => {
            let guard = rule.guard.as_ref().and_then(|guard| walk.condition(guard));
            let rows = match &rule.body {
                RuleBody::First { rows, .. } => walk.rows(rows.iter().map(|(when, _)| when), entry.truth),
                _ => None,
            };
            guard.into_iter().chain(rows).flat_map(|(_, found)| found).collect()
        }
        Source::Disqualifying(gate) | Source::Required(gate) => walk.only(&gate.when),
        Source::Promoter(promoter) => walk.only(&promoter.when),
        Source::Limit(limit) => walk.only(&limit.when),
        Source::Segment(segment) => segment.when.as_ref().map_or_else(SmallVec::new, |when| walk.only(when)),
    };
    // What follows the conditions is the input of a rule's form.
    let mut flags: Flags = (0..observations.len()).map(|index| index >= walk.next).collect();
    for index in found {
        flags.get_mut(index).into_iter().for_each(|flag| *flag = true);
    }
    flags
}

/// Goes through conditions and their observations, which are in the same order.
struct Walk<'o> {
    observations: &'o [StoredObservation<'o>],
    next: usize,
}

impl Walk<'_> {
    fn only(&mut self, condition: &Condition) -> SmallVec<[usize; 4]> {
        self.condition(condition).map_or_else(SmallVec::new, |(_, found)| found)
    }

    /// Returns `None` if the condition was not evaluated.
    fn condition(&mut self, condition: &Condition) -> Option<Decided> {
        match &condition.node {
            ConditionNode::Test(test) => self.test(test),
            ConditionNode::Not(inner) => self.condition(inner).map(|(truth, found)| (truth.negated(), found)),
            ConditionNode::All(parts) => {
                let parts = self.each(parts);
                let truth = parts.iter().map(|(truth, _)| *truth).min()?;
                Some(joined(truth, parts))
            }
            ConditionNode::Any(parts) => {
                let parts = self.each(parts);
                let truth = parts.iter().map(|(truth, _)| *truth).max()?;
                if truth == Truth::True { first_true(parts) } else { Some(joined(truth, parts)) }
            }
            ConditionNode::AtLeastOf { count, of } => {
                let parts = self.each(of);
                let number = |at_least: Truth| parts.iter().filter(|(truth, _)| *truth >= at_least).count();
                let truth = Truth::of_count(number(Truth::True), number(Truth::Unknown), *count);
                (!parts.is_empty()).then(|| joined(truth, parts))
            }
        }
    }

    fn test(&mut self, test: &Test) -> Option<Decided> {
        let observation = self.observations.get(self.next)?;
        let Object::Test(observed) = observation.of else { return None };
        if !std::ptr::eq(observed, test) {
            return None;
        }
        let index = self.next;
        self.next += 1;
        let truth = if observation.negated { observation.truth.negated() } else { observation.truth };
        Some((truth, smallvec![index]))
    }

    fn each(&mut self, parts: &[Condition]) -> Vec<Decided> {
        parts.iter().filter_map(|part| self.condition(part)).collect()
    }

    /// The rows of `first` up to the last that was evaluated; `truth` says whether the points are known.
    fn rows<'r>(&mut self, rows: impl Iterator<Item = &'r Condition>, truth: Truth) -> Option<Decided> {
        let rows: Vec<_> = rows.filter_map(|row| self.condition(row)).collect();
        match truth {
            Truth::Unknown => Some(joined(truth, rows)),
            _ if rows.iter().any(|(truth, _)| *truth == Truth::True) => first_true(rows),
            // No row holds, or unknown rows have the points of the others.
            _ => Some((Truth::False, rows.into_iter().flat_map(|(_, found)| found).collect())),
        }
    }
}

/// The parts with this truth, which is that of the whole.
fn joined(truth: Truth, parts: Vec<Decided>) -> Decided {
    (truth, parts.into_iter().filter(|(own, _)| *own == truth).flat_map(|(_, found)| found).collect())
}

fn first_true(parts: Vec<Decided>) -> Option<Decided> {
    parts.into_iter().find(|(truth, _)| *truth == Truth::True)
}
