//! Plays, and the grades, states and segments that they name.

use super::Compiler;
use crate::grade::Grade;
use crate::model::{self, Model};
use crate::problem::{Path, Problem};
use crate::program::{Cells, Play};

impl<'m> Compiler<'m> {
    pub(super) fn plays(&mut self, model: &'m Model) -> Option<Box<[Play]>> {
        let path = Path::Root.key("play");
        self.check_names(model.plays.iter().map(|play| play.name.as_str()), &path, "play");
        let states = sorted_states(model);
        let segments: Vec<&str> = model.segments.iter().map(|segment| segment.name.as_str()).collect();
        let plays = self.each(&model.plays, &path, |compiler, play, path| {
            compiler.check_lists(play, path);
            if let Some(span) = play.respond_within {
                compiler.span(span, &path.key("respond_within"));
            }
            let grades = compiler.named_grades(play, &path.key("grades"));
            let states = compiler.positions(&play.states, &states, &path.key("states"), "state");
            let segments = compiler.positions(&play.segments, &segments, &path.key("segments"), "segment");
            let grades = grades?;
            let mut cells = Cells::default();
            for grade in &grades {
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
            Some((play, grades))
        });
        let (plays, grades): (Vec<Play>, Vec<_>) = plays?.into_iter().unzip();
        let mut others = plays.iter().enumerate().filter(|(_, play)| play.otherwise);
        let (first, second) = (others.next(), others.next());
        if let Some((second, _)) = second {
            let message = "only one play can have `otherwise = true`";
            self.problems.note(Problem::new("forms", &path.index(second), message));
        }
        let by_grade = plays.iter().all(|play| play.states.is_empty() && play.segments.is_empty());
        if by_grade && !plays.is_empty() && first.is_none() {
            self.check_coverage(&grades, &path);
        }
        Some(plays.into())
    }

    fn check_lists(&mut self, play: &model::Play, path: &Path<'_>) {
        let has_lists = !(play.grades.is_empty() && play.states.is_empty() && play.segments.is_empty());
        if has_lists == play.otherwise {
            let message = if has_lists {
                "a play with `otherwise = true` must not name grades, states or segments"
            } else {
                "a play needs `grades`, `states`, `segments` or `otherwise = true`"
            };
            self.problems.note(Problem::new("forms", path, message));
        }
    }

    /// Returns every grade that a play names, more than once if several of its patterns name the grade.
    fn named_grades(&mut self, play: &'m model::Play, path: &Path<'_>) -> Option<Vec<Grade>> {
        if self.grade.is_none() && !play.grades.is_empty() {
            return self.problems.refuse("no-grade", path, "the model has no `[grade]`");
        }
        Some(self.each(&play.grades, path, |compiler, pattern, path| compiler.matching(pattern, path))?.concat())
    }

    /// Returns the grades that a pattern such as `A1`, `C*` or `*4` names.
    fn matching(&mut self, pattern: &str, path: &Path<'_>) -> Option<Vec<Grade>> {
        let grades = self.grades();
        let last = grades.last().copied();
        let matches = |grade: &Grade| {
            let text = grade.as_str();
            pattern.len() == text.len()
                && pattern.chars().zip(text.chars()).all(|(pattern, letter)| pattern == '*' || pattern == letter)
        };
        let named: Vec<_> = grades.into_iter().filter(matches).collect();
        if named.is_empty() {
            let last = last.map_or("", Grade::as_str);
            let message = format!("`{pattern}` is not a grade from `A1` to `{last}`");
            let help = "`*` stands for any letter or any number";
            return self.problems.refuse_with_help("unknown-grade", path, message, help);
        }
        Some(named)
    }

    fn positions(&mut self, names: &'m [String], known: &[&str], path: &Path<'_>, what: &str) -> Option<Box<[usize]>> {
        self.each(names, path, |compiler, name, path| {
            let Some(index) = known.iter().position(|own| own == name) else {
                let message = format!("there is no {what} `{name}`");
                let known = known.iter().copied();
                return compiler.problems.refuse_unknown("unknown-name", path, message, name, known);
            };
            Some(index)
        })
    }

    /// Checks that plays which name grades only name every grade once.
    fn check_coverage(&mut self, named: &[Vec<Grade>], path: &Path<'_>) {
        let mut free = Vec::new();
        for grade in self.grades() {
            let mut naming = named
                .iter()
                .enumerate()
                .flat_map(|(play, grades)| grades.iter().filter(move |own| **own == grade).map(move |_| play));
            match (naming.next(), naming.next()) {
                (None, _) => free.push(format!("`{grade}`")),
                (Some(_), Some(second)) => {
                    let message = format!("the grade `{grade}` is named twice");
                    self.problems.note(Problem::new("grade-twice", &path.index(second).key("grades"), message));
                }
                _ => {}
            }
        }
        if !free.is_empty() {
            let problem = Problem::new("grade-missing", path, format!("no play names {}", free.join(", ")));
            self.problems.note(problem.with_help("name every grade once, or give one play `otherwise = true`"));
        }
    }
}

/// Returns the names of the states in the order of their bounds.
fn sorted_states(model: &Model) -> Vec<&str> {
    let mut states: Vec<_> = model.states.iter().map(|state| (state.from.value(), state.name.as_str())).collect();
    states.sort_unstable();
    states.into_iter().map(|(_, name)| name).collect()
}
