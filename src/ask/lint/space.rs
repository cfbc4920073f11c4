//! The space of all subjects, split into cells so that facts which exclude each other are not combined.

use crate::ask::cells::{CELLS_MAX, cells, ranges, sorted};
use crate::evaluate::{
    AnySubject, Atoms, Evaluation, FactSet, IntervalSet, MaybeUnknown, Measured, OutcomeNames, Set, Sets,
};
use crate::grade::Verdict;
use crate::input::activity::Activity;
use crate::input::facts::{Fact, Field};
use crate::program::{FieldIndex, Index, Program, Quantity, ReadSite, Test};

/// The values of some quantities.
pub(super) type Narrowed<'m> = Vec<(Measured<'m>, MaybeUnknown<Sets>)>;

/// How many combinations of cells are evaluated for one condition, one rule, all gates or the whole program, at most.
const CELL_COMBINATIONS_MAX: usize = 1_024;

/// Limits the combinations times the read sites of the whole program, approximately. All conditions together evaluate a few
/// times as many.
const EVALUATIONS_MAX: usize = 32_768;

/// Up to this many read sites, quantities that several of them read are split.
const COMPARED_MAX: usize = 256;

/// Every subject there can be: any facts, any activity, at any instant.
pub(super) struct Space<'m> {
    program: &'m Program,
    fields: Vec<&'m Field>,
    facts: Vec<FactSet<'m>>,
    quantities: Narrowed<'m>,
    names: OutcomeNames,
}

/// The cells of a field or of a quantity.
enum Split<'m> {
    Field(FieldIndex, Vec<FactSet<'m>>),
    Measured(Measured<'m>, Vec<MaybeUnknown<Sets>>),
}

impl Split<'_> {
    fn len(&self) -> usize {
        match self {
            Split::Field(_, cells) => cells.len(),
            Split::Measured(_, cells) => cells.len(),
        }
    }
}

impl<'m> Space<'m> {
    pub(super) fn new(program: &'m Program) -> Space<'m> {
        Space::of_fields(program, program.fields.iter().map(|reading| &reading.field))
    }

    /// The attributes of every event there can be, in place of the facts of a subject.
    pub(super) fn of_attributes(program: &'m Program, attributes: &'m [Field]) -> Space<'m> {
        Space::of_fields(program, attributes.iter())
    }

    fn of_fields(program: &'m Program, fields: impl Iterator<Item = &'m Field> + Clone) -> Space<'m> {
        let facts = fields.clone().map(FactSet::open).collect();
        let names = OutcomeNames { grades: Set::one(Index::NONE), verdicts: Set::one(Verdict::Eligible) };
        Space { program, fields: fields.collect(), facts, quantities: Vec::new(), names }
    }

    /// The same subjects, whose outcomes have these names, and whose quantities are among these.
    pub(super) fn with_outcomes(&self, names: OutcomeNames, quantities: Narrowed<'m>) -> Space<'m> {
        Space { program: self.program, fields: self.fields.clone(), facts: self.facts.clone(), quantities, names }
    }

    /// Evaluates each combination of the cells that these read sites distinguish, fewer for large programs. Together the
    /// combinations contain every subject.
    pub(super) fn each(&self, sites: &[ReadSite<'m>], mut each: impl FnMut(&Evaluation<AnySubject<'m, '_>>)) {
        let size = self.program.capacity.observations.max(sites.len()).max(1);
        let combinations_max = (EVALUATIONS_MAX / size).clamp(1, CELL_COMBINATIONS_MAX);
        let mut splits = self.fields(sites);
        splits.extend(self.quantities(sites));
        splits.sort_by_key(Split::len);
        let mut combinations = 1_usize;
        let fitting = splits.iter().take_while(|split| {
            combinations = combinations.saturating_mul(split.len().max(1));
            combinations <= combinations_max
        });
        let count = fitting.count();
        splits.truncate(count);
        let (mut facts, mut quantities) = (self.facts.clone(), self.quantities.clone());
        self.each_of(&splits, &mut facts, &mut quantities, &mut each);
    }

    fn each_of(
        &self,
        splits: &[Split<'m>],
        facts: &mut Vec<FactSet<'m>>,
        quantities: &mut Narrowed<'m>,
        each: &mut impl FnMut(&Evaluation<AnySubject<'m, '_>>),
    ) {
        let Some((split, rest)) = splits.split_first() else {
            each(&Evaluation::new(AnySubject::new(self.program, facts, quantities, &self.names)));
            return;
        };
        match split {
            Split::Field(field, cells) => {
                for cell in cells {
                    let before = facts.get_mut(*field).map(|own| std::mem::replace(own, cell.clone()));
                    self.each_of(rest, facts, quantities, each);
                    facts.get_mut(*field).zip(before).into_iter().for_each(|(own, before)| *own = before);
                }
            }
            Split::Measured(of, cells) => {
                for cell in cells {
                    // The first entry counts.
                    quantities.insert(0, (*of, cell.clone()));
                    self.each_of(rest, facts, quantities, each);
                    quantities.remove(0);
                }
            }
        }
    }

    /// The fields that several sites read, with their cells.
    fn fields(&self, sites: &[ReadSite<'m>]) -> Vec<Split<'m>> {
        const NOTHING_DONE: &Activity = &Activity::new();
        let mut counts = vec![0_usize; self.facts.len()];
        for field in sites.iter().flat_map(|site| site.fields()) {
            counts.get_mut(field).into_iter().for_each(|count| *count += 1);
        }
        let shared = counts.iter().enumerate().filter(|(_, count)| **count > 1).map(|(field, _)| field);
        let split = |index: FieldIndex| {
            let field = self.fields.get(index)?;
            // The cuts only decide how fine the cells are, so any day is sound as today: 1970-01-01.
            let mut own = cells((index, field), &sites, NOTHING_DONE, (0, self.program.offset_secs), CELLS_MAX);
            own.push(FactSet::one(Fact::Missing));
            Some(Split::Field(index, own))
        };
        shared.filter_map(split).collect()
    }

    /// The quantities that several sites read, with their cells.
    fn quantities(&self, sites: &[ReadSite<'m>]) -> Vec<Split<'m>> {
        let read: Vec<(Measured<'m>, Vec<i64>)> = sites.iter().filter_map(|site| thresholds(*site)).collect();
        if read.len() > COMPARED_MAX {
            return Vec::new();
        }
        let mut splits: Vec<Split<'m>> = Vec::new();
        for (of, _) in &read {
            let same = || read.iter().filter(|(own, _)| own.is_same(of));
            let is_split = splits.iter().any(|split| matches!(split, Split::Measured(own, _) if own.is_same(of)));
            if is_split || same().count() < 2 {
                continue;
            }
            let cuts = sorted(same().flat_map(|(_, cuts)| cuts).copied().collect());
            let value = AnySubject::new(self.program, &self.facts, &self.quantities, &self.names).measure(*of);
            let mut own: Vec<MaybeUnknown<Sets>> = Vec::new();
            if let Some(known) = value.some() {
                let parts = ranges(cuts, (known.least(), known.greatest()), CELLS_MAX);
                let parts = parts.filter_map(|(least, greatest)| clipped(known, least, greatest));
                own.extend(parts.map(|part| MaybeUnknown::numbers(Some(part), false)));
            }
            if value.may_be_unknown() {
                own.push(MaybeUnknown::numbers(None, true));
            }
            splits.push(Split::Measured(*of, own));
        }
        splits
    }
}

/// Adds the values in one combination of cells to the values in the others.
pub(super) fn unite<T: Clone>(all: Option<&mut Option<T>>, own: &T, union_with: impl FnOnce(&mut T, &T)) {
    match all {
        Some(Some(all)) => union_with(all, own),
        Some(all) => *all = Some(own.clone()),
        None => {}
    }
}

/// The members between two numbers.
pub(super) fn clipped(set: &IntervalSet, least: i64, greatest: i64) -> Option<IntervalSet> {
    let inside = set.iter().filter(|(from, to)| *from <= greatest && *to >= least);
    IntervalSet::of(inside.map(|(from, to)| (from.max(least), to.min(greatest))))
}

/// What a site measures, unless it is a fact, and the numbers at which the answers begin or have just ended.
fn thresholds(site: ReadSite<'_>) -> Option<(Measured<'_>, Vec<i64>)> {
    let (of, cuts) = match site {
        ReadSite::Test(Test::Happened { events, .. }) => return Some((Measured::Count(events), vec![1])),
        ReadSite::Test(Test::Number { of, within, .. }) => (of, vec![*within.start(), within.end().saturating_add(1)]),
        ReadSite::Bands(of, rows) => (of, rows.iter().map(|(from, _)| *from).collect()),
        _ => return None,
    };
    (!matches!(of, Quantity::Number { .. })).then_some((Measured::of(of), cuts))
}
