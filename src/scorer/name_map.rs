//! A host's own enum for the states, segments, plays or grades of a model.

use std::fmt;
use std::sync::Arc;

use super::Scorer;
use crate::grade::Grade;
use crate::program::Program;
use crate::score::{Play, Score};

/// Your own values, usually the variants of an enum, for the states, segments, plays or grades of a model.
///
/// [`Scorer::map_states`] and its siblings check the map when you load the model. A look-up then takes an index and
/// parses nothing:
///
/// ```
/// use warmth::{Model, Record, Scorer};
///
/// #[derive(Clone, Copy, Debug, PartialEq)]
/// enum State { Hot, Cold }
///
/// # let model: Model = toml::from_str("format = 1\nname = 'readiness'\n[[axis]]\nname = 'fit'\nbase = 60\n\
/// #     available = 100\n[[state]]\nname = 'hot'\nat_least = 50\n[[state]]\nname = 'cold'\nat_least = 0")?;
/// let scorer = Scorer::<Record>::new(&model)?;
/// let states = scorer.map_states([("hot", State::Hot), ("cold", State::Cold)])?;
/// let score = scorer.score(&Record::new(), "2026-11-22T09:00:00Z".parse()?);
/// assert_eq!(states.get(&score), Some(State::Hot));
///
/// let error = scorer.map_states([("hto", State::Hot), ("cold", State::Cold)]).unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "the map does not match the states of the model `readiness`: add the state `hot`; remove `hto`, which is not a state"
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// If a score is from another scorer, such as the scorer of an earlier version of your model, [`get`](NameMap::get)
/// looks it up by name: a name means the same in all versions. It returns `None` for a name that the map does not have,
/// so make a new map with every new scorer.
#[derive(Clone)]
pub struct NameMap<V> {
    program: Arc<Program>,
    part: NamedPart,
    /// In the order of the program's list.
    entries: Box<[(Arc<str>, V)]>,
}

impl<V: Copy> NameMap<V> {
    /// Returns the value for a score's state, segment, play or grade; `None` if the score has none.
    pub fn get(&self, score: &Score<'_>) -> Option<V> {
        if score.program().is_some_and(|program| std::ptr::eq(program, Arc::as_ptr(&self.program))) {
            let position = self.part.position(&self.program, score)?;
            self.entries.get(position).map(|(_, value)| *value)
        } else {
            self.by_name(self.part.name(score)?)
        }
    }

    /// Returns the value for a name, such as that of an [`OwnedScore`](crate::OwnedScore); `None` if the map does not
    /// have the name.
    ///
    /// ```
    /// # use warmth::{Model, Record, Scorer};
    /// # let model: Model = toml::from_str("format = 1\nname = 'x'\n[[segment]]\nname = 'all'")?;
    /// # let scorer = Scorer::<Record>::new(&model)?;
    /// let segments = scorer.map_segments([("all", 1)])?;
    /// assert_eq!((segments.by_name("all"), segments.by_name("other")), (Some(1), None));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn by_name(&self, name: &str) -> Option<V> {
        self.entries.iter().find(|(own, _)| **own == *name).map(|(_, value)| *value)
    }
}

impl<V: fmt::Debug> fmt::Debug for NameMap<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.entries.iter().map(|(name, value)| (name, value))).finish()
    }
}

impl<T> Scorer<T> {
    /// Maps every state of the model to a value of yours; see [`NameMap`].
    ///
    /// # Errors
    ///
    /// If the map lacks a state, has a name that is not a state, or lists a state twice. The error lists every such
    /// name.
    pub fn map_states<'a, V>(
        &self,
        variants: impl IntoIterator<Item = (&'a str, V)>,
    ) -> Result<NameMap<V>, NameMapError> {
        self.map(NamedPart::State, self.program.states.rows().iter().map(|(_, name)| Arc::clone(name)), variants)
    }

    /// Maps every segment of the model to a value of yours; see [`NameMap`].
    ///
    /// # Errors
    ///
    /// As [`map_states`](Scorer::map_states), for segments.
    pub fn map_segments<'a, V>(
        &self,
        variants: impl IntoIterator<Item = (&'a str, V)>,
    ) -> Result<NameMap<V>, NameMapError> {
        let names = self.program.segments.iter().map(|segment| Arc::clone(&segment.name));
        self.map(NamedPart::Segment, names, variants)
    }

    /// Maps every play of the model to a value of yours; see [`NameMap`].
    ///
    /// # Errors
    ///
    /// As [`map_states`](Scorer::map_states), for plays.
    pub fn map_plays<'a, V>(
        &self,
        variants: impl IntoIterator<Item = (&'a str, V)>,
    ) -> Result<NameMap<V>, NameMapError> {
        self.map(NamedPart::Play, self.program.plays.iter().map(|play| Arc::clone(&play.name)), variants)
    }

    /// Maps every [grade](Scorer::grades) that the model can give to a value of yours; see [`NameMap`].
    ///
    /// # Errors
    ///
    /// As [`map_states`](Scorer::map_states), for grades.
    pub fn map_grades<'a, V>(
        &self,
        variants: impl IntoIterator<Item = (&'a str, V)>,
    ) -> Result<NameMap<V>, NameMapError> {
        self.map(NamedPart::Grade, self.grades().map(|grade| grade.as_str().into()), variants)
    }

    fn map<'a, V>(
        &self,
        part: NamedPart,
        names: impl Iterator<Item = Arc<str>>,
        variants: impl IntoIterator<Item = (&'a str, V)>,
    ) -> Result<NameMap<V>, NameMapError> {
        let mut slots: Vec<(Arc<str>, Option<V>)> = names.map(|name| (name, None)).collect();
        let (mut unknown, mut repeated) = (Vec::new(), Vec::new());
        for (name, variant) in variants {
            match slots.iter_mut().find(|(own, _)| **own == *name) {
                Some((_, slot @ None)) => *slot = Some(variant),
                Some((_, Some(_))) => repeated.push(name.to_owned()),
                None => unknown.push(name.to_owned()),
            }
        }
        let missing: Vec<_> =
            slots.iter().filter(|(_, slot)| slot.is_none()).map(|(name, _)| name.to_string()).collect();
        if missing.is_empty() && unknown.is_empty() && repeated.is_empty() {
            let entries = slots.into_iter().filter_map(|(name, slot)| Some((name, slot?))).collect();
            Ok(NameMap { program: Arc::clone(&self.program), part, entries })
        } else {
            Err(NameMapError { model: self.program.name.to_string(), part, missing, unknown, repeated })
        }
    }
}

/// A part of an outcome that has a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum NamedPart {
    State,
    Segment,
    Play,
    Grade,
}

impl NamedPart {
    const fn as_str(self) -> &'static str {
        match self {
            NamedPart::State => "state",
            NamedPart::Segment => "segment",
            NamedPart::Play => "play",
            NamedPart::Grade => "grade",
        }
    }

    fn name<'m>(self, score: &Score<'m>) -> Option<&'m str> {
        match self {
            NamedPart::State => score.state(),
            NamedPart::Segment => score.segment(),
            NamedPart::Play => score.play().map(Play::name),
            NamedPart::Grade => score.grade().map(Grade::as_str),
        }
    }

    /// The position of the score's part in the program's list.
    fn position(self, program: &Program, score: &Score<'_>) -> Option<usize> {
        let [_, state, segment, play] = score.positions();
        match self {
            NamedPart::State => state.get(),
            NamedPart::Segment => segment.get(),
            NamedPart::Play => play.get(),
            NamedPart::Grade => Some(program.grade.as_ref()?.position(score.grade()?)),
        }
    }
}

/// The error of a map that does not match the names in a model, with every name that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameMapError {
    model: String,
    part: NamedPart,
    missing: Vec<String>,
    unknown: Vec<String>,
    repeated: Vec<String>,
}

impl NameMapError {
    /// Returns the names in the model that the map lacks.
    pub fn missing(&self) -> &[String] {
        &self.missing
    }

    /// Returns the names in the map that are not in the model.
    pub fn unknown(&self) -> &[String] {
        &self.unknown
    }

    /// Returns the names that the map lists more than once.
    pub fn repeated(&self) -> &[String] {
        &self.repeated
    }
}

impl fmt::Display for NameMapError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = self.part.as_str();
        let plural = |names: &[String]| if names.len() == 1 { "" } else { "s" };
        let listed = |names: &[String]| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        let mut remedies = Vec::new();
        if !self.missing.is_empty() {
            remedies.push(format!("add the {part}{} {}", plural(&self.missing), listed(&self.missing)));
        }
        if !self.unknown.is_empty() {
            let are = if self.unknown.len() == 1 { format!("is not a {part}") } else { format!("are not {part}s") };
            remedies.push(format!("remove {}, which {are}", listed(&self.unknown)));
        }
        if !self.repeated.is_empty() {
            remedies.push(format!("list {} only once", listed(&self.repeated)));
        }
        write!(f, "the map does not match the {part}s of the model `{}`: {}", self.model, remedies.join("; "))
    }
}

impl std::error::Error for NameMapError {}
