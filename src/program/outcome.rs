//! Promoters, limits and the names of an outcome.

use std::sync::Arc;

use super::Title;
use super::condition::Condition;
use crate::grade::Grade;
use crate::num::points::Points;
use crate::time::Span;

#[derive(Debug)]
pub(crate) struct Promoter {
    pub(crate) title: Title,
    pub(crate) fire_id: usize,
    pub(crate) when: Condition,
    pub(crate) plus: i64,
}

#[derive(Debug)]
pub(crate) struct Limit {
    pub(crate) title: Title,
    pub(crate) fire_id: usize,
    pub(crate) when: Condition,
    pub(crate) bound: i64,
    pub(crate) floor: bool,
}

#[derive(Debug)]
pub(crate) struct Grading {
    pub(crate) fit: Cuts,
    pub(crate) activity: Cuts,
}

impl Grading {
    /// The lowest grade that there is.
    pub(crate) fn last(&self) -> Grade {
        let last = |cuts: &Cuts| u8::try_from(cuts.cuts.len()).unwrap_or(u8::MAX);
        Grade::new(last(&self.fit), last(&self.activity))
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

#[derive(Debug)]
pub(crate) struct Cuts {
    pub(crate) axis: usize,
    /// Strictly falling, at most eight.
    pub(crate) cuts: Box<[i64]>,
}

/// States by rising bound.
#[derive(Debug, Default)]
pub(crate) struct States {
    pub(crate) rows: Box<[(i64, Arc<str>)]>,
    /// Whether the bounds are raw points.
    pub(crate) by_points: bool,
}

impl States {
    /// The names and bounds.
    pub(crate) fn bounds(&self) -> impl ExactSizeIterator<Item = (&str, Points)> {
        self.rows.iter().map(|(bound, name)| (&**name, Points::from_micros(*bound)))
    }
}

#[derive(Debug)]
pub(crate) struct Segment {
    pub(crate) name: Arc<str>,
    pub(crate) when: Option<Condition>,
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
