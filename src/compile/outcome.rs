//! What follows from the axes: promoters, limits, states, grade, segments and plays.

use super::Compiler;
use crate::grade::Grade;
use crate::model::{Bound, Model, Play as PlayDocument, StateBound};
use crate::points::Points;
use crate::problem::{Path, Problem};
use crate::program::{Cells, Cuts, Grading, Limit, Play, Promoter, Segment, States, Title};

/// The most cuts on one side of a grade: letters A to I, digits 1 to 9.
const CUTS_MAX: usize = 8;

impl<'m> Compiler<'m> {
    pub(super) fn promoters(&mut self, model: &'m Model) -> Option<Box<[Promoter]>> {
        let path = Path::Root.key("promoter");
        let promoters: Vec<_> = model
            .promoters
            .iter()
            .enumerate()
            .map(|(place, promoter)| {
                let path = path.index(place);
                let title = self.identify(&promoter.id, promoter.label.as_deref(), &path);
                let when = self.condition(&promoter.when, &path.key("when"), true);
                let plus = self.points(promoter.plus, &path.key("plus"));
                if promoter.plus <= Points::ZERO {
                    let problem = Problem::new(
                        "out-of-range",
                        &path.key("plus"),
                        "a promoter adds score points, so `plus` is above zero",
                    );
                    self.note(problem.with_help("a `[[limit]]` can hold the score down"));
                }
                Some(Promoter { title, fire_id: 0, when: when?, plus: plus? })
            })
            .collect();
        promoters.into_iter().collect()
    }

    pub(super) fn limits(&mut self, model: &'m Model) -> Option<Box<[Limit]>> {
        let path = Path::Root.key("limit");
        let limits: Vec<_> = model
            .limits
            .iter()
            .enumerate()
            .map(|(place, limit)| {
                let path = path.index(place);
                let title = match &limit.id {
                    Some(id) => self.identify(id, limit.label.as_deref(), &path),
                    None => Title { id: path.to_string().into(), label: limit.label.as_deref().map(Into::into) },
                };
                let when = self.condition(&limit.when, &path.key("when"), true);
                let (key, bound, floor) = match limit.bound {
                    Bound::AtMost(bound) => ("at_most", bound, false),
                    Bound::AtLeast(bound) => ("at_least", bound, true),
                };
                let bound = self.score(bound, &path.key(key));
                Some(Limit { title, fire_id: 0, when: when?, bound: bound?, floor })
            })
            .collect();
        limits.into_iter().collect()
    }

    pub(super) fn states(&mut self, model: &'m Model) -> Option<States> {
        let path = Path::Root.key("state");
        self.unique(model.states.iter().map(|state| state.name.as_str()), &path, "state");
        let by_points = matches!(model.states.first(), Some(state) if matches!(state.from, StateBound::Points(_)));
        let mut rows = Vec::with_capacity(model.states.len());
        for (place, state) in model.states.iter().enumerate() {
            let path = path.index(place);
            let bound = match state.from {
                StateBound::Score(bound) if !by_points => self.score(bound, &path.key("at_least")),
                StateBound::Points(bound) if by_points => Some(bound.micros()),
                _ => {
                    self.note(Problem::new(
                        "forms",
                        &path,
                        "either all states have `at_least` or all have `at_least_points`",
                    ));
                    None
                }
            };
            if let Some(bound) = bound
                && rows.iter().any(|(other, _)| *other == bound)
            {
                self.note(Problem::new(
                    "duplicate-bound",
                    &path,
                    format!("another state begins at `{}` too", Points::from_micros(bound)),
                ));
            }
            rows.extend(bound.map(|bound| (bound, state.name.as_str().into())));
        }
        let complete = rows.len() == model.states.len();
        // A state whose bound is wrong may have been meant to begin at 0.
        if complete && !rows.is_empty() && !rows.iter().any(|(bound, _)| *bound == 0) {
            self.note(
                Problem::new("no-zero-state", &path, "no state begins at 0").with_help("give one of them the bound 0"),
            );
        }
        rows.sort();
        complete.then(|| States { rows: rows.into(), by_points })
    }

    /// `Some(None)` where the model has no grade.
    #[expect(clippy::option_option, reason = "absent and wrong are told apart")]
    pub(super) fn grading(&mut self, model: &'m Model) -> Option<Option<Grading>> {
        let Some(grade) = &model.grade else {
            return Some(None);
        };
        let path = Path::Root.key("grade");
        let fit = self.cuts(&grade.fit, &path.key("fit"));
        let activity = self.cuts(&grade.activity, &path.key("activity"));
        Some(Some(Grading { fit: fit?, activity: activity? }))
    }

    fn cuts(&mut self, side: &crate::model::Cuts, path: &Path<'_>) -> Option<Cuts> {
        let axis = self.axis_named(&side.axis, &path.key("axis"));
        let path = path.key("cuts");
        if !(1..=CUTS_MAX).contains(&side.cuts.len()) {
            self.note(Problem::new(
                "out-of-range",
                &path,
                format!("a grade has 1 to {CUTS_MAX} cuts, and this has {}", side.cuts.len()),
            ));
        }
        let mut before: Option<Points> = None;
        let mut cuts = Vec::with_capacity(side.cuts.len());
        for (place, cut) in side.cuts.iter().enumerate() {
            let path = path.index(place);
            cuts.push(self.score(*cut, &path));
            if let Some(higher) = before.filter(|before| cut >= before) {
                let message = format!("the cut `{cut}` comes after `{higher}`; cuts fall strictly");
                self.note(Problem::new("bounds-order", &path, message));
            }
            before = Some(*cut);
        }
        Some(Cuts { axis: axis?, cuts: cuts.into_iter().collect::<Option<_>>()? })
    }

    pub(super) fn segments(&mut self, model: &'m Model) -> Option<Box<[Segment]>> {
        let path = Path::Root.key("segment");
        self.unique(model.segments.iter().map(|segment| segment.name.as_str()), &path, "segment");
        let last = model.segments.len().saturating_sub(1);
        let segments: Vec<_> = model
            .segments
            .iter()
            .enumerate()
            .map(|(place, segment)| {
                let path = path.index(place);
                match &segment.when {
                    Some(_) if place == last => {
                        let problem = Problem::new(
                            "segment-order",
                            &path,
                            "the last segment has a `when`, so some would be in none",
                        );
                        self.note(problem.with_help("end with a segment without `when`"));
                    }
                    None if place < last => {
                        let message = format!(
                            "the segment `{}` has no `when`, so those after it are never reached",
                            segment.name
                        );
                        self.note(Problem::new("segment-order", &path, message));
                    }
                    _ => {}
                }
                let when = segment.when.as_ref().map(|when| self.condition(when, &path.key("when"), true));
                Some(Segment {
                    name: segment.name.as_str().into(),
                    when: when.map_or(Some(None), |when| when.map(Some))?,
                })
            })
            .collect();
        segments.into_iter().collect()
    }

    /// How many letters and numbers a grade has, none where there is no grade.
    fn cell_counts(&self) -> (u8, u8) {
        let count = |cuts: &[Points]| u8::try_from(cuts.len().min(CUTS_MAX) + 1).unwrap_or(0);
        self.grade.map_or((0, 0), |grade| (count(&grade.fit.cuts), count(&grade.activity.cuts)))
    }

    /// Every grade there can be, as text.
    pub(super) fn cells(&self) -> Vec<String> {
        let (letters, numbers) = self.cell_counts();
        (0..letters).flat_map(|letter| (0..numbers).map(move |number| Grade::new(letter, number).to_string())).collect()
    }

    pub(super) fn plays(&mut self, model: &'m Model) -> Option<Box<[Play]>> {
        let path = Path::Root.key("play");
        self.unique(model.plays.iter().map(|play| play.name.as_str()), &path, "play");
        let states = sorted_states(model);
        let plays: Vec<_> = model
            .plays
            .iter()
            .enumerate()
            .map(|(place, play)| self.play(play, model, &states, &path.index(place)))
            .collect();
        let (plays, named): (Vec<Play>, Vec<_>) = plays.into_iter().collect::<Option<Vec<_>>>()?.into_iter().unzip();
        let others: Vec<_> =
            plays.iter().enumerate().filter(|(_, play)| play.otherwise).map(|(place, _)| place).collect();
        if let [_, second, ..] = others[..] {
            self.note(Problem::new("forms", &path.index(second), "only one play may be the `otherwise`"));
        }
        let grades_alone =
            !plays.is_empty() && plays.iter().all(|play| play.states.is_empty() && play.segments.is_empty());
        if grades_alone && others.is_empty() {
            self.covered(&named, &path);
        }
        Some(plays.into())
    }

    fn play(
        &mut self,
        play: &'m PlayDocument,
        model: &Model,
        states: &[&str],
        path: &Path<'_>,
    ) -> Option<(Play, Vec<Grade>)> {
        let named = !(play.grades.is_empty() && play.states.is_empty() && play.segments.is_empty());
        if named == play.otherwise {
            let message = if named {
                "the `otherwise` play names nothing else"
            } else {
                "a play names grades, states or segments, or is the `otherwise`"
            };
            self.note(Problem::new("forms", path, message));
        }
        if let Some(span) = play.respond_within {
            self.span(span, &path.key("respond_within"));
        }
        let segments: Vec<&str> = model.segments.iter().map(|segment| segment.name.as_str()).collect();
        let cells: Vec<_> = {
            let path = path.key("grades");
            if self.grade.is_none() && !play.grades.is_empty() {
                self.note(Problem::new("no-grade", &path, "the model has no `[grade]`"));
                vec![None]
            } else {
                let grades = play.grades.iter().enumerate();
                grades.map(|(place, pattern)| self.matching(pattern, &path.index(place))).collect()
            }
        };
        let states = self.positions(&play.states, states, &path.key("states"), "state");
        let segments = self.positions(&play.segments, &segments, &path.key("segments"), "segment");
        let named = cells.into_iter().collect::<Option<Vec<_>>>()?.concat();
        let mut cells = Cells::default();
        for grade in &named {
            cells.add(*grade);
        }
        let play = Play {
            name: play.name.as_str().into(),
            owner: play.owner.as_deref().map(Into::into),
            respond_within: play.respond_within,
            otherwise: play.otherwise,
            cells,
            states: states?,
            segments: segments?,
        };
        Some((play, named))
    }

    /// The cells that a pattern such as `A1`, `C*` or `*4` names.
    fn matching(&mut self, pattern: &str, path: &Path<'_>) -> Option<Vec<Grade>> {
        let (letters, numbers) = self.cell_counts();
        let mut cells = Vec::new();
        for letter in 0..letters {
            for number in 0..numbers {
                let grade = Grade::new(letter, number);
                let text = grade.as_str();
                let fits = pattern.len() == text.len()
                    && pattern.chars().zip(text.chars()).all(|(asked, own)| asked == '*' || asked == own);
                if fits {
                    cells.push(grade);
                }
            }
        }
        if cells.is_empty() {
            let last = Grade::new(letters.saturating_sub(1), numbers.saturating_sub(1));
            let problem = Problem::new("unknown-grade", path, format!("`{pattern}` is no grade from `A1` to `{last}`"));
            self.note(problem.with_help("a `*` stands for any letter or any number"));
            return None;
        }
        Some(cells)
    }

    fn positions(&mut self, names: &[String], known: &[&str], path: &Path<'_>, what: &str) -> Option<Box<[usize]>> {
        let found: Vec<_> = names
            .iter()
            .enumerate()
            .map(|(place, name)| {
                let found = known.iter().position(|own| own == name);
                if found.is_none() {
                    let problem =
                        Problem::new("unknown-name", &path.index(place), format!("there is no {what} `{name}`"));
                    self.note(problem.suggesting(self.problems.len(), name, known.iter().copied()));
                }
                found
            })
            .collect();
        found.into_iter().collect()
    }

    /// Plays that name grades alone name every cell once.
    fn covered(&mut self, named: &[Vec<Grade>], path: &Path<'_>) {
        let (letters, numbers) = self.cell_counts();
        let mut free = Vec::new();
        for cell in (0..letters).flat_map(|letter| (0..numbers).map(move |number| (letter, number))) {
            let grade = Grade::new(cell.0, cell.1);
            let mut naming = named
                .iter()
                .enumerate()
                .flat_map(|(place, grades)| grades.iter().filter(move |own| **own == grade).map(move |_| place));
            match (naming.next(), naming.next()) {
                (None, _) => free.push(format!("`{grade}`")),
                (Some(_), Some(second)) => {
                    let message = format!("the grade `{grade}` is named twice");
                    self.note(Problem::new("grade-twice", &path.index(second).key("grades"), message));
                }
                _ => {}
            }
        }
        if !free.is_empty() {
            let problem = Problem::new("grade-missing", path, format!("no play names {}", free.join(", ")));
            self.note(problem.with_help("name every grade once, or give one play `otherwise = true`"));
        }
    }
}

/// The states' names in the order of their bounds.
fn sorted_states(model: &Model) -> Vec<&str> {
    let mut states: Vec<_> = model
        .states
        .iter()
        .map(|state| match state.from {
            StateBound::Score(bound) | StateBound::Points(bound) => (bound, state.name.as_str()),
        })
        .collect();
    states.sort_unstable();
    states.into_iter().map(|(_, name)| name).collect()
}
