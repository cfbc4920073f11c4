//! A population under two models.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::path::Path;

use chrono::{DateTime, Utc};
use warmth::review::{Dimension, Direction, Reason, Reviewed};
use warmth::{Kind, Model, Record, Review, ReviewSheet, Scorer};

use crate::document::Document;
use crate::matched::NO_EVENTS;
use crate::messages::{Messages, Stop};
use crate::options::PopulationArgs;
use crate::population::{Population, fields};
use crate::records::Records;

/// The model in use and a new one.
pub(crate) struct Pair {
    pub(crate) old_model: Model,
    pub(crate) new_model: Model,
    old: Scorer<Record>,
    new: Scorer<Record>,
}

/// A record that moves.
pub(crate) struct Mover<'m> {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) own: Reviewed<'m>,
}

/// Everything that changes for a population.
pub(crate) struct Compared<'m> {
    pub(crate) sheet: ReviewSheet,
    pub(crate) movers: Vec<Mover<'m>>,
    /// The dimensions that a model has.
    pub(crate) dimensions: Vec<Dimension>,
    /// The fields of the new model that records lack, the most frequent first.
    pub(crate) missing: Vec<(String, u64)>,
    pub(crate) as_of: DateTime<Utc>,
    /// The number of rows and events that were left out.
    pub(crate) left_out: u64,
    pub(crate) lacks_events: bool,
    records: Records,
}

impl Pair {
    pub(crate) fn open(old: &Path, new: &Path, messages: &Messages) -> Result<Pair, Stop> {
        let (old, new) = (Document::open(old)?, Document::open(new)?);
        let (old_model, new_model) = (old.model(messages)?, new.model(messages)?);
        let (old, new) = (old.scorer(&old_model, messages)?, new.scorer(&new_model, messages)?);
        Ok(Pair { old_model, new_model, old, new })
    }

    /// Scores every record with both models. `new` is the path of the new model, for messages.
    pub(crate) fn compare(
        &self,
        (new, records): (&Path, &Path),
        args: &PopulationArgs,
        messages: &mut Messages,
    ) -> Result<Compared<'_>, Stop> {
        let models = [&self.new_model, &self.old_model];
        let opened = Population::open(args.files(records)?, &models, self.both()?, messages);
        let population = opened.map_err(|stop| stop.with_next(|| args.next_mapping(records, new)))?;
        let lacks_events = population.lacks_events(&models);
        let (mut records, as_of) = (population.records, args.as_of());
        let mut review = Review::new(&self.old, &self.new);
        let (mut movers, mut missing) = (Vec::new(), BTreeMap::<String, u64>::new());
        while let Some((id, record)) = records.next(messages)? {
            for field in self.new.missing(&record) {
                match missing.get_mut(field) {
                    Some(count) => *count += 1,
                    None => _ = missing.insert(field.to_owned(), 1),
                }
            }
            let own = review.add((&record, as_of), (&record, as_of));
            if own.direction != Direction::Same {
                movers.push(Mover { id, name: records.name(), own });
            }
        }
        records.refuse_none()?;
        let sheet = review.sheet();
        let mut missing: Vec<_> = missing.into_iter().collect();
        missing.sort_by_key(|(_, count)| Reverse(*count));
        let dimensions = Dimension::ALL.into_iter().filter(|dimension| !sheet.moves(*dimension).is_empty()).collect();
        let left_out = messages.left_out();
        Ok(Compared { sheet, movers, dimensions, missing, as_of, left_out, lacks_events, records })
    }

    /// The fields that either model reads.
    fn both(&self) -> Result<Vec<(String, Kind)>, Stop> {
        let mut both = fields(&self.old);
        for (name, kind) in fields(&self.new) {
            match both.iter_mut().find(|(own, _)| *own == name) {
                None => both.push((name, kind)),
                Some((_, own)) if *own == kind || kind == Kind::Any => {}
                Some((_, own)) if *own == Kind::Any => *own = kind,
                Some((_, own)) => {
                    return Err(format!("the old model reads `{name}` as {own}, and the new one as {kind}").into());
                }
            }
        }
        Ok(both)
    }

    /// The names in a dimension: states by their bound, the highest first; grades, segments and plays as the models list them.
    fn names(&self, dimension: Dimension) -> Vec<String> {
        let models = [&self.new, &self.old];
        match dimension {
            Dimension::State => {
                let mut states: Vec<_> = models.iter().flat_map(|model| model.states()).collect();
                states.sort_by_key(|(_, bound)| Reverse(*bound));
                states.into_iter().map(|(name, _)| name.to_owned()).collect()
            }
            Dimension::Grade => models.iter().flat_map(|model| model.grades()).map(|own| own.to_string()).collect(),
            Dimension::Segment => models.iter().flat_map(|model| model.segments()).map(str::to_owned).collect(),
            Dimension::Play => models.iter().flat_map(|model| model.plays()).map(|own| own.name().to_owned()).collect(),
            _ => Vec::new(),
        }
    }
}

/// The counts of a dimension: its names in order, and the number of records and the direction from the old to the new name.
pub(crate) struct Matrix {
    pub(crate) names: Vec<String>,
    counts: BTreeMap<(String, String), (u64, Direction)>,
}

/// What a table shows for records without a name.
pub(crate) const NONE: &str = "-";

impl Matrix {
    /// Names that no record has are left out. Verdicts are last.
    pub(crate) fn of(pair: &Pair, sheet: &ReviewSheet, dimension: Dimension) -> Matrix {
        let name = |name: &Option<String>| name.clone().unwrap_or_else(|| NONE.to_owned());
        let moves = sheet.moves(dimension);
        let counts: BTreeMap<_, _> =
            moves.iter().map(|own| ((name(&own.from), name(&own.to)), (own.rows, own.direction))).collect();
        let order = pair.names(dimension);
        let mut names: Vec<String> = counts.keys().flat_map(|(old, new)| [old.clone(), new.clone()]).collect();
        names.sort();
        names.dedup();
        names.sort_by_key(|name| order.iter().position(|own| own == name).unwrap_or(usize::MAX));
        Matrix { names, counts }
    }

    pub(crate) fn count(&self, old: &str, new: &str) -> (u64, Direction) {
        self.counts.get(&(old.to_owned(), new.to_owned())).copied().unwrap_or((0, Direction::Same))
    }

    /// Whether any record has another name.
    pub(crate) fn has_moves(&self) -> bool {
        self.counts.keys().any(|(old, new)| old != new)
    }
}

impl Mover<'_> {
    /// The names before and after. CSV has no name for records that a gate holds back, apart from the state.
    pub(crate) fn places(&self, dimension: Dimension) -> [Option<&str>; 2] {
        [&self.own.before, &self.own.after].map(|score| {
            let is_named = score.verdict().is_scored() || dimension == Dimension::State;
            dimension.place(score).filter(|_| is_named)
        })
    }

    /// The scores before and after with this many decimal places, if the record is scored.
    pub(crate) fn scores(&self, places: usize) -> [Option<String>; 2] {
        [&self.own.before, &self.own.after]
            .map(|score| Some(score.value()).filter(|_| score.verdict().is_scored()))
            .map(|score| score.map(|score| format!("{score:.places$}")))
    }

    /// The exact scores before and after, if the record is scored.
    pub(crate) fn exact_scores(&self) -> [Option<String>; 2] {
        [&self.own.before, &self.own.after]
            .map(|score| Some(score.value().to_string()).filter(|_| score.verdict().is_scored()))
    }

    /// The reasons in words.
    pub(crate) fn reasons(&self) -> String {
        if self.own.reasons.is_empty() {
            return NO_POINTS.to_owned();
        }
        self.own.reasons.iter().map(Reason::to_string).collect::<Vec<_>>().join(", ")
    }
}

/// The reason of a record that moves although none of its points change, for example because a state has another bound.
pub(crate) const NO_POINTS: &str = "no points changed";

impl Compared<'_> {
    /// Writes what the user should know about the files. Call it after the output.
    pub(crate) fn write_warnings(&self, messages: &mut Messages) {
        self.records.write_warnings(messages);
        if self.lacks_events {
            messages.note(NO_EVENTS);
        }
    }
}
