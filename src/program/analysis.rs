//! What a pass over a compiled program finds out: read sites, shared fields, ids and capacities.

use super::condition::{Condition, ConditionNode, Quantity, TagTest, Test, TextSubject};
use super::rule::{Axis, BandRows, PerUnit, Rule, RuleBody, Signal};
use super::window::Events;
use super::{CoverageUse, FieldIndex, Program};
use crate::input::activity::Names;
use crate::model::Missing;

/// How much an evaluation can observe, so that an explanation allocates once.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Capacity {
    /// Gates, rules, promoters, limits and segments.
    pub(crate) entries: usize,
    /// Tests, quantities and signals that they read.
    pub(crate) observations: usize,
    /// An estimate of the texts among these.
    pub(crate) texts: usize,
}

/// A place in a program that reads facts.
#[derive(Clone, Copy)]
pub(crate) enum ReadSite<'m> {
    Test(&'m Test),
    Bands(&'m Quantity, &'m BandRows),
    PerUnit(&'m PerUnit),
    Signal(&'m Signal),
    /// A body that looks up one fact.
    Body(&'m RuleBody),
}

impl<'m> ReadSite<'m> {
    /// The fields that are read, at most four.
    pub(crate) fn fields(self) -> impl Iterator<Item = FieldIndex> {
        let [a, b] = match self {
            ReadSite::Test(Test::Number { of, .. })
            | ReadSite::Bands(of, _)
            | ReadSite::PerUnit(PerUnit { of, .. }) => return of.fields().into_iter().flatten(),
            ReadSite::Test(Test::Tags { field, test: TagTest::AnyNotIn(other), .. }) => [Some(*field), Some(*other)],
            ReadSite::Test(
                Test::Known { field, .. }
                | Test::Flag { field, .. }
                | Test::Text { of: TextSubject::Field(field), .. }
                | Test::Tags { field, .. }
                | Test::Day { field, .. },
            ) => [Some(*field), None],
            ReadSite::Test(Test::Happened { events, .. }) | ReadSite::Signal(Signal { events, .. }) => events.fields(),
            ReadSite::Test(Test::Text { .. }) => [None, None],
            ReadSite::Body(body) => [body.field(), None],
        };
        [a, b, None, None].into_iter().flatten()
    }

    /// The events that are read.
    pub(crate) fn events(self) -> impl Iterator<Item = &'m Events> {
        let events = match self {
            ReadSite::Test(Test::Number { of, .. })
            | ReadSite::Bands(of, _)
            | ReadSite::PerUnit(PerUnit { of, .. }) => of.events(),
            ReadSite::Test(Test::Happened { events, .. }) | ReadSite::Signal(Signal { events, .. }) => {
                [Some(events), None]
            }
            _ => [None, None],
        };
        events.into_iter().flatten()
    }

    /// An estimate of how many texts there are to copy.
    fn texts(self) -> usize {
        const TAGS: usize = 4;
        match self {
            ReadSite::Test(Test::Text { .. }) | ReadSite::Body(RuleBody::Texts { .. }) => 1,
            ReadSite::Test(Test::Tags { .. }) | ReadSite::Body(RuleBody::Tags { .. }) => TAGS,
            _ => 0,
        }
    }

    fn asks_coverage(self) -> bool {
        matches!(self, ReadSite::Test(Test::Number { of: Quantity::Coverage, .. }))
    }

    fn asks_outcome(self) -> bool {
        match self {
            ReadSite::Test(Test::Number { of, .. }) => {
                matches!(
                    of,
                    Quantity::Axis { .. }
                        | Quantity::Rule { .. }
                        | Quantity::GreatestRule { .. }
                        | Quantity::Score
                        | Quantity::Coverage
                )
            }
            ReadSite::Test(Test::Text { of, .. }) => matches!(of, TextSubject::Grade | TextSubject::Verdict),
            _ => false,
        }
    }
}

impl Program {
    /// Calls `each` with every read site.
    pub(crate) fn read_sites<'m>(&'m self, mut each: impl FnMut(ReadSite<'m>)) {
        let gates = self.disqualifying.iter().chain(&self.required).map(|gate| &gate.when);
        gates.for_each(|when| when.read_sites(&mut each));
        self.conclusions(&mut each);
        self.rules().for_each(|rule| rule.read_sites(&mut each));
    }

    /// Calls `each` with the read sites that are evaluated after the axes.
    fn conclusions<'m>(&'m self, mut each: impl FnMut(ReadSite<'m>)) {
        let promoters = self.promoters.iter().map(|promoter| &promoter.when);
        let limits = self.limits.iter().map(|limit| &limit.when);
        let segments = self.segments.iter().filter_map(|segment| segment.when.as_ref());
        promoters.chain(limits).chain(segments).for_each(|when| when.read_sites(&mut each));
    }

    /// Calls `each` with the names of every selection of events.
    pub(crate) fn events<'m>(&'m self, mut each: impl FnMut(&'m Names)) {
        self.read_sites(|site| site.events().for_each(|events| each(&events.names)));
    }

    /// Completes a program: shared fields, conditions on the outcome, capacities, and the numbers of parts and of
    /// everything that can fire.
    pub(crate) fn analyzed(mut self) -> Program {
        let mut counts = vec![0_usize; self.fields.len()];
        let count = |counts: &mut [usize], site: ReadSite<'_>| {
            site.fields().for_each(|field| counts.get_mut(field).into_iter().for_each(|count| *count += 1));
        };
        self.read_sites(|site| count(&mut counts, site));
        let of_axis = |axis: &Axis, rule: &Rule| axis.min_coverage.is_some() || rule.missing == Missing::Skip;
        for axis in &self.axes {
            for rule in axis.parts.iter().flat_map(|part| &part.rules).filter(|rule| of_axis(axis, rule)) {
                rule.read_sites(&mut |site| count(&mut counts, site));
            }
        }
        // Conditions on the points of rules evaluate the rules again.
        let greatest = self.axes.iter().filter(|axis| axis.tests_greatest);
        let greatest = greatest.flat_map(|axis| &axis.parts).flat_map(|part| &part.rules);
        for rule in greatest.chain((0..self.tested_rules.len()).filter_map(|slot| self.tested_rule(slot))) {
            rule.read_sites(&mut |site| count(&mut counts, site));
        }
        let mut asks_outcome = false;
        let promoters = self.promoters.iter().map(|promoter| &promoter.when);
        for when in promoters.chain(self.limits.iter().map(|limit| &limit.when)) {
            when.read_sites(&mut |site| asks_outcome |= site.asks_outcome());
        }
        let mut covers = self.covers();
        self.conclusions(|site| covers |= site.asks_coverage());
        let coverage = if self.axes.iter().any(|axis| axis.min_coverage.is_some()) {
            CoverageUse::Skips
        } else if covers {
            CoverageUse::Scores
        } else {
            CoverageUse::Nothing
        };
        covers = coverage != CoverageUse::Nothing;
        for axis in &mut self.axes {
            axis.tallies = covers || axis.skips || axis.parts.iter().any(|part| part.depth > 0);
        }
        let extended = covers || self.axes.iter().any(|axis| axis.tests_greatest);
        let mut by_points = !extended && self.tested_rules.is_empty() && self.axes.iter().all(|axis| !axis.skips);
        self.conclusions(|site| by_points &= site.asks_outcome());
        for (reading, count) in self.fields.iter_mut().zip(counts) {
            reading.shared = count > 1;
        }
        for (index, part) in self.axes.iter_mut().flat_map(|axis| &mut axis.parts).enumerate() {
            part.index = index;
        }
        let gates = self.disqualifying.iter_mut().chain(&mut self.required).map(|gate| &mut gate.fire_id);
        let parts = self.axes.iter_mut().flat_map(|axis| &mut axis.parts);
        let rules = parts.flat_map(|part| &mut part.rules).map(|rule| &mut rule.fire_id);
        let promoters = self.promoters.iter_mut().map(|promoter| &mut promoter.fire_id);
        let limits = self.limits.iter_mut().map(|limit| &mut limit.fire_id);
        for (id, own) in gates.chain(rules).chain(promoters).chain(limits).enumerate() {
            *own = id;
            self.fire_ids = id + 1;
        }
        let gates = self.disqualifying.len() + self.required.len();
        let rules = self.rules().count();
        let entries = gates + rules + self.promoters.len() + self.limits.len() + self.segments.len();
        let mut capacity = Capacity { entries, observations: 0, texts: 0 };
        self.read_sites(|site| {
            capacity.observations += 1;
            capacity.texts += site.texts();
        });
        Program { asks_outcome, coverage, extended, by_points, capacity, ..self }
    }
}

impl Condition {
    /// Calls `each` with every read site of the condition.
    pub(crate) fn read_sites<'m>(&'m self, each: &mut impl FnMut(ReadSite<'m>)) {
        match &self.node {
            ConditionNode::All(parts) | ConditionNode::Any(parts) | ConditionNode::AtLeastOf { of: parts, .. } => {
                parts.iter().for_each(|part| part.read_sites(each));
            }
            ConditionNode::Not(inner) => inner.read_sites(each),
            ConditionNode::Test(test) => each(ReadSite::Test(test)),
        }
    }
}

impl Rule {
    /// Calls `each` with every read site of the rule.
    pub(crate) fn read_sites<'m>(&'m self, each: &mut impl FnMut(ReadSite<'m>)) {
        self.guard.iter().for_each(|guard| guard.read_sites(each));
        match &self.body {
            RuleBody::First { rows, .. } => rows.iter().for_each(|(when, _)| when.read_sites(each)),
            RuleBody::Bands { of, rows, .. } => each(ReadSite::Bands(of, rows)),
            RuleBody::PerUnit(per_unit) => each(ReadSite::PerUnit(per_unit)),
            body @ (RuleBody::Texts { .. } | RuleBody::Tags { .. }) => each(ReadSite::Body(body)),
            RuleBody::Signal(signal) => each(ReadSite::Signal(signal)),
            RuleBody::Points(_) => {}
        }
    }
}
