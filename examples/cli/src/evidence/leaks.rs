//! Refuses factors that may know the outcome, unless the user allows them.

use std::fmt;

use warmth::Model;
use warmth::evidence::{History, Suspicion};

use super::Args;
use super::columns::{ColumnUse, Role};
use crate::messages::{Messages, Stop, first_few};
use crate::names::nearest;

/// The suspicious factors of a history.
pub(crate) struct Suspects {
    refused: Vec<Suspicion>,
    allowed: Vec<Suspicion>,
}

/// Checks the factors, and returns the history without the refused ones.
pub(crate) fn check(
    history: History,
    question: &Args,
    columns: &[ColumnUse],
    messages: &mut Messages,
) -> Result<(History, Suspects), Stop> {
    let names: Vec<String> = history.factors().map(str::to_owned).collect();
    let known = || names.iter().map(String::as_str).chain(columns.iter().map(|column| column.name.as_str()));
    for name in &question.allow {
        if !known().any(|known| known == name) {
            let like = nearest(name, known()).map_or(String::new(), |like| format!("; did you mean `{like}`?"));
            return Err(format!("--allow: there is no factor `{name}`{like}").into());
        }
    }
    let (allowed, refused): (Vec<Suspicion>, Vec<Suspicion>) =
        history.suspicions().into_iter().partition(|suspicion| question.allow.contains(&suspicion.factor));
    let suspects = Suspects { refused, allowed };
    for name in suspects.refused() {
        let signs = suspects.refused.iter().filter(|suspicion| suspicion.factor == name);
        let signs: Vec<String> = signs.map(ToString::to_string).collect();
        messages.warning(&format!(
            "`{name}` is refused, because it may know the outcome: {}; if it was known at `as_of`, pass `--allow {}`",
            signs.join("; "),
            quoted(name),
        ));
        let wanted = question.required.iter().map(|(factor, _)| factor).chain(&question.monotone);
        if wanted.into_iter().any(|factor| factor == name) {
            return Err(
                format!("a trend is required of `{name}`, which is refused; allow it, or leave out the trend").into()
            );
        }
    }
    let history = history.without(suspects.refused());
    if history.factors().next().is_none() {
        let role = |column: &ColumnUse| {
            let refused = suspects.refused().contains(&column.name.as_str());
            format!("`{}` ({})", column.name, if refused { &Role::Refused } else { &column.role })
        };
        let roles: Vec<String> = columns.iter().map(role).collect();
        return Err(format!("no column is left as a factor: {}", first_few(&roles, 10)).into());
    }
    Ok((history, suspects))
}

/// A name as an argument of a shell.
fn quoted(name: &str) -> String {
    let plain = name.chars().all(|letter| letter.is_alphanumeric() || "_-.".contains(letter));
    if plain { name.to_owned() } else { format!("\"{name}\"") }
}

fn names(suspicions: &[Suspicion]) -> Vec<&str> {
    let mut names: Vec<&str> = suspicions.iter().map(|suspicion| suspicion.factor.as_str()).collect();
    names.dedup();
    names
}

impl Suspects {
    /// The names of the refused factors.
    fn refused(&self) -> Vec<&str> {
        names(&self.refused)
    }

    /// What makes figures doubtful: factors that the user allowed, refused columns that the model in use reads, and facts and
    /// events that it reads and the history does not have.
    pub(crate) fn doubts(&self, in_use: Option<&Model>, columns: &[ColumnUse]) -> Vec<String> {
        let mut doubts: Vec<String> = Vec::new();
        for name in names(&self.allowed) {
            doubts.push(format!(
                "`{name}` counts because you allowed it; if it was not known at `as_of`, none of these figures hold."
            ));
        }
        let Some(model) = in_use else { return doubts };
        let name = model.name();
        let read: Vec<&str> = model.fields().map(|(field, _)| field).collect();
        for field in self.refused().into_iter().filter(|refused| read.contains(refused)) {
            doubts.push(format!(
                "`{name}` reads `{field}`, which may know the outcome; so it may rank worse than it does here."
            ));
        }
        let is_column = |field: &&str| columns.iter().any(|column| column.name == *field);
        let absent = read.iter().copied().filter(|field| !is_column(field)).chain(model.events());
        let absent: Vec<String> = absent.map(|name| format!("`{name}`")).collect();
        if !absent.is_empty() {
            let absent = first_few(&absent, 5);
            doubts.push(format!(
                "`{name}` reads {absent}, which the history does not have; so it may rank better than it does here."
            ));
        }
        doubts
    }

    /// Gives the refused columns their role.
    pub(crate) fn mark(&self, columns: &mut [ColumnUse]) {
        for column in columns {
            if self.refused().contains(&column.name.as_str()) {
                column.role = Role::Refused;
            }
        }
    }

    /// The refused and the allowed suspicions, each under its heading.
    pub(crate) fn headed(&self) -> impl Iterator<Item = (&'static str, &[Suspicion])> {
        let parts = [("Refused", &self.refused[..]), ("Allowed although suspicious", &self.allowed[..])];
        parts.into_iter().filter(|(_, suspicions)| !suspicions.is_empty())
    }
}

impl fmt::Display for Suspects {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (heading, suspicions) in self.headed() {
            writeln!(f, "# {heading}\n")?;
            for suspicion in suspicions {
                writeln!(f, "{}: {suspicion}", suspicion.factor)?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}
