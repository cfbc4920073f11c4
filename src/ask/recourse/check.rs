//! Checks a target and actions against the model.

use super::action::{Action, ActionKind, Target};
use super::search::Goal;
use crate::input::activity::Names;
use crate::input::facts::Field;
use crate::input::value::Value;
use crate::problem::{Path, Problem};
use crate::program::{Grading, Program};

/// Returns the target in the program's terms, or notes why the model cannot reach it.
pub(super) fn goal(program: &Program, target: &Target, problems: &mut Vec<Problem>) -> Option<Goal> {
    let path = Path::Root.key("target");
    match target {
        Target::State(name) => {
            let names = || program.states.rows().iter().map(|(_, name)| &**name);
            let index = names().position(|own| own == name);
            if index.is_none() {
                let problem = Problem::new("unknown-name", &path, format!("there is no state `{name}`"));
                problems.push(problem.suggesting(0, name, names()));
            }
            index.map(Goal::State)
        }
        Target::Grade(grade) => {
            match program.grade.as_ref().map(Grading::last) {
                None => problems.push(Problem::new("no-grade", &path, "the model has no `[grade]`")),
                Some(last) if *grade != last && !grade.dominates(last) => {
                    let message =
                        format!("`{grade}` is not a grade of this model; its grades run from `A1` to `{last}`");
                    problems.push(Problem::new("unknown-grade", &path, message));
                }
                Some(_) => {}
            }
            Some(Goal::Grade(*grade))
        }
        Target::Score(score) => Some(Goal::Score(score.micros())),
    }
}

/// Notes every problem of an action.
pub(super) fn check_action(program: &Program, action: &Action, path: &Path<'_>, problems: &mut Vec<Problem>) {
    let found = problems.len();
    match &action.kind {
        ActionKind::Set { field, value } => match program.fields.iter().find(|reading| reading.field.name() == field) {
            None => {
                let problem = Problem::new("unknown-field", path, format!("the model reads no field `{field}`"));
                let fields = program.fields.iter().map(|reading| reading.field.name());
                problems.push(problem.suggesting(found, field, fields));
            }
            Some(reading) => check_value(&reading.field, value, path, problems),
        },
        ActionKind::Event { event, attributes, .. } => {
            for (name, value) in attributes {
                // A number that is not finite cannot be stored in a plan: JSON has none.
                if matches!(value, Value::Number(number) if !number.is_finite()) {
                    let message = format!("the attribute `{name}` is `{value}`, which is not a finite number");
                    problems.push(Problem::new("wrong-kind", path, message));
                }
            }
            let (mut any, mut known) = (false, Vec::new());
            program.events(|names| match names {
                Names::All => any = true,
                Names::Listed(names) => known.extend(names.iter().map(|name| &**name)),
            });
            if !any && !known.contains(&event.as_str()) {
                let problem = Problem::new("unknown-name", path, format!("the model reads no event `{event}`"));
                problems.push(problem.suggesting(found, event, known));
            }
        }
    }
}

fn check_value(field: &Field, value: &Value, path: &Path<'_>, problems: &mut Vec<Problem>) {
    let name = field.name();
    // A number that is not finite cannot be stored in a plan: JSON has none.
    let finite = !matches!(value, Value::Number(number) if !number.is_finite());
    if !finite || !value.fits(field.kind()) {
        let kind = field.kind().with_article();
        let message = format!("the model reads `{name}` as {kind}, and `{value}` is not");
        problems.push(Problem::new("wrong-kind", path, message));
    } else if let (Some(texts), Value::Text(text)) = (field.texts(), value)
        && !texts.contains(&text.as_str())
    {
        let problem = Problem::new("unknown-text", path, format!("the field `{name}` never has the text `{text}`"));
        problems.push(problem.suggesting(problems.len(), text, texts.iter().copied()));
    }
}
