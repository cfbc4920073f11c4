//! What is wrong with a model, said so that its author can mend it.

use std::fmt;

/// One thing that is wrong with a model: a stable code, a path into the document, a message and help.
///
/// ```
/// # use warmth::Model;
/// let error = serde_json::from_str::<Model>(r#"{ "format": 1, "nmae": "x" }"#).unwrap_err();
/// let text = error.to_string();
/// assert!(text.contains("unknown-key at `nmae`: there is no key `nmae` here; did you mean `name`?"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    code: &'static str,
    path: String,
    message: String,
    help: Option<String>,
}

impl Problem {
    pub(crate) fn new(code: &'static str, path: &Path<'_>, message: impl Into<String>) -> Problem {
        Problem { code, path: path.to_string(), message: message.into(), help: None }
    }

    pub(crate) fn with_help(mut self, help: impl Into<String>) -> Problem {
        self.help = Some(help.into());
        self
    }

    /// The help "did you mean ...?", where one of the known words is near the one that was written.
    ///
    /// `found` is how many problems there are already: nobody reads more than a hundred, and comparing every word with
    /// every other would let a hostile document take minutes.
    pub(crate) fn suggesting<'w>(
        mut self,
        found: usize,
        written: &str,
        known: impl IntoIterator<Item = &'w str>,
    ) -> Problem {
        self.help = (found < SUGGESTIONS_MAX)
            .then(|| nearest(written, known))
            .flatten()
            .map(|word| format!("did you mean `{word}`?"));
        self
    }

    /// A stable name for this kind of problem, such as `unknown-field`. All of them are listed in the
    /// [guide](crate::_guide::problems).
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// Where in the document it is, such as `axis[1].rule[3].bands.nps[2]`; positions count from 0. Empty for the
    /// document as a whole.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What is wrong.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What to do about it, where there is more to say than the message does.
    pub fn help(&self) -> Option<&str> {
        self.help.as_deref()
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Problem { code, path, message, help } = self;
        f.write_str(code)?;
        if !path.is_empty() {
            write!(f, " at `{path}`")?;
        }
        write!(f, ": {message}")?;
        help.as_ref().map_or(Ok(()), |help| write!(f, "; {help}"))
    }
}

/// A model cannot be used: every problem that was found, in the order of the document.
///
/// What a document says is checked in two steps, each of which finds all it can: reading (keys, types, spellings)
/// and compiling (meaning, against the fields of a type). [`Display`](fmt::Display) prints one problem a line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct ModelError {
    problems: Vec<Problem>,
}

impl ModelError {
    /// `value` if there are no problems.
    pub(crate) fn unless_none<T>(problems: Vec<Problem>, value: Option<T>) -> Result<T, ModelError> {
        match value {
            Some(value) if problems.is_empty() => Ok(value),
            _ => Err(ModelError { problems }),
        }
    }

    /// Every problem that was found, at least one.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }
}

impl fmt::Display for ModelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_list(f, "model", &self.problems)
    }
}

/// How many problems `what` has, and one problem a line.
pub(crate) fn write_list(f: &mut fmt::Formatter<'_>, what: &str, problems: &[Problem]) -> fmt::Result {
    let count = problems.len();
    write!(f, "the {what} has {count} problem{}", if count == 1 { "" } else { "s" })?;
    problems.iter().try_for_each(|problem| write!(f, "\n  {problem}"))
}

/// A place in a document, kept on the stack until it is needed.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Path<'a> {
    Root,
    Key(&'a Path<'a>, &'a str),
    Index(&'a Path<'a>, usize),
}

impl<'a> Path<'a> {
    pub(crate) fn key(&'a self, key: &'a str) -> Path<'a> {
        Path::Key(self, key)
    }

    pub(crate) fn index(&'a self, index: usize) -> Path<'a> {
        Path::Index(self, index)
    }

    /// How many keys and indices lead here.
    pub(crate) fn depth(&self) -> usize {
        match self {
            Path::Root => 0,
            Path::Key(parent, _) | Path::Index(parent, _) => parent.depth() + 1,
        }
    }
}

/// Keys that are not bare words stand in quotes, as they do in a document.
impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Path::Root => Ok(()),
            Path::Index(parent, index) => write!(f, "{parent}[{index}]"),
            Path::Key(parent, key) => {
                if !matches!(parent, Path::Root) {
                    write!(f, "{parent}.")?;
                }
                let bare = !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
                if bare { f.write_str(key) } else { write!(f, "{key:?}") }
            }
        }
    }
}

/// How many problems come with a suggestion.
const SUGGESTIONS_MAX: usize = 100;

/// The longest word that is looked up; longer ones are not typed by hand.
const WORD_BYTES_MAX: usize = 64;

/// How many known words are compared; what more of them would add is not worth the time of a hostile document.
const WORDS_MAX: usize = 1_000;

/// The known word nearest to the one that was written, if it is near enough to have been meant.
pub(crate) fn nearest<'w>(written: &str, known: impl IntoIterator<Item = &'w str>) -> Option<&'w str> {
    if written.len() > WORD_BYTES_MAX {
        return None;
    }
    let allowed = (written.chars().count() / 3).max(1);
    let distance = |word: &str| edits(&written.to_lowercase(), &word.to_lowercase());
    known
        .into_iter()
        .take(WORDS_MAX)
        .filter(|word| word.len() <= WORD_BYTES_MAX)
        .map(|word| (distance(word), word))
        .filter(|(edits, _)| *edits <= allowed)
        .min()
        .map(|(_, word)| word)
}

/// How many letters must be inserted, deleted, replaced or swapped with their neighbour to turn one word into
/// another (optimal string alignment distance).
fn edits(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=to.len()).collect();
    let mut previous = None;
    for (row, letter) in from.chars().enumerate() {
        let mut current = vec![row + 1];
        for (column, &other) in to.iter().enumerate() {
            let at = |costs: &[usize], place: usize| costs.get(place).copied().unwrap_or(usize::MAX - 1);
            let replaced = at(&last, column) + usize::from(letter != other);
            let mut cost = replaced.min(at(&last, column + 1) + 1).min(at(&current, column) + 1);
            let swapped = column > 0 && previous == Some(other) && to.get(column - 1) == Some(&letter);
            if swapped {
                cost = cost.min(at(&before_last, column - 1) + 1);
            }
            current.push(cost);
        }
        before_last = std::mem::replace(&mut last, current);
        previous = Some(letter);
    }
    last.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suggests_what_was_meant() {
        let known = ["nps", "has_flagship", "renewal_date"];
        for (written, meant) in [
            ("npss", Some("nps")),
            ("nsp", Some("nps")),
            ("NPS", Some("nps")),
            ("has_flagshp", Some("has_flagship")),
            ("revenue", None),
            ("", None),
        ] {
            assert_eq!(nearest(written, known), meant, "{written}");
        }
    }

    #[test]
    fn paths_quote_what_is_not_a_bare_word() {
        let (axis, key) = (Path::Root.key("axis"), "my field");
        assert_eq!(axis.index(1).key("rule").index(3).key(key).to_string(), r#"axis[1].rule[3]."my field""#);
    }
}
