//! The columns of `columns.rs` as those of warmth, which borrows them as they lie.

use warmth::columns::{Bits, Column, Columns, ScoreColumns, Texts};

use crate::columns::{self, Coded, Outcomes, STATES};

/// The texts of a dictionary, one after the other.
struct Dictionary {
    offsets: Vec<i32>,
    bytes: Vec<u8>,
}

impl Dictionary {
    fn of<K>(coded: &Coded<K>) -> Dictionary {
        let ends = coded.texts.iter().scan(0, |end, text| {
            *end += i32::try_from(text.len()).unwrap();
            Some(*end)
        });
        Dictionary { offsets: std::iter::once(0).chain(ends).collect(), bytes: coded.texts.concat().into_bytes() }
    }

    fn texts(&self) -> Texts<'_> {
        Texts::new(&self.offsets, &self.bytes).unwrap()
    }
}

/// The dictionaries of columns.
pub(crate) struct Dictionaries([Dictionary; 5]);

impl Dictionaries {
    pub(crate) fn of(columns: &columns::Columns) -> Dictionaries {
        let columns::Columns { decision_maker, health, icp_segment, tech_stack, country, .. } = columns;
        Dictionaries([
            Dictionary::of(decision_maker),
            Dictionary::of(health),
            Dictionary::of(icp_segment),
            Dictionary::of(&tech_stack.items),
            Dictionary::of(country),
        ])
    }
}

pub(crate) fn borrowed<'a>(columns: &'a columns::Columns, dictionaries: &'a Dictionaries) -> Columns<'a> {
    let rows = columns.nps.len();
    let bits = |bytes: &'a [u8]| Bits::packed(bytes, 0, rows).unwrap();
    let [decision_maker, health, icp_segment, technology, country] = dictionaries.0.each_ref().map(Dictionary::texts);
    let lists = &columns.tech_stack;
    [
        ("active_users", Column::numbers(&columns.active_users)),
        ("in_onboarding", Column::flags(bits(&columns.in_onboarding))),
        ("decision_maker", Column::dictionary(&columns.decision_maker.codes, decision_maker)),
        ("renewal_date", Column::dates(&columns.renewal_date)),
        ("has_flagship", Column::flags(bits(&columns.has_flagship))),
        ("health", Column::dictionary(&columns.health.codes, health)),
        ("icp_segment", Column::dictionary(&columns.icp_segment.codes, icp_segment)),
        ("tech_stack", Column::dictionary_lists(&lists.offsets, &lists.items.codes, technology).unwrap()),
        ("intent", Column::numbers(&columns.intent)),
        ("nps", Column::numbers(&columns.nps).with_validity(bits(&columns.nps_known))),
        ("seats", Column::numbers(&columns.seats)),
        ("seat_limit", Column::numbers(&columns.seat_limit)),
        ("country", Column::dictionary(&columns.country.codes, country)),
    ]
    .into_iter()
    .fold(Columns::new(rows), |columns, (name, column)| columns.with(name, column).unwrap())
}

/// What warmth found, as the passes by hand say it.
pub(crate) fn outcomes(scores: &ScoreColumns<'_>) -> Outcomes {
    let points = scores.axis("readiness").unwrap().map(|(raw, _)| raw);
    Outcomes {
        points: points.map(|points| u32::try_from(points.micros() / 1_000_000).unwrap()).collect(),
        states: scores
            .states()
            .map(|state| u8::try_from(STATES.iter().position(|own| *own == state).unwrap()).unwrap())
            .collect(),
    }
}
