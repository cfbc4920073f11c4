//! What follows from the axes: promoters, limits, states, grade and segments.

use super::Compiler;
use crate::grade::Grade;
use crate::model::{self, Bound, IfUnknown, Model, Scope, StateBound};
use crate::num::points::Points;
use crate::problem::{Path, Problem};
use crate::program::{Cuts, Grading, Limit, Promoter, Segment, States, Title};

/// The most cuts on one side of a grade: letters A to I, digits 1 to 9.
const CUTS_MAX: usize = 8;

impl<'m> Compiler<'m> {
    pub(super) fn promoter(&mut self, promoter: &'m model::Promoter, path: &Path<'_>) -> Option<Promoter> {
        let title = self.identify(&promoter.id, promoter.label.as_deref(), path);
        let when = self.condition(&promoter.when, &path.key("when"), Scope::Outcome);
        let plus = self.points(promoter.plus, &path.key("plus"));
        if promoter.plus <= Points::ZERO {
            let problem = Problem::new("out-of-range", &path.key("plus"), "`plus` must be above zero");
            self.problems.note(problem.with_help("to lower a score, use a `[[limit]]`"));
        }
        Some(Promoter { title, fire_id: 0, when: when?, missing: promoter.missing, plus: plus? })
    }

    pub(super) fn limit(&mut self, limit: &'m model::Limit, path: &Path<'_>) -> Option<Limit> {
        let title = match &limit.id {
            Some(id) => self.identify(id, limit.label.as_deref(), path),
            None => Title { id: path.to_string().into(), label: limit.label.as_deref().map(Into::into) },
        };
        let when = self.condition(&limit.when, &path.key("when"), Scope::Outcome);
        let (key, bound, floor) = match limit.bound {
            Bound::AtMost(bound) => ("at_most", bound, false),
            Bound::AtLeast(bound) => ("at_least", bound, true),
        };
        let bound = self.score(bound, &path.key(key));
        Some(Limit { title, fire_id: 0, when: when?, missing: limit.missing, bound: bound?, floor })
    }

    pub(super) fn states(&mut self, model: &'m Model) -> Option<States> {
        let path = Path::Root.key("state");
        self.check_names(model.states.iter().map(|state| state.name.as_str()), &path, "state");
        let by_points = matches!(model.states.first(), Some(state) if matches!(state.from, StateBound::Points(_)));
        let mut rows = Vec::with_capacity(model.states.len());
        for (index, state) in model.states.iter().enumerate() {
            let path = path.index(index);
            let bound = match state.from {
                StateBound::Score(bound) if !by_points => self.score(bound, &path.key("at_least")),
                StateBound::Points(bound) if by_points => Some(bound.micros()),
                _ => self.problems.refuse(
                    "forms",
                    &path,
                    "use `at_least` in all states, or `at_least_points` in all states",
                ),
            };
            if let Some(bound) = bound
                && rows.iter().any(|(other, _)| *other == bound)
            {
                let message = format!("another state also starts at `{}`", Points::from_micros(bound));
                self.problems.note(Problem::new("duplicate-bound", &path, message));
            }
            rows.extend(bound.map(|bound| (bound, state.name.as_str().into())));
        }
        let complete = rows.len() == model.states.len();
        // A state whose bound is wrong may have been meant to start at 0.
        if complete && !rows.is_empty() && !rows.iter().any(|(bound, _)| *bound == 0) {
            let problem = Problem::new("no-zero-state", &path, "no state starts at 0");
            self.problems.note(problem.with_help("give one state the bound 0"));
        }
        complete.then(|| States::new(rows, by_points))
    }

    /// Returns `Some(None)` if the model has no grade.
    #[expect(clippy::option_option, reason = "an absent grade differs from a wrong one")]
    pub(super) fn grading(&mut self, model: &'m Model) -> Option<Option<Grading>> {
        let Some(grade) = &model.grade else {
            return Some(None);
        };
        let path = Path::Root.key("grade");
        let fit = self.cuts(&grade.fit, &path.key("fit"));
        let activity = self.cuts(&grade.activity, &path.key("activity"));
        Some(Some(Grading { fit: fit?, activity: activity? }))
    }

    fn cuts(&mut self, side: &'m model::Cuts, path: &Path<'_>) -> Option<Cuts> {
        let axis = self.axis_named(&side.axis, &path.key("axis"));
        let path = path.key("cuts");
        let count = side.cuts.len();
        if !(1..=CUTS_MAX).contains(&count) {
            let message = format!("a grade needs 1 to {CUTS_MAX} cuts, not {count}");
            self.problems.note(Problem::new("out-of-range", &path, message));
        }
        let mut before: Option<Points> = None;
        let cuts = self.each(&side.cuts, &path, |compiler, cut, path| {
            let score = compiler.score(*cut, path);
            if let Some(higher) = before.filter(|before| cut >= before) {
                let problem = Problem::new("bounds-order", path, format!("the cut `{cut}` comes after `{higher}`"));
                compiler.problems.note(problem.with_help("list cuts in descending order, without repeats"));
            }
            before = Some(*cut);
            score
        });
        Some(Cuts::new(axis?, cuts?.into()))
    }

    pub(super) fn segments(&mut self, model: &'m Model) -> Option<Box<[Segment]>> {
        let path = Path::Root.key("segment");
        self.check_names(model.segments.iter().map(|segment| segment.name.as_str()), &path, "segment");
        let last = model.segments.len().saturating_sub(1);
        for (index, segment) in model.segments.iter().enumerate() {
            let path = path.index(index);
            if segment.when.is_some() && index == last {
                let message = "the last segment has a `when`, so some subjects would be in no segment";
                let problem = Problem::new("segment-order", &path, message);
                self.problems.note(problem.with_help("end with a segment without `when`"));
            } else if segment.when.is_none() && index < last {
                let message = format!("the segment `{}` has no `when`, so later segments never apply", segment.name);
                let problem = Problem::new("segment-order", &path, message);
                self.problems.note(problem.with_help("add a `when`, or move the segment to the end"));
            }
        }
        self.each(&model.segments, &path, |compiler, segment, path| {
            if segment.when.is_none() && segment.missing != IfUnknown::Unknown {
                let problem = Problem::new("forms", &path.key("missing"), "`missing` needs a `when`");
                compiler.problems.note(problem.with_help("the last segment takes all remaining subjects"));
            }
            let when = segment.when.as_ref().map(|when| compiler.condition(when, &path.key("when"), Scope::Outcome));
            let when = when.map_or(Some(None), |when| when.map(Some))?;
            Some(Segment { name: segment.name.as_str().into(), when, missing: segment.missing })
        })
    }

    /// Returns the number of letters and the number of numbers of a grade, zero if the model has no grade.
    fn grade_size(&self) -> (u8, u8) {
        let count = |cuts: &[Points]| u8::try_from(cuts.len().min(CUTS_MAX) + 1).unwrap_or(0);
        self.grade.map_or((0, 0), |grade| (count(&grade.fit.cuts), count(&grade.activity.cuts)))
    }

    /// Returns every grade of the model, from the best to the last.
    pub(super) fn grades(&self) -> Vec<Grade> {
        let (letters, numbers) = self.grade_size();
        (0..letters).flat_map(|letter| (0..numbers).map(move |number| Grade::new(letter, number))).collect()
    }
}
