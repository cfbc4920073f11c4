//! Problems of a model: what is wrong, where it is in the document, and what to do.

use std::borrow::Cow;
use std::fmt;

use serde::Serialize;

/// One problem of a model: a stable code, a path into the document, a message and help.
///
/// ```
/// # use warmth::Model;
/// let error = serde_json::from_str::<Model>(r#"{ "format": 1, "nmae": "x" }"#).unwrap_err();
/// let text = error.to_string();
/// assert!(text.contains("unknown-key at `nmae`: unknown key `nmae`; did you mean `name`?"));
/// ```
///
/// It serializes as a table with the keys `code`, `path`, `segments`, `message` and `help`, so that a service can hand
/// problems to an editor:
///
/// ```
/// # use warmth::Model;
/// let text = r#"{ "format": 1, "name": "x", "state": [{ "name": "hot", "at_least": "70" }] }"#;
/// let error = Model::read(&mut serde_json::Deserializer::from_str(text)).unwrap_err();
/// assert_eq!(
///     serde_json::to_value(&error.problems()[0])?,
///     serde_json::json!({
///         "code": "wrong-type",
///         "path": "state[0].at_least",
///         "segments": ["state", 0, "at_least"],
///         "message": "expected a number, found text",
///         "help": null,
///     })
/// );
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    code: &'static str,
    path: String,
    segments: Vec<PathSegment>,
    message: String,
    help: Option<String>,
}

/// One step of a path into a document: a key of a table or an index of a list.
///
/// It serializes as the plain key or index.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(untagged)]
pub enum PathSegment {
    /// A key of a table.
    Key(String),
    /// An index of a list, from 0.
    Index(usize),
}

impl Problem {
    pub(crate) fn new(code: &'static str, path: &Path<'_>, message: impl Into<String>) -> Problem {
        let message = shortened(message.into(), MESSAGE_BYTES_MAX).into_owned();
        Problem { code, path: path.to_string(), segments: path.segments(), message, help: None }
    }

    pub(crate) fn with_help(mut self, help: impl Into<String>) -> Problem {
        self.help = Some(shortened(help.into(), MESSAGE_BYTES_MAX).into_owned());
        self
    }

    /// The bytes of its texts.
    pub(crate) fn size(&self) -> usize {
        let segments = self.segments.iter().map(|segment| match segment {
            PathSegment::Key(key) => size_of::<PathSegment>() + key.len(),
            PathSegment::Index(_) => size_of::<PathSegment>(),
        });
        self.path.len() + self.message.len() + self.help.as_ref().map_or(0, String::len) + segments.sum::<usize>()
    }

    /// Adds the help "did you mean ...?" if known words are near the written one.
    ///
    /// `found` is the number of earlier problems. Only the first hundred problems get a suggestion: comparing every
    /// word with every other one would let a hostile document take minutes.
    pub(crate) fn suggesting<'w>(
        mut self,
        found: usize,
        written: &str,
        known: impl IntoIterator<Item = &'w str>,
    ) -> Problem {
        let nearest = if found < SUGGESTIONS_MAX { all_nearest(written, known) } else { Vec::new() };
        self.help = (!nearest.is_empty()).then(|| {
            let nearest: Vec<_> = nearest.iter().map(|word| format!("`{word}`")).collect();
            format!("did you mean {}?", nearest.join(" or "))
        });
        self
    }

    /// Adds the keys that are known here, for the first hundred problems.
    pub(crate) fn listing<'w>(mut self, found: usize, known: impl IntoIterator<Item = &'w str>) -> Problem {
        if found < SUGGESTIONS_MAX {
            let mut listed: Vec<String> = Vec::new();
            for key in known {
                let key = format!("`{key}`");
                if !listed.contains(&key) {
                    listed.push(key);
                }
            }
            let keys = match &listed[..] {
                [only] => format!("he only key here is {only}"),
                keys => format!("he keys here are {}", keys.join(", ")),
            };
            let help = match self.help.take() {
                None => format!("t{keys}"),
                Some(help) if help.ends_with('?') => format!("{help} T{keys}"),
                Some(help) => format!("{help}; t{keys}"),
            };
            return self.with_help(help);
        }
        self
    }

    /// Returns the stable name of this kind of problem, such as `unknown-field`.
    ///
    /// The [guide](crate::_guide::problems) lists all codes.
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// Returns the place in the document as text, such as `axis[1].rule[3].bands.nps[2]`.
    ///
    /// Indexes count from 0. The path is empty if the problem concerns the document as a whole. Keys longer than 64 bytes
    /// are shortened to their ends; [`segments`](Problem::segments) has them in full.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Returns the place in the document as keys and indexes, for programs that look it up.
    ///
    /// ```
    /// use warmth::{Model, PathSegment};
    ///
    /// let text = r#"{ "format": 1, "name": "x", "state": [{ "name": "hot", "at_least": "70" }] }"#;
    /// let error = Model::read(&mut serde_json::Deserializer::from_str(text)).unwrap_err();
    /// let key = |key: &str| PathSegment::Key(key.to_owned());
    /// assert_eq!(error.problems()[0].segments(), [key("state"), PathSegment::Index(0), key("at_least")]);
    /// ```
    pub fn segments(&self) -> &[PathSegment] {
        &self.segments
    }

    /// Returns the message: what is wrong. In a message longer than 1,024 bytes, `…` replaces the middle.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Returns what to do about it, if the message does not say so already.
    pub fn help(&self) -> Option<&str> {
        self.help.as_deref()
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Problem { code, path, message, help, .. } = self;
        f.write_str(code)?;
        if !path.is_empty() {
            write!(f, " at `{path}`")?;
        }
        write!(f, ": {message}")?;
        help.as_ref().map_or(Ok(()), |help| write!(f, "; {help}"))
    }
}

/// The error of a model that cannot be used: every problem that was found, in document order.
///
/// A document is checked in two passes, and each pass reports everything it finds: reading (keys, types, spelling) and
/// compiling (meaning, against the fields of a type). [`Display`](fmt::Display) prints one problem per line.
///
/// The list ends after 1,000 problems, or after a mebibyte of text, with a problem of the code `more-problems`.
///
/// It serializes as a table with the key `problems`, a list of [`Problem`]s.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
pub struct ModelError {
    problems: Vec<Problem>,
}

impl ModelError {
    /// Returns every problem that was found, at least one.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }
}

impl fmt::Display for ModelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_list(f, "model", &self.problems)
    }
}

/// Writes how many problems `what` has, then one problem per line.
pub(crate) fn write_list(f: &mut fmt::Formatter<'_>, what: &str, problems: &[Problem]) -> fmt::Result {
    let count = problems.len();
    write!(f, "the {what} has {count} problem{}", if count == 1 { "" } else { "s" })?;
    problems.iter().try_for_each(|problem| write!(f, "\n  {problem}"))
}

/// The problems that one pass has found so far.
///
/// It keeps a limited number and size of problems, so that a hostile document cannot fill the memory with them.
#[derive(Debug, Default)]
pub(crate) struct Problems {
    kept: Vec<Problem>,
    /// The bytes of the problems that are kept.
    bytes: usize,
    /// The number of problems, including problems that are not kept.
    found: usize,
}

/// The number of problems that a pass keeps.
pub(crate) const PROBLEMS_MAX: usize = 1_000;

/// The bytes of the problems that a pass keeps.
pub(crate) const PROBLEM_BYTES_MAX: usize = 1 << 20;

impl Problems {
    pub(crate) fn note(&mut self, problem: Problem) {
        self.note_with(|_| problem);
    }

    /// Notes a problem that is made only if it is kept. `problem` takes the number of earlier problems.
    pub(crate) fn note_with(&mut self, problem: impl FnOnce(usize) -> Problem) {
        self.found += 1;
        if self.is_full() {
            return;
        }
        let problem = problem(self.kept.len());
        self.bytes += problem.size();
        self.kept.push(problem);
    }

    /// Returns whether no other problem is kept.
    pub(crate) fn is_full(&self) -> bool {
        self.kept.len() >= PROBLEMS_MAX || self.bytes >= PROBLEM_BYTES_MAX
    }

    /// Notes a problem and returns `None`, for passes that go on without the refused value.
    pub(crate) fn refuse<T>(&mut self, code: &'static str, path: &Path<'_>, message: impl Into<String>) -> Option<T> {
        self.note_with(|_| Problem::new(code, path, message));
        None
    }

    /// As [`refuse`](Problems::refuse), with help.
    pub(crate) fn refuse_with_help<T>(
        &mut self,
        code: &'static str,
        path: &Path<'_>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Option<T> {
        self.note_with(|_| Problem::new(code, path, message).with_help(help));
        None
    }

    /// As [`refuse`](Problems::refuse), with the nearest of the known words as help.
    pub(crate) fn refuse_unknown<'w, T>(
        &mut self,
        code: &'static str,
        path: &Path<'_>,
        message: impl Into<String>,
        written: &str,
        known: impl IntoIterator<Item = &'w str>,
    ) -> Option<T> {
        self.note_with(|found| Problem::new(code, path, message).suggesting(found, written, known));
        None
    }

    /// Returns the number of problems so far, including problems that are not kept.
    pub(crate) fn len(&self) -> usize {
        self.found
    }

    pub(crate) fn as_mut_slice(&mut self) -> &mut [Problem] {
        &mut self.kept
    }

    /// Returns `value` if there are no problems.
    pub(crate) fn unless_none<T>(mut self, value: Option<T>) -> Result<T, ModelError> {
        match value {
            Some(value) if self.kept.is_empty() => return Ok(value),
            _ => {}
        }
        if self.is_full() {
            let message = format!("the list ends after {} problems", self.kept.len());
            self.kept.push(Problem::new("more-problems", &Path::Root, message).with_help("correct these first"));
        }
        Err(ModelError { problems: self.kept })
    }
}

/// A place in a document. It lives on the stack and is turned into text only if there is a problem.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Path<'a> {
    Root,
    Key(&'a Path<'a>, &'a str),
    /// Several keys, one inside the other.
    Keys(&'a Path<'a>, &'a [&'a str]),
    Index(&'a Path<'a>, usize),
}

impl<'a> Path<'a> {
    pub(crate) fn key(&'a self, key: &'a str) -> Path<'a> {
        Path::Key(self, key)
    }

    pub(crate) fn keys(&'a self, keys: &'a [&'a str]) -> Path<'a> {
        Path::Keys(self, keys)
    }

    pub(crate) fn index(&'a self, index: usize) -> Path<'a> {
        Path::Index(self, index)
    }

    /// Returns the number of keys and indexes.
    pub(crate) fn depth(&self) -> usize {
        match self {
            Path::Root => 0,
            Path::Key(parent, _) | Path::Index(parent, _) => parent.depth() + 1,
            Path::Keys(parent, keys) => parent.depth() + keys.len(),
        }
    }

    fn segments(&self) -> Vec<PathSegment> {
        let key = |key: &str| PathSegment::Key(key.to_owned());
        let (mut segments, last) = match self {
            Path::Root => return Vec::new(),
            Path::Keys(parent, keys) => {
                let mut segments = parent.segments();
                segments.extend(keys.iter().copied().map(key));
                return segments;
            }
            Path::Key(parent, last) => (parent.segments(), key(last)),
            Path::Index(parent, index) => (parent.segments(), PathSegment::Index(*index)),
        };
        segments.push(last);
        segments
    }
}

/// Keys that are not bare words are quoted, as in a document.
impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Path::Root => Ok(()),
            Path::Index(parent, index) => write!(f, "{parent}[{index}]"),
            Path::Key(parent, key) => {
                if !matches!(parent, Path::Root) {
                    write!(f, "{parent}.")?;
                }
                let key = shortened(*key, KEY_BYTES_MAX);
                let bare = !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
                if bare { f.write_str(&key) } else { write!(f, "{key:?}") }
            }
            Path::Keys(parent, keys) => match keys.split_last() {
                None => parent.fmt(f),
                Some((last, keys)) => parent.keys(keys).key(last).fmt(f),
            },
        }
    }
}

/// The longest message or help, in bytes.
const MESSAGE_BYTES_MAX: usize = 1_024;

/// The longest key that a path shows in full, in bytes.
const KEY_BYTES_MAX: usize = 64;

/// Returns the text, or if it is longer than this many bytes, its two ends.
fn shortened<'t>(text: impl Into<Cow<'t, str>>, bytes_max: usize) -> Cow<'t, str> {
    let text = text.into();
    if text.len() <= bytes_max {
        return text;
    }
    let half = bytes_max.saturating_sub('…'.len_utf8()) / 2;
    let start = (0..=half).rev().find_map(|end| text.get(..end)).unwrap_or_default();
    let end = (text.len() - half..=text.len()).find_map(|start| text.get(start..)).unwrap_or_default();
    Cow::Owned(format!("{start}…{end}"))
}

/// The number of problems that get a suggestion.
const SUGGESTIONS_MAX: usize = 100;

/// The longest word that is compared, in bytes. Nobody types longer ones by hand.
const WORD_BYTES_MAX: usize = 64;

/// The number of known words that are compared, which bounds the time that a hostile document can take.
const WORDS_MAX: usize = 1_000;

/// The most words that are suggested, if all are equally near.
const NEAREST_MAX: usize = 3;

/// Returns the known word nearest to the written one, if it is near enough for a typing error.
pub(crate) fn nearest<'w>(written: &str, known: impl IntoIterator<Item = &'w str>) -> Option<&'w str> {
    all_nearest(written, known).first().copied()
}

/// Returns the known words nearest to the written one, if they are near enough for a typing error. Several are equally
/// near, such as `max` and `min` to `mix`: either may be the opposite of what was meant.
fn all_nearest<'w>(written: &str, known: impl IntoIterator<Item = &'w str>) -> Vec<&'w str> {
    if written.len() > WORD_BYTES_MAX {
        return Vec::new();
    }
    let allowed = (written.chars().count() / 3).max(1);
    let distance = |word: &str| edits(&written.to_lowercase(), &word.to_lowercase());
    let mut near: Vec<_> = known
        .into_iter()
        .take(WORDS_MAX)
        .filter(|word| word.len() <= WORD_BYTES_MAX)
        .map(|word| (distance(word), word))
        .filter(|(edits, _)| *edits <= allowed)
        .collect();
    near.sort_unstable();
    near.dedup();
    let least = near.first().map_or(0, |(edits, _)| *edits);
    near.into_iter().take_while(|(edits, _)| *edits == least).map(|(_, word)| word).take(NEAREST_MAX).collect()
}

/// Returns the optimal string alignment distance: how many letters to insert, delete, replace or swap with a neighbour
/// to turn one word into the other.
fn edits(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=to.len()).collect();
    let mut previous = None;
    for (row, letter) in from.chars().enumerate() {
        let mut current = vec![row + 1];
        for (column, &other) in to.iter().enumerate() {
            let at = |costs: &[usize], index: usize| costs.get(index).copied().unwrap_or(usize::MAX - 1);
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
    fn suggests_the_nearest_known_word() {
        let known = ["nps", "has_flagship", "renewal_date"];
        for (written, nearest_known) in [
            ("npss", Some("nps")),
            ("nsp", Some("nps")),
            ("NPS", Some("nps")),
            ("has_flagshp", Some("has_flagship")),
            ("revenue", None),
            ("", None),
        ] {
            assert_eq!(nearest(written, known), nearest_known, "{written}");
        }
    }

    #[test]
    fn paths_quote_keys_that_are_not_bare_words() {
        let (axis, key) = (Path::Root.key("axis"), "my field");
        assert_eq!(axis.index(1).key("rule").index(3).key(key).to_string(), r#"axis[1].rule[3]."my field""#);
        let (when, keys) = (Path::Root.key("when"), ["events", "*", "count"]);
        let count = when.keys(&keys);
        assert_eq!((count.to_string().as_str(), count.depth()), (r#"when.events."*".count"#, 4));
        assert_eq!(when.keys(&[]).to_string(), "when");
        assert_eq!(count.segments(), ["when", "events", "*", "count"].map(|key| PathSegment::Key(key.to_owned())));
    }
}
