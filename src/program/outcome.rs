//! Promoters, limits and the names of an outcome.

use std::sync::Arc;

use super::Title;
use super::condition::Condition;
use crate::grade::Grade;
use crate::model::IfUnknown;
use crate::num::points::Points;
use crate::time::Span;

#[derive(Debug)]
pub(crate) struct Promoter {
    pub(crate) title: Title,
    pub(crate) fire_id: usize,
    pub(crate) when: Condition,
    pub(crate) missing: IfUnknown,
    pub(crate) plus: i64,
}

#[derive(Debug)]
pub(crate) struct Limit {
    pub(crate) title: Title,
    pub(crate) fire_id: usize,
    pub(crate) when: Condition,
    pub(crate) missing: IfUnknown,
    pub(crate) bound: i64,
    pub(crate) floor: bool,
}

#[derive(Debug)]
pub(crate) struct Grading {
    pub(crate) fit: Cuts,
    pub(crate) activity: Cuts,
}

impl Grading {
    /// The lowest grade.
    pub(crate) fn last(&self) -> Grade {
        Grade::new(self.fit.lowest(), self.activity.lowest())
    }

    /// Every grade that the cuts can give, from the best.
    pub(crate) fn grades(&self) -> impl Iterator<Item = Grade> + use<> {
        let last = self.last();
        (0..=last.index()).map(Grade::at).filter(move |grade| grade.activity() <= last.activity())
    }

    /// The position of a grade in [`grades`](Grading::grades).
    pub(crate) fn position(&self, grade: Grade) -> usize {
        let (letter, number) = (grade.index() / 9, grade.index() % 9);
        letter * (self.activity.cuts.len() + 1) + number
    }
}

/// The cuts of one half of a grade, in descending order; at most eight.
#[derive(Debug)]
pub(crate) struct Cuts {
    pub(crate) axis: usize,
    cuts: Box<[i64]>,
}

impl Cuts {
    pub(crate) fn new(axis: usize, mut cuts: Vec<i64>) -> Cuts {
        cuts.sort_unstable_by(|a, b| b.cmp(a));
        Cuts { axis, cuts: cuts.into() }
    }

    /// The rank of a score, 0 for the best.
    #[inline]
    pub(crate) fn rank(&self, score: i64) -> u8 {
        let rank = self.cuts.iter().position(|cut| score >= *cut);
        rank.map_or(self.lowest(), |rank| u8::try_from(rank).unwrap_or(u8::MAX))
    }

    /// The rank below every cut.
    pub(crate) fn lowest(&self) -> u8 {
        u8::try_from(self.cuts.len()).unwrap_or(u8::MAX)
    }
}

/// States by ascending bound.
#[derive(Debug, Default)]
pub(crate) struct States {
    rows: Box<[(i64, Arc<str>)]>,
    /// Whether the bounds are raw points.
    pub(crate) by_points: bool,
}

impl States {
    pub(crate) fn new(mut rows: Vec<(i64, Arc<str>)>, by_points: bool) -> States {
        rows.sort();
        States { rows: rows.into(), by_points }
    }

    /// The bounds and names.
    pub(crate) fn rows(&self) -> &[(i64, Arc<str>)] {
        &self.rows
    }

    /// The index of the state of a value: the greatest bound that it reaches, else the lowest state.
    #[inline]
    pub(crate) fn index(&self, value: i64) -> usize {
        // Every value is at least in the lowest state, so its bound is not compared.
        self.rows.get(1..).unwrap_or_default().partition_point(|(bound, _)| *bound <= value)
    }

    /// The names and bounds.
    pub(crate) fn bounds(&self) -> impl ExactSizeIterator<Item = (&str, Points)> {
        self.rows.iter().map(|(bound, name)| (&**name, Points::from_micros(*bound)))
    }
}

#[derive(Debug)]
pub(crate) struct Segment {
    pub(crate) name: Arc<str>,
    pub(crate) when: Option<Condition>,
    pub(crate) missing: IfUnknown,
}

#[derive(Debug)]
pub(crate) struct Play {
    pub(crate) name: Arc<str>,
    pub(crate) owner: Option<Arc<str>>,
    pub(crate) respond_within: Option<Span>,
    pub(crate) otherwise: bool,
    /// The cells that it names, one bit each; none where it names no grades.
    pub(crate) cells: Cells,
    /// Indices into [`States::rows`].
    pub(crate) states: Box<[usize]>,
    /// Indices into [`Program::segments`].
    pub(crate) segments: Box<[usize]>,
}

/// A set of grades: bit `9 x letter + number`, both from 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Cells(u128);

impl Cells {
    pub(crate) fn add(&mut self, grade: Grade) {
        self.0 |= 1 << grade.index();
    }

    pub(crate) fn has(self, grade: Grade) -> bool {
        self.0 >> grade.index() & 1 == 1
    }

    pub(crate) fn is_empty(self) -> bool {
        self.0 == 0
    }
}
