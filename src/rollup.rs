//! From many scores to one: the contacts or buying centres of an account.
//!
//! A scorer knows one subject. An account is many people, and the question is what they come to together. Collect a
//! [`Member`] for each of them into a [`Rollup`] and ask:
//!
//! ```
//! use warmth::rollup::{Member, Rollup};
//! use warmth::Points;
//!
//! let account: Rollup = [
//!     Member::new(80).role("economic-buyer"),
//!     Member::new(60).role("champion"),
//!     Member::new(100).weight("0.1".parse::<Points>()?), // an intern counts for a tenth
//! ]
//! .into_iter()
//! .collect();
//!
//! assert_eq!(account.max(), Some(Points::from(100))); // the intern
//! assert_eq!(account.top(3), Points::from(50)); // (80 + 60 + 10) / 3
//! assert_eq!(account.roles().collect::<Vec<_>>(), ["champion", "economic-buyer"]);
//! # Ok::<(), warmth::PointsError>(())
//! ```
//!
//! # Which figure
//!
//! | figure | goes up with | use it |
//! | --- | --- | --- |
//! | [`sum`](Rollup::sum) | every further member, so the largest account wins | for money, and as part of the others |
//! | [`max`](Rollup::max) | the one most eager member | to find out whether anybody is awake |
//! | [`mean`](Rollup::mean), [`median`](Rollup::median) | the usual member, and falls with every passive one | for accounts in which everybody counts |
//! | [`top`](Rollup::top) | the best few | to rank accounts: neither one eager intern nor a large headcount wins |
//! | [`per`](Rollup::per) | the sum, against the size of the account | to compare penetration |
//! | [`share_of_best`](Rollup::share_of_best) | dependence on one member | as a warning |
//! | [`roles`](Rollup::roles) | who takes part | as a gate: a buying group needs its roles |
//! | [`of_role`](Rollup::of_role) | those with one role alone | for the champion's own figures, and their share of the whole |
//!
//! [`top`](Rollup::top) divides by the number asked for, whether or not so many are there. So an eager intern alone with
//! 100 is worth 33.3 in a top three, and three hundred people with 30 each are worth 30.
//!
//! # Weights
//!
//! A weight says how many members one counts for: a member of weight 2 is the same as two members, and one of weight 0
//! is not there. That holds for every figure but [`share_of_best`](Rollup::share_of_best), which is about single members.
//!
//! # Back into a document
//!
//! A figure is a fact of the account like any other: give it to the account's own model as a computed field, in
//! `facts!` as `engagement: f64 = |account| account.contacts.top(3).to_f64()`.
//!
//! Everything is exact: whole millionths, divided once, to the nearest, ties away from zero. The order of the members
//! does not matter.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use crate::points::{HELD, MICROS, Points};
use crate::score::Score;

/// The greatest weight: a million members, in millionths.
const WEIGHT_MAX: i64 = 1_000_000 * MICROS;

/// One scored contact or buying centre: its points, its role, and how much it counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Member<'a> {
    points: i64, // within HELD
    weight: i64, // in [0, WEIGHT_MAX]
    role: Option<&'a str>,
}

impl<'a> Member<'a> {
    /// A member with these points, without a role and of weight 1. Points are held within 10^9.
    ///
    /// For a score or an axis of one; for a [`Score`] there is [`of`](Member::of).
    pub fn new(points: impl Into<Points>) -> Member<'a> {
        Member { points: points.into().micros().clamp(-HELD, HELD), weight: MICROS, role: None }
    }

    /// A member with the value of a score; `None` where a gate holds the subject back, who is then no member.
    pub fn of(score: &Score<'_>) -> Option<Member<'a>> {
        score.verdict().is_scored().then(|| Member::new(score.value()))
    }

    /// The part that the member plays in the buying group, such as `champion`. Defaults to none.
    #[must_use]
    pub const fn role(mut self, role: &'a str) -> Member<'a> {
        self.role = Some(role);
        self
    }

    /// How many members it counts for, from 0 to 1,000,000; held within that. Defaults to 1.
    #[must_use]
    pub fn weight(mut self, weight: impl Into<Points>) -> Member<'a> {
        self.weight = weight.into().micros().clamp(0, WEIGHT_MAX);
        self
    }

    /// Points times weight, in units of 10^-12.
    fn product(&self) -> i128 {
        i128::from(self.points) * i128::from(self.weight)
    }
}

/// The members of one account, and what they come to.
///
/// Collect it from an iterator of [`Member`]s. Two rollups are equal if their members are the same, in whatever order
/// they came. An empty one is a rollup like any other: what cannot be said of nobody is `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rollup<'a> {
    members: Vec<Member<'a>>, // of weight above 0; by points, the best first, then by weight and role
}

impl<'a> FromIterator<Member<'a>> for Rollup<'a> {
    fn from_iter<I: IntoIterator<Item = Member<'a>>>(members: I) -> Rollup<'a> {
        let mut members: Vec<_> = members.into_iter().filter(|member| member.weight > 0).collect();
        members.sort_unstable_by_key(|member| (Reverse(member.points), Reverse(member.weight), member.role));
        Rollup { members }
    }
}

impl<'a> Rollup<'a> {
    /// How many members there are, weights aside; those of weight 0 are none.
    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// Whether there is no member.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// The points of all, each times its weight. Zero of nobody; held at the ends of [`Points`].
    pub fn sum(&self) -> Points {
        Points::from_fraction(self.products(), MICROS.into())
    }

    /// The weighted mean.
    pub fn mean(&self) -> Option<Points> {
        (!self.is_empty()).then(|| Points::from_fraction(self.products(), self.weight()))
    }

    /// The points of the best member.
    pub fn max(&self) -> Option<Points> {
        self.members.first().map(|best| Points::from_micros(best.points))
    }

    /// The points that half of the weight reaches: the middle member's, or the mean of the two in the middle.
    ///
    /// ```
    /// # use warmth::rollup::{Member, Rollup};
    /// # use warmth::Points;
    /// let account: Rollup = [10, 20, 60, 90].map(Member::new).into_iter().collect();
    /// assert_eq!(account.median(), Some(Points::from(40)));
    /// ```
    pub fn median(&self) -> Option<Points> {
        let whole = self.weight();
        let mut seen = 0;
        let mut members = self.members.iter();
        let upper = members.by_ref().find(|member| {
            seen += i128::from(member.weight);
            seen * 2 >= whole
        })?;
        // Half of the weight ends exactly here: the next one is in the middle as well.
        let lower = if seen * 2 == whole { members.next().unwrap_or(upper) } else { upper };
        Some(Points::from_fraction(i128::from(upper.points) + i128::from(lower.points), 2))
    }

    /// The mean of the best `count` members, those that are not there counting as zero. Zero if `count` is.
    ///
    /// A member whose weight is more than what is left of `count` counts for what is left.
    ///
    /// ```
    /// # use warmth::rollup::{Member, Rollup};
    /// # use warmth::Points;
    /// let intern: Rollup = [Member::new(99)].into_iter().collect();
    /// let group: Rollup = [70, 60, 50, 10, 0].map(Member::new).into_iter().collect();
    /// let crowd: Rollup = (0..500).map(|_| Member::new(30)).collect();
    ///
    /// assert_eq!(intern.top(3), Points::from(33));
    /// assert_eq!(group.top(3), Points::from(60));
    /// assert_eq!(crowd.top(3), Points::from(30));
    /// assert!(crowd.sum() > group.sum()); // a headcount
    /// assert!(intern.mean() > group.mean() && intern.max() > group.max()); // an intern
    /// ```
    pub fn top(&self, count: u32) -> Points {
        let places = i128::from(count) * i128::from(MICROS);
        let mut left = places;
        let mut sum = 0;
        for member in &self.members {
            let weight = i128::from(member.weight).min(left);
            sum += i128::from(member.points) * weight;
            left -= weight;
        }
        Points::from_fraction(sum, places)
    }

    /// The sum for each of `size`: employees, seats, contacts that are known. `None` of a size of 0.
    ///
    /// ```
    /// # use warmth::rollup::{Member, Rollup};
    /// let account: Rollup = [80, 60].map(Member::new).into_iter().collect();
    /// assert_eq!(account.per(400).unwrap().to_string(), "0.35");
    /// ```
    pub fn per(&self, size: u32) -> Option<Points> {
        (size > 0).then(|| Points::from_fraction(self.products(), i128::from(MICROS) * i128::from(size)))
    }

    /// How much of the sum comes from the member that gives most to it, in percent: 100 if nobody else gives anything.
    ///
    /// `None` where the sum is not above zero. Held at 100, which negative points of others could exceed.
    ///
    /// ```
    /// # use warmth::rollup::{Member, Rollup};
    /// # use warmth::Points;
    /// let account: Rollup = [60, 20, 20].map(Member::new).into_iter().collect();
    /// assert_eq!(account.share_of_best(), Some(Points::from(60)));
    /// ```
    pub fn share_of_best(&self) -> Option<Points> {
        let whole = self.products();
        let best = self.members.iter().map(Member::product).max()?.min(whole);
        // OK because a product is at most 10^27, and 10^35 is within 128 bits.
        (whole > 0).then(|| Points::from_fraction(best * 100 * i128::from(MICROS), whole))
    }

    /// The different roles of the members, in alphabetical order.
    pub fn roles(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.members.iter().filter_map(|member| member.role).collect::<BTreeSet<_>>().into_iter()
    }

    /// The members with this role alone, to ask the same of them.
    ///
    /// The share of the champion is what the champions come to, in percent of what all come to:
    ///
    /// ```
    /// # use warmth::rollup::{Member, Rollup};
    /// # use warmth::Points;
    /// let account: Rollup = [Member::new(60), Member::new(30).role("champion"), Member::new(30)].into_iter().collect();
    /// let champion = account.of_role("champion");
    /// assert_eq!(champion.max(), Some(Points::from(30)));
    /// assert_eq!(champion.sum().percent_of(account.sum()), Some(Points::from(25)));
    /// assert!(account.of_role("economic-buyer").is_empty());
    /// ```
    #[must_use]
    pub fn of_role(&self, role: &str) -> Rollup<'a> {
        Rollup { members: self.members.iter().filter(|member| member.role == Some(role)).copied().collect() }
    }

    /// The products of all, in units of 10^-12.
    fn products(&self) -> i128 {
        // OK because a product is at most 10^27: 10^11 members fit, more than any memory holds.
        self.members.iter().map(Member::product).sum()
    }

    fn weight(&self) -> i128 {
        self.members.iter().map(|member| i128::from(member.weight)).sum()
    }
}
