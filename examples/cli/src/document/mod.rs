//! Reads model documents, and shows problems at their place in the text.

mod place;

use std::fs;
use std::ops::Range;
use std::path::Path;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet, Title};
use serde::de::IgnoredAny;
use toml::de::DeTable;
use warmth::{Model, ModelError, PathSegment, Problem, Record, Scorer, Warning};

use crate::messages::{Messages, Stop, counted};

/// A document with its text, so that problems can be shown in it.
pub(crate) struct Document {
    path: String,
    text: String,
    syntax: Syntax,
}

/// Finds the place of a path in a text.
type Places<'t> = Box<dyn Fn(&[PathSegment]) -> Range<usize> + 't>;

#[derive(Clone, Copy, PartialEq)]
enum Syntax {
    Toml,
    Json,
}

impl Document {
    pub(crate) fn open(path: &Path) -> Result<Document, Stop> {
        let shown = path.display().to_string();
        let text = fs::read_to_string(path).map_err(|error| format!("{shown}: {error}"))?;
        let syntax = match path.extension().and_then(|extension| extension.to_str()) {
            Some("toml") => Syntax::Toml,
            Some("json") => Syntax::Json,
            _ => return Err(format!("{shown}: expected a model in a .toml or .json file").into()),
        };
        Ok(Document { path: shown, text, syntax })
    }

    /// Reads the model. All problems are shown at once, each at its place.
    pub(crate) fn model(&self, messages: &Messages) -> Result<Model, Stop> {
        self.check_syntax(messages)?;
        let read = match self.syntax {
            Syntax::Toml => match toml::Deserializer::parse(&self.text) {
                Ok(deserializer) => Model::read(deserializer),
                Err(error) => return Err(format!("{}: {error}", self.path).into()),
            },
            Syntax::Json => Model::read(&mut serde_json::Deserializer::from_str(&self.text)),
        };
        read.map_err(|error| self.problems(&error, messages))
    }

    /// Compiles the model for records.
    pub(crate) fn scorer(&self, model: &Model, messages: &Messages) -> Result<Scorer<Record>, Stop> {
        Scorer::new(model).map_err(|error| self.problems(&error, messages))
    }

    /// The model of a file, if it also compiles.
    pub(crate) fn checked_model(path: &Path, messages: &Messages) -> Result<Model, Stop> {
        let document = Document::open(path)?;
        let model = document.model(messages)?;
        document.scorer(&model, messages)?;
        Ok(model)
    }

    /// The document with more text at its end.
    pub(crate) fn with(&self, text: &str) -> Document {
        Document { path: self.path.clone(), text: format!("{}{text}", self.text), syntax: self.syntax }
    }

    pub(crate) fn is_json(&self) -> bool {
        self.syntax == Syntax::Json
    }

    fn check_syntax(&self, messages: &Messages) -> Result<(), Stop> {
        let (message, span) = match self.syntax {
            Syntax::Toml => match DeTable::parse(&self.text) {
                Ok(_) => return Ok(()),
                Err(error) => (error.message().to_owned(), error.span().unwrap_or(0..0)),
            },
            Syntax::Json => match serde_json::from_str::<IgnoredAny>(&self.text) {
                Ok(_) => return Ok(()),
                Err(error) => {
                    let before = self.text.split_inclusive('\n').take(error.line().saturating_sub(1));
                    let start = before.map(str::len).sum::<usize>() + error.column().saturating_sub(1);
                    let message = error.to_string();
                    let message = message.split(" at line ").next().unwrap_or_default().to_owned();
                    (message, start..start + 1)
                }
            },
        };
        let span = place::within(&self.text, span);
        let report = [Level::ERROR.primary_title(message.as_str()).element(
            Snippet::source(self.text.as_str()).path(self.path.as_str()).annotation(AnnotationKind::Primary.span(span)),
        )];
        Err(Stop::Shown(renderer(messages).render(&report)))
    }

    /// The problems as text for the terminal.
    pub(crate) fn problems(&self, error: &ModelError, messages: &Messages) -> Stop {
        let (problems, places) = (error.problems(), self.places());
        let show = |problem: &Problem| {
            let title = Level::ERROR.primary_title(problem.message()).id(problem.code());
            self.show_at(title, (places(problem.segments()), problem.path()), problem.help(), messages)
        };
        let mut shown: Vec<String> = problems.iter().map(show).collect();
        let count = counted(problems.len(), ["problem", "problems"]);
        shown.push(format!("{}: the model has {count}", self.path));
        Stop::Shown(shown.join("\n\n"))
    }

    /// Each warning as text for the terminal.
    pub(crate) fn warnings(&self, warnings: &[Warning], messages: &Messages) -> Vec<String> {
        let places = self.places();
        let show = |warning: &Warning| {
            let title = Level::WARNING.primary_title(warning.message()).id(warning.code());
            self.show_at(title, (places(warning.segments()), warning.path()), Some(warning.help()), messages)
        };
        warnings.iter().map(show).collect()
    }

    /// Parses the text once, to find the places of many paths.
    fn places(&self) -> Places<'_> {
        match self.syntax {
            Syntax::Toml => Box::new(place::in_toml(&self.text)),
            Syntax::Json => Box::new(|path| place::in_json(&self.text, path)),
        }
    }

    /// A title, its place in the text, and help.
    fn show_at(
        &self,
        title: Title<'_>,
        (span, path): (Range<usize>, &str),
        help: Option<&str>,
        messages: &Messages,
    ) -> String {
        let snippet = Snippet::source(self.text.as_str())
            .path(self.path.as_str())
            .annotation(AnnotationKind::Primary.span(span).label(path));
        let mut group = title.element(snippet);
        if let Some(help) = help {
            group = group.element(Level::HELP.message(help));
        }
        renderer(messages).render(&[group])
    }
}

fn renderer(messages: &Messages) -> Renderer {
    if messages.is_coloured() { Renderer::styled() } else { Renderer::plain() }
}
