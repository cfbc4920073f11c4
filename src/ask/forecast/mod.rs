//! Forecasts: the seconds at which an outcome changes if nothing happens, found by bisection over enclosures.
//!
//! An enclosure is an evaluation over a span of time. It contains the outcome at every second of the span. If the
//! projection of the enclosure is the current one, nothing changes within the span. Otherwise the span is split at a
//! breakpoint or in half, down to single seconds, which are evaluated like any score.

mod change;
mod projection;
mod search;

use chrono::{DateTime, Utc};

pub use self::change::{Change, NextChange, OwnedChange, OwnedNextChange};
pub use self::projection::Projection;
pub use self::search::Changes;

use crate::input::facts::Facts;
use crate::scorer::Scorer;
use crate::time::instant_at;

/// The maximum number of evaluations for the next change.
const EVALUATIONS_MAX: u64 = 100_000;

/// The maximum number of evaluations to prove that nothing changes after `until`.
const EVALUATIONS_BEYOND: u64 = 32;

impl<T: Facts> Scorer<T> {
    /// Returns the next change of the outcome if nothing happens.
    ///
    /// This is the first second after `as_of`, up to and including `until`, at which [`score`](Scorer::score) returns
    /// another outcome for the same subject, as seen through a projection. It accounts for decay, windows, ages, days,
    /// months, and events with an instant in the future.
    ///
    /// ```
    /// use chrono::{DateTime, Utc};
    /// use warmth::{Activity, Model, NextChange, Projection, Record, Scorer};
    ///
    /// let model: Model = toml::from_str(
    ///     r#"
    ///     format = 1
    ///     name = "engagement"
    ///     [[axis]]
    ///     name = "activity"
    ///     [[axis.rule]]
    ///     id = "demo"
    ///     signal.event = "demo"
    ///     signal.points = 100
    ///     signal.most_recent = 1
    ///     signal.decay.half_life = "14d"
    ///     [[state]]
    ///     name = "warm"
    ///     at_least = 50
    ///     [[state]]
    ///     name = "cold"
    ///     at_least = 0
    ///     "#,
    /// )?;
    /// let scorer = Scorer::<Record>::new(&model)?;
    /// let mut account = Record::new();
    /// account.activity_mut().record("demo", "2026-11-08T09:00:00Z".parse()?);
    ///
    /// let (now, until): (DateTime<Utc>, DateTime<Utc>) = ("2026-11-10T00:00:00Z".parse()?, "2027-11-10T00:00:00Z".parse()?);
    /// let next = scorer.next_change(&account, now, until, Projection::State);
    /// let change = next.change().unwrap();
    /// // After 14 days the demo gives exactly 50 points, which is still warm. One second later it gives less.
    /// assert_eq!(change.to_string(), "2026-11-22T09:00:01Z: warm 50 -> cold 49.999971");
    ///
    /// // The reason is the whole difference from `now` on.
    /// let why = change.why().part(warmth::compare::Cause::Time).to_string();
    /// assert_eq!(why, "time: -42.27, as demo aged (-42.27); state cold, was warm");
    ///
    /// let after = scorer.next_change(&account, change.at(), until, Projection::State);
    /// assert!(matches!(after, NextChange::Never));
    /// assert_eq!(after.next_look(), None);
    /// let sooner = scorer.next_change(&account, now, "2026-11-20T00:00:00Z".parse()?, Projection::State);
    /// assert!(matches!(sooner, NextChange::NotBefore(_)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// The instant is exact: one second earlier, the outcome is still the same. `Never` is certain up to the last
    /// instant that chrono can represent.
    ///
    /// A call usually takes a few dozen evaluations of the model. It takes more if thousands of events enter or leave a
    /// window one by one. If gains and losses cancel each other exactly on a bound, the search evaluates every second.
    /// After 100,000 evaluations it stops and returns [`NotBefore`](NextChange::NotBefore) with the last second that it
    /// reached.
    pub fn next_change<'m, 's>(
        &'m self,
        subject: &'s T,
        as_of: DateTime<Utc>,
        until: DateTime<Utc>,
        of: Projection,
    ) -> NextChange<'m, 's, T> {
        let mut changes = self.changes(subject, as_of, until, of);
        match changes.next_within(EVALUATIONS_MAX) {
            Some(change) => NextChange::At(Box::new(change)),
            None if !changes.is_at_end() => NextChange::NotBefore(instant_at(changes.reached())),
            None if changes.is_constant_from_now_on(EVALUATIONS_BEYOND) => NextChange::Never,
            // If `until` is in the past, nothing is known beyond `as_of`.
            None => NextChange::NotBefore(until.max(as_of)),
        }
    }

    /// Returns every change of the outcome after `as_of`, up to and including `until`, in order, if nothing happens.
    ///
    /// ```
    /// # use chrono::{DateTime, Utc};
    /// # use warmth::{Model, Projection, Record, Scorer};
    /// # let model: Model = toml::from_str(r#"
    /// #     format = 1
    /// #     name = "x"
    /// #     [[axis]]
    /// #     name = "timing"
    /// #     [[axis.rule]]
    /// #     id = "renewal"
    /// #     when.renewal.days_until.between = [0, 60]
    /// #     points = 10
    /// #     [[state]]
    /// #     name = "due"
    /// #     at_least = 100
    /// #     [[state]]
    /// #     name = "quiet"
    /// #     at_least = 0
    /// # "#)?;
    /// # let scorer = Scorer::<Record>::new(&model)?;
    /// let account = Record::new().with("renewal", "2027-02-28"); // due from 60 days before
    /// let (now, until): (DateTime<Utc>, DateTime<Utc>) = ("2026-11-22T09:00:00Z".parse()?, "2028-01-01T00:00:00Z".parse()?);
    /// let calendar: Vec<String> = scorer.changes(&account, now, until, Projection::State).map(|c| c.to_string()).collect();
    /// assert_eq!(calendar, ["2026-12-30T00:00:00Z: quiet 0 -> due 100", "2027-03-01T00:00:00Z: due 100 -> quiet 0"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// The number of evaluations is not limited, unlike in [`next_change`](Scorer::next_change). Call
    /// [`Changes::evaluations`] to watch it.
    pub fn changes<'m, 's>(
        &'m self,
        subject: &'s T,
        as_of: DateTime<Utc>,
        until: DateTime<Utc>,
        of: Projection,
    ) -> Changes<'m, 's, T> {
        Changes::new(self, subject, as_of, until, of)
    }
}
