//! Scores every record of a file, and collects what never matched.

use std::collections::HashMap;
use std::path::Path;

use chrono::{DateTime, Utc};
use warmth::{Fired, Kind, Model, Record, Score, Scorer, Verdict};

use crate::events::{Events, read_events};
use crate::mapping::Mapping;
use crate::mapping::form::Zone;
use crate::matched::{Audit, Report};
use crate::messages::{Messages, Stop};
use crate::reads::attributes;
use crate::records::Records;

/// The files with the records and events of a population.
pub(crate) struct Files<'a> {
    pub(crate) records: &'a Path,
    pub(crate) events: Option<&'a Path>,
    pub(crate) mapping: Mapping,
    pub(crate) drop_duplicates: bool,
}

/// A record that was scored.
pub(crate) struct Scored<'a, 'm> {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) record: &'a Record,
    pub(crate) score: Score<'m>,
    pub(crate) fired: &'a Fired<'m>,
}

/// The files as they are read: the records one by one, the events before them.
pub(crate) struct Population {
    pub(crate) records: Records,
    pub(crate) events: Option<Events>,
    pub(crate) mapping: Mapping,
}

impl Population {
    /// Reads the events with the attributes that the models read, and opens the records with these fields. Local times have
    /// the offset of the first model.
    pub(crate) fn open(
        files: Files<'_>,
        models: &[&Model],
        fields: impl IntoIterator<Item = (String, Kind)>,
        messages: &mut Messages,
    ) -> Result<Population, Stop> {
        let zone = Zone::of_minutes(models.first().map_or(0, |model| model.get_utc_offset_minutes()));
        let mut events = match files.events {
            Some(path) => {
                let (mapping, attributes) = (&files.mapping.events, attributes(models.iter().copied()));
                Some(read_events(path, mapping, attributes, zone, files.drop_duplicates, messages)?)
            }
            None => None,
        };
        let activities = events.as_mut().map_or_else(HashMap::new, |events| std::mem::take(&mut events.activities));
        let records = Records::open(files.records, fields, activities, &files.mapping, messages)?;
        Ok(Population { records, events, mapping: files.mapping })
    }

    /// Whether a model reads events, and there is no file of them.
    pub(crate) fn lacks_events(&self, models: &[&Model]) -> bool {
        self.events.is_none() && models.iter().any(|model| model.events().next().is_some())
    }

    /// Scores every record, and passes it to `each`.
    ///
    /// # Errors
    ///
    /// If the file has no record that can be scored, or if `each` stops.
    pub(crate) fn score<'m>(
        mut self,
        (model, scorer): (&'m Model, &'m Scorer<Record>),
        as_of: DateTime<Utc>,
        messages: &mut Messages,
        mut each: impl FnMut(Scored<'_, 'm>) -> Result<(), Stop>,
    ) -> Result<Unreported, Stop> {
        let mut audit = Audit::new(model, scorer);
        let mut fired = Fired::new();
        while let Some((id, record)) = self.records.next(messages)? {
            let score = scorer.score_fired(&record, as_of, &mut fired);
            audit.see(&record, &score, &fired);
            let scored = Scored { id, name: self.records.name(), record: &record, score, fired: &fired };
            each(scored)?;
        }
        self.records.refuse_none()?;
        let report = audit.report(&self, messages.left_out());
        Ok(Unreported { records: self.records, report })
    }
}

/// The findings of a run. Write them after the output.
pub(crate) struct Unreported {
    records: Records,
    pub(crate) report: Report,
}

impl Unreported {
    pub(crate) fn count(&self) -> usize {
        self.records.count()
    }

    pub(crate) fn write(&self, messages: &mut Messages) {
        self.records.write_warnings(messages);
        self.report.write(messages);
    }
}

/// The gate that holds a record back. An uncovered record has none.
pub(crate) fn gate_of<'m>(score: &Score<'m>, fired: &Fired<'m>) -> Option<&'m str> {
    let held_back = matches!(score.verdict(), Verdict::Ineligible | Verdict::Disqualified);
    fired.ids().next().filter(|_| held_back)
}

/// The fields that a scorer reads.
pub(crate) fn fields(scorer: &Scorer<Record>) -> Vec<(String, Kind)> {
    scorer.fields().map(|field| (field.name().to_owned(), field.kind())).collect()
}
