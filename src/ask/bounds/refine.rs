//! Evaluates a partial subject over fact sets, and splits fields into cells to narrow the result.

use crate::ask::cells::{CELLS_MAX, cells};
use crate::evaluate::{Concrete, Evaluation, FactSet, Must, Outcome, Residual, Sets, SubjectSet};
use crate::input::activity::Activity;
use crate::input::facts::Fact;
use crate::program::{FieldIndex, Program, Reading};
use crate::time::civil_day;

/// A subject with missing facts, and the program to evaluate.
#[derive(Clone)]
pub(super) struct PartialSubject<'m, 's> {
    pub(super) program: &'m Program,
    /// One set for each field of the program, open if the fact is missing. Empty if the residual decides the outcome.
    pub(super) facts: Vec<FactSet<'s>>,
    pub(super) missing: Vec<FieldIndex>,
    pub(super) residual: Residual<'m>,
    pub(super) activity: &'s Activity,
    pub(super) as_of: i64, // seconds since 1970-01-01 UTC
}

/// A field and the cells that its facts are split into.
pub(super) type SplitField<'s> = (FieldIndex, Vec<FactSet<'s>>);

impl<'m: 's, 's> PartialSubject<'m, 's> {
    fn env<'f>(&'f self, facts: &'f [FactSet<'f>], residual: &'f Residual<'m>) -> SubjectSet<'m, 'f> {
        SubjectSet::new(self.program, facts, self.activity, (self.as_of, self.as_of)).with_residual(residual)
    }

    fn outcome(&self, facts: &[FactSet<'_>], residual: &Residual<'m>) -> Outcome<Sets> {
        Evaluation::new(self.env(facts, residual)).outcome(&mut ())
    }

    /// The residual for these facts, given the residual for a superset. Returns the outcome too if nothing is open.
    fn specialize(&self, facts: &[FactSet<'_>], before: &Residual<'m>) -> (Residual<'m>, Option<Outcome<Concrete>>) {
        let env = self.env(facts, before);
        Residual::of(&Evaluation::new(Must::new(&env)), Some(before))
    }

    /// The missing fields to split into cells: those with several read sites, or all if the model reads the outcome.
    pub(super) fn split_fields(&self) -> Vec<SplitField<'s>> {
        let shared = |field: &FieldIndex| {
            self.program.asks_outcome || self.program.fields.get(*field).is_some_and(|reading| reading.shared)
        };
        let with_missing =
            |field| self.cells(field, CELLS_MAX).into_iter().chain([FactSet::one(Fact::Missing)]).collect();
        self.missing.iter().copied().filter(shared).map(|field| (field, with_missing(field))).collect()
    }

    /// The outcomes for these facts. Splits the fields that are still open into the cells of `split`.
    ///
    /// Splits fields with few cells first, and stops before there are more than `max_combinations`. One missing field
    /// less leaves room to split others, so an additional fact never widens the result.
    pub(super) fn refined(
        &self,
        facts: &[FactSet<'s>],
        split: &[SplitField<'s>],
        max_combinations: usize,
    ) -> Outcome<Sets> {
        let open = |field: FieldIndex| facts.get(field).is_some_and(|facts| facts.missing && facts.is_open());
        let mut fields: Vec<&SplitField<'s>> = split.iter().filter(|(field, _)| open(*field)).collect();
        fields.sort_by_key(|(_, cells)| cells.len());
        let mut combinations = 1_usize;
        let fitting = fields.into_iter().take_while(|(_, cells)| {
            combinations = combinations.saturating_mul(cells.len());
            combinations <= max_combinations
        });
        let mut split: Vec<SplitField<'s>> = fitting.cloned().collect();
        if split.is_empty() {
            return self.outcome(facts, &self.residual);
        }
        let mut reached = None;
        self.reach(&mut reached, (&self.residual, None), &mut facts.to_vec(), &mut split);
        reached.unwrap_or_else(|| self.outcome(facts, &self.residual))
    }

    /// Adds the outcomes for these facts to `reached`, and takes the fields of `split` cell by cell if that can narrow
    /// the result.
    ///
    /// `residual` is the residual for these facts, together with the outcome if nothing is open.
    fn reach(
        &self,
        reached: &mut Option<Outcome<Sets>>,
        (residual, outcome): (&Residual<'m>, Option<&Outcome<Concrete>>),
        facts: &mut [FactSet<'s>],
        split: &mut [SplitField<'s>],
    ) {
        let whole = match outcome {
            Some(outcome) => outcome.into(),
            // One field is left and nothing is reached yet: its cells are evaluated anyway, so skip the union of them.
            None if split.len() == 1 && reached.is_none() => return self.reach_cells(reached, residual, facts, split),
            None => self.outcome(facts, residual),
        };
        match reached {
            Some(reached) if whole.is_subset(reached) => {}
            // A single outcome cannot get narrower.
            _ if !split.is_empty() && whole.single().is_none() => self.reach_cells(reached, residual, facts, split),
            Some(reached) => reached.union_with(&whole),
            None => *reached = Some(whole),
        }
    }

    /// As [`reach`](PartialSubject::reach), for each cell of the first field of `split`.
    fn reach_cells(
        &self,
        reached: &mut Option<Outcome<Sets>>,
        residual: &Residual<'m>,
        facts: &mut [FactSet<'s>],
        split: &mut [SplitField<'s>],
    ) {
        let Some(((field, cells), split)) = split.split_first_mut() else { return };
        for cell in cells {
            facts.get_mut(*field).into_iter().for_each(|own| std::mem::swap(own, cell));
            let (residual, outcome) = self.specialize(facts, residual);
            self.reach(reached, (&residual, outcome.as_ref()), facts, split);
            facts.get_mut(*field).into_iter().for_each(|own| std::mem::swap(own, cell));
        }
    }

    /// The facts that a missing field may have, as sets that the model does not distinguish.
    pub(super) fn cells(&self, field: FieldIndex, cells_max: usize) -> Vec<FactSet<'s>> {
        let offset_secs = self.program.offset_secs;
        let today = (civil_day(self.as_of, offset_secs), offset_secs);
        let reading = self.program.fields.get(field);
        let own = |reading: &'m Reading| cells((field, &reading.field), &self.program, self.activity, today, cells_max);
        reading.map_or_else(Vec::new, own)
    }
}
