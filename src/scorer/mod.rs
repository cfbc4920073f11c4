//! The scorer: a model compiled against a type of subjects.

mod name_map;
mod outline;

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::compile::{Schema, compile};
use crate::evaluate::{Concrete, Evaluation, Observer, Outcome, Subject};
use crate::grade::Verdict;
use crate::input::activity::Activity;
use crate::input::facts::{Facts, Field};
use crate::model::{Fingerprint, Model};
use crate::problem::ModelError;
use crate::program::Program;
use crate::score::Score;
use crate::time::{Span, second_and_day, second_of};

pub use self::name_map::{NameMap, NameMapError};
pub use self::outline::Title;

/// A model compiled against the fields of a type of subjects.
///
/// [`new`](Scorer::new) reports every problem of the model. After that, scoring returns a value for any facts, never an
/// error.
///
/// A scorer is immutable and `Send + Sync`. Clones are cheap, because they share one program.
pub struct Scorer<T> {
    program: Arc<Program>,
    // Covariant, so that one scorer serves subjects with any lifetime.
    subject: PhantomData<fn() -> T>,
}

impl<T> Clone for Scorer<T> {
    fn clone(&self) -> Scorer<T> {
        Scorer { program: Arc::clone(&self.program), subject: PhantomData }
    }
}

impl<T> fmt::Debug for Scorer<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Program { name, fingerprint, .. } = &*self.program;
        f.debug_struct("Scorer")
            .field("name", name)
            .field("fingerprint", &fingerprint.to_string())
            .finish_non_exhaustive()
    }
}

impl<T> Scorer<T> {
    pub(crate) fn program(&self) -> &Program {
        &self.program
    }
}

impl<T: Facts> Scorer<T> {
    /// Compiles a model, or returns every problem in it.
    ///
    /// ```
    /// use warmth::{Model, Record, Scorer, facts};
    ///
    /// let model: Model = toml::from_str(
    ///     r#"
    ///     format = 1
    ///     name = "readiness"
    ///     [[axis]]
    ///     name = "fit"
    ///     [[axis.rule]]
    ///     id = "nps"
    ///     when.npss.at_least = 9
    ///     points = 40
    ///     "#,
    /// )?;
    ///
    /// struct Account { nps: Option<u8> }
    /// facts!(Account { nps });
    /// let error = Scorer::<Account>::new(&model).unwrap_err();
    /// assert_eq!(
    ///     error.problems()[0].to_string(),
    ///     "unknown-field at `axis[0].rule[0].when.npss`: there is no field `npss`; did you mean `nps`?"
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the model reads a field or an event that the type does not have, reads a field as another kind, refers to an
    /// axis or another part that it does not have, has an axis without available points, or exceeds one of its
    /// [limits](Model::document_limits). The error lists every problem.
    pub fn new(model: &Model) -> Result<Scorer<T>, ModelError> {
        Scorer::compiled(model, T::EVENTS)
    }

    /// Compiles a model for subjects that have these events and no others.
    ///
    /// As [`new`](Scorer::new), with these names instead of [`Facts::EVENTS`]. For records, or if the names are known only
    /// at run time.
    ///
    /// ```
    /// use warmth::{Model, Record, Scorer};
    ///
    /// let model: Model = toml::from_str(
    ///     r#"
    ///     format = 1
    ///     name = "readiness"
    ///     [[required]]
    ///     id = "active"
    ///     when.events.logn.last_within = "30d"
    ///     "#,
    /// )?;
    /// let error = Scorer::<Record>::with_events(&model, ["login", "pricing_view"]).unwrap_err();
    /// assert_eq!(
    ///     error.problems()[0].to_string(),
    ///     "unknown-event at `required[0].when.events.logn`: there is no event `logn`; did you mean `login`?"
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`new`](Scorer::new), and if the model or one of its cases names another event.
    pub fn with_events(
        model: &Model,
        events: impl IntoIterator<Item = impl AsRef<str>>,
    ) -> Result<Scorer<T>, ModelError> {
        let events: Vec<_> = events.into_iter().collect();
        let names: Vec<&str> = events.iter().map(AsRef::as_ref).collect();
        Scorer::compiled(model, Some(&names))
    }

    fn compiled(model: &Model, events: Option<&[&str]>) -> Result<Scorer<T>, ModelError> {
        let program = compile(model, Schema { noun: "field", fields: T::FIELDS, open: T::OPEN, events })?;
        Ok(Scorer { program: Arc::new(program), subject: PhantomData })
    }

    /// Scores a subject as of an instant.
    ///
    /// A pure function of the model, the subject and the instant. The instant is truncated to whole seconds, and later
    /// events do not count. Never fails, and allocates nothing; the [page for hosts](crate::_guide::hosting) lists the
    /// exceptions.
    pub fn score(&self, subject: &T, as_of: DateTime<Utc>) -> Score<'_> {
        self.score_with(subject, as_of, &mut ())
    }

    /// Scores a subject, and reports the evaluation to an observer.
    #[inline(always)]
    pub(crate) fn score_with<'m, W>(&'m self, subject: &T, as_of: DateTime<Utc>, observer: &mut W) -> Score<'m>
    where
        W: Observer<'m, Concrete>,
    {
        let program = &*self.program;
        let evaluation = Evaluation::new(Subject::on(program, subject, second_and_day(as_of, program.offset_secs)));
        let verdict = evaluation.verdict(observer);
        // Both branches construct the score in the caller's memory. A local variable would be copied afterwards.
        if verdict.is_scored() {
            scored(program, &evaluation, verdict, observer)
        } else {
            Score::held_back(program, verdict)
        }
    }

    /// Scores each subject into the element of `scores` with the same index.
    ///
    /// Stops at the end of the shorter slice and leaves the rest of the longer one unchanged. Create `scores` with
    /// [`Score::default`]. To use several threads, split both slices. If your subjects are in columns, such as Arrow
    /// arrays or a data frame, [`bind`](Scorer::bind) scores them several times faster.
    ///
    /// ```
    /// # use warmth::{Model, Points, Record, Score, Scorer};
    /// # let model: Model = toml::from_str("format = 1\nname = 'x'\n[[axis]]\nname = 'fit'\nbase = 1\navailable = 10\n\
    /// #     [[axis.rule]]\nid = 'nps'\nwhen.nps.at_least = 9\npoints = 5")?;
    /// let scorer = Scorer::<Record>::new(&model)?;
    /// let accounts = [Record::new().with("nps", 9), Record::new().with("nps", 3)];
    /// let mut scores = [Score::default(); 2];
    /// scorer.score_batch(&accounts, "2026-11-22T09:00:00Z".parse()?, &mut scores);
    /// assert_eq!(scores.map(|score| score.value()), [Points::from(60), Points::from(10)]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn score_batch<'m>(&'m self, subjects: &[T], as_of: DateTime<Utc>, scores: &mut [Score<'m>]) {
        for (subject, own) in subjects.iter().zip(scores) {
            *own = self.score(subject, as_of);
        }
    }

    /// Returns the fields that the model reads and this subject lacks, even if they cannot change the outcome.
    ///
    /// A field that the model only tests with `known` is never missing.
    pub fn missing<'a>(&'a self, subject: &'a T) -> impl Iterator<Item = &'a str> {
        Subject::new(&self.program, subject, 0).missing()
    }

    /// Returns the fields that the model reads, in the order of their first use, with their kinds.
    ///
    /// For an open type such as [`Record`](crate::Record), the kinds follow from the operators in the model.
    pub fn fields(&self) -> impl Iterator<Item = &Field> {
        self.program.fields.iter().map(|reading| &reading.field)
    }

    /// Returns the model's name.
    pub fn name(&self) -> &str {
        &self.program.name
    }

    /// Returns the model's fingerprint.
    pub fn fingerprint(&self) -> Fingerprint {
        self.program.fingerprint
    }

    /// Returns the age at which an event stops counting, for every rule of the model; `None` if some events always count.
    ///
    /// [`prune`](Scorer::prune) removes older events from an [`Activity`](crate::Activity). The lifespan of a slow decay can
    /// be longer than chrono's range.
    ///
    /// ```
    /// # use warmth::{Model, Record, Scorer, Span};
    /// let model: Model = toml::from_str(
    ///     r#"
    ///     format = 1
    ///     name = "x"
    ///     [[required]]
    ///     id = "active"
    ///     when.events.login.last_within = "30d"
    ///     "#,
    /// )?;
    /// assert_eq!(Scorer::<Record>::new(&model)?.lifespan(), Some(Span::days(30)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn lifespan(&self) -> Option<Span> {
        self.program.lifespan_secs.map(Span::seconds)
    }

    /// Removes the events of an activity that are older than the [lifespan](Scorer::lifespan) of the model at `now`.
    ///
    /// Changes no outcome as of `now` or later. An outcome as of an earlier instant, or by another model, may need the
    /// removed events. Removes nothing if the model has no lifespan.
    ///
    /// ```
    /// # use warmth::{Activity, Model, Record, Scorer};
    /// # let model: Model = toml::from_str("format = 1\nname = 'x'\nrequired = [{ id = 'active', when.events.login.last_within = '30d' }]")?;
    /// # let scorer = Scorer::<Record>::new(&model)?;
    /// let mut activity = Activity::new();
    /// activity.record("login", "2026-10-01T08:00:00Z".parse()?);
    /// activity.record("login", "2026-11-20T08:00:00Z".parse()?);
    /// scorer.prune(&mut activity, "2026-11-22T09:00:00Z".parse()?);
    /// assert_eq!(activity.len(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn prune(&self, activity: &mut Activity, now: DateTime<Utc>) {
        // If a lifespan is longer than all of time, no event is too old.
        let lifespan = self.program.lifespan_secs.and_then(|secs| i64::try_from(secs).ok());
        if let Some(secs) = lifespan {
            activity.prune_seconds(second_of(now).saturating_sub(secs));
        }
    }
}

/// Returns the score of a subject that passes the gates.
///
/// Not inlined, so that the other subjects do not pay for the stack frame.
#[inline(never)]
fn scored<'m, T: Facts, W: Observer<'m, Concrete>>(
    program: &'m Program,
    evaluation: &Evaluation<Subject<'m, '_, T>>,
    verdict: Verdict,
    observer: &mut W,
) -> Score<'m> {
    let mut outcome = Outcome::gated(verdict);
    evaluation.score(&mut outcome, observer);
    Score::new(program, &outcome)
}
