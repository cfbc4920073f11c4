//! Warnings: what is suspicious in a model, where it is in the document, and what to do.

use std::fmt;

use serde::Serialize;

use crate::problem::{PROBLEM_BYTES_MAX, PROBLEMS_MAX, Path, PathSegment, Problem};

/// One warning about a model: a stable code, a path into the document, the reason and the remedy.
///
/// A model with warnings compiles and scores. A warning says that a part of it does nothing, or probably not what
/// its author meant. [`Model::lint`](crate::Model::lint) has an example.
///
/// It serializes as a [`Problem`] does, with two more keys: `axis` and `id`.
///
/// ```
/// # use warmth::{Model, Record};
/// let model: Model = toml::from_str("format = 1\nname = 'x'\nrequired = [{ id = 'a', when.nps.between = [3, 7] },\n\
///     { id = 'b', when.nps.at_least = 1 }]")?;
/// let lint = model.lint::<Record>()?;
/// assert_eq!(
///     serde_json::to_value(&lint.warnings()[0])?,
///     serde_json::json!({
///         "code": "implied-gate",
///         "path": "required[1]",
///         "segments": ["required", 1],
///         "message": "the other gates already decide everything that the gate `b` decides",
///         "help": "remove the gate, or correct its condition",
///         "axis": null,
///         "id": "b",
///     })
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Warning {
    #[serde(flatten)]
    problem: Problem,
    axis: Option<String>,
    id: Option<String>,
}

impl Warning {
    /// Returns the stable name of this kind of warning, such as `never-true`.
    ///
    /// The [guide](crate::_guide::warnings) lists all codes.
    pub fn code(&self) -> &'static str {
        self.problem.code()
    }

    /// Returns the place in the document as text, as [`Problem::path`] does.
    pub fn path(&self) -> &str {
        self.problem.path()
    }

    /// Returns the place in the document as keys and indexes, as [`Problem::segments`] does.
    pub fn segments(&self) -> &[PathSegment] {
        self.problem.segments()
    }

    /// Returns the reason: what is suspicious.
    pub fn message(&self) -> &str {
        self.problem.message()
    }

    /// Returns the remedy: what to do about it.
    pub fn help(&self) -> &str {
        self.problem.help().unwrap_or_default()
    }

    /// Returns the name of the axis that the warning is about, if it is about one.
    pub fn axis(&self) -> Option<&str> {
        self.axis.as_deref()
    }

    /// Returns the id of the gate, rule, promoter or limit that the warning is about, or the name of the group, state,
    /// segment, play or case.
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }
}

/// Writes one line, as for a [`Problem`].
impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.problem.fmt(f)
    }
}

/// The code of the last warning of a list that ends early.
const MORE: &str = "more-warnings";

/// The part of a model that a warning is about.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct About<'m> {
    pub(super) axis: Option<&'m str>,
    pub(super) id: Option<&'m str>,
}

impl<'m> About<'m> {
    pub(super) fn id(id: &'m str) -> About<'m> {
        About { axis: None, id: Some(id) }
    }

    pub(super) fn axis(axis: &'m str) -> About<'m> {
        About { axis: Some(axis), id: None }
    }
}

/// The warnings so far, limited in number and size as problems are.
#[derive(Debug, Default)]
pub(super) struct Warnings {
    kept: Vec<Warning>,
    bytes: usize,
    more: bool,
}

impl Warnings {
    pub(super) fn warn(
        &mut self,
        code: &'static str,
        path: &Path<'_>,
        about: About<'_>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        if self.kept.len() >= PROBLEMS_MAX || self.bytes >= PROBLEM_BYTES_MAX {
            self.more = true;
            return;
        }
        let problem = Problem::new(code, path, message).with_help(help);
        self.bytes += problem.size();
        self.kept.push(Warning { problem, axis: about.axis.map(Into::into), id: about.id.map(Into::into) });
    }

    pub(super) fn finish(mut self) -> Vec<Warning> {
        if self.more {
            let message = format!("the list ends after {} warnings", self.kept.len());
            let problem = Problem::new(MORE, &Path::Root, message).with_help("correct these first");
            self.kept.push(Warning { problem, axis: None, id: None });
        }
        self.kept
    }
}
