//! Combines the scores of many contacts or buying centres into one figure for their account.
//!
//! A scorer evaluates one subject, but an account consists of many people. Collect a [`Member`] for each contact into a
//! [`Rollup`], then choose a figure:
//!
//! ```
//! use warmth::rollup::{Member, Rollup};
//! use warmth::Points;
//!
//! let account: Rollup = [
//!     Member::new(80).role("economic-buyer"),
//!     Member::new(60).role("champion"),
//!     Member::new(100).weight("0.1".parse::<Points>()?), // an intern counts as a tenth
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
//! | figure | measures | use it |
//! | --- | --- | --- |
//! | [`sum`](Rollup::sum) | all members together, so the largest account wins | for money, and to compute other figures |
//! | [`max`](Rollup::max) | the most eager member | to see whether anybody is interested |
//! | [`mean`](Rollup::mean), [`median`](Rollup::median) | the typical member; every passive member lowers it | for accounts in which every member counts |
//! | [`top`](Rollup::top) | the best few members | to rank accounts: neither one eager intern nor a large headcount wins |
//! | [`per`](Rollup::per) | the sum, relative to the size of the account | to compare penetration |
//! | [`share_of_best`](Rollup::share_of_best) | the dependence on one member | as a warning |
//! | [`roles`](Rollup::roles) | the roles that take part | as a gate: a buying group needs certain roles |
//! | [`of_role`](Rollup::of_role) | the members with one role | for the champion's own figures, and the champion's share of the sum |
//!
//! [`top`](Rollup::top) always divides by the requested number of members, even if the account has fewer. In a top
//! three, a single intern with 100 points gives 33.3, and 300 people with 30 points each give 30.
//!
//! # Weights
//!
//! A weight is the number of members that a member counts as. A member of weight 2 is equivalent to two members, and a
//! member of weight 0 is ignored. The exception is [`share_of_best`](Rollup::share_of_best), which looks at single
//! members.
//!
//! # Use a figure in a model
//!
//! Pass the figure to the account's own model as a computed field of `facts!`, for example
//! `engagement: f64 = |account| account.contacts.top(3).to_f64()`.
//!
//! # Exactness
//!
//! Figures are computed in integers. Each figure is divided once and rounded to the nearest millionth, ties away from
//! zero. The order of the members does not matter.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use crate::num::points::{HELD, MICROS, Points};
use crate::score::Score;

/// The maximum weight in millionths: one million members.
const WEIGHT_MAX: i64 = 1_000_000 * MICROS;

/// One scored contact or buying centre, with points, a role and a weight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Member<'a> {
    points: i64, // within HELD
    weight: i64, // in [0, WEIGHT_MAX]
    role: Option<&'a str>,
}

impl<'a> Member<'a> {
    /// Returns a member with these points, without a role and with weight 1.
    ///
    /// Points are clamped to ±10^9. Use [`of`](Member::of) to make a member from a [`Score`].
    pub fn new(points: impl Into<Points>) -> Member<'a> {
        Member { points: points.into().micros().clamp(-HELD, HELD), weight: MICROS, role: None }
    }

    /// Returns a member with the value of a score, or `None` if a gate holds the subject back.
    pub fn of(score: &Score<'_>) -> Option<Member<'a>> {
        score.verdict().is_scored().then(|| Member::new(score.value()))
    }

    /// Sets the role in the buying group, such as `champion`. Defaults to no role.
    #[must_use]
    pub const fn role(mut self, role: &'a str) -> Member<'a> {
        self.role = Some(role);
        self
    }

    /// Sets the number of members that this member counts as. Defaults to 1; clamped to 0 to 1,000,000.
    #[must_use]
    pub fn weight(mut self, weight: impl Into<Points>) -> Member<'a> {
        self.weight = weight.into().micros().clamp(0, WEIGHT_MAX);
        self
    }

    /// Returns points times weight, in units of 10^-12.
    fn product(&self) -> i128 {
        i128::from(self.points) * i128::from(self.weight)
    }
}

/// The members of one account, and the figures about them.
///
/// Collect a rollup from an iterator of [`Member`]s. Two rollups are equal if they have the same members in any order.
/// A rollup can be empty; figures that are undefined for an empty rollup are `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rollup<'a> {
    members: Vec<Member<'a>>, // weights above 0; sorted by points and weight, both descending, then by role
}

impl<'a> FromIterator<Member<'a>> for Rollup<'a> {
    fn from_iter<I: IntoIterator<Item = Member<'a>>>(members: I) -> Rollup<'a> {
        let mut members: Vec<_> = members.into_iter().filter(|member| member.weight > 0).collect();
        members.sort_unstable_by_key(|member| (Reverse(member.points), Reverse(member.weight), member.role));
        Rollup { members }
    }
}

impl<'a> Rollup<'a> {
    /// Returns the number of members with a weight above 0. Each counts once.
    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// Returns whether the rollup has no members.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// Returns the sum of points times weight over all members.
    ///
    /// The sum of an empty rollup is zero. The sum saturates at the limits of [`Points`].
    pub fn sum(&self) -> Points {
        Points::from_fraction(self.products(), MICROS.into())
    }

    /// Returns the weighted mean, or `None` if the rollup is empty.
    pub fn mean(&self) -> Option<Points> {
        (!self.is_empty()).then(|| Points::from_fraction(self.products(), self.weight()))
    }

    /// Returns the points of the best member, or `None` if the rollup is empty.
    pub fn max(&self) -> Option<Points> {
        self.members.first().map(|best| Points::from_micros(best.points))
    }

    /// Returns the weighted median, or `None` if the rollup is empty.
    ///
    /// If half of the weight ends exactly between two members, the median is the mean of the two.
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
        // Half of the weight ends exactly here, so the next member is in the middle too.
        let lower = if seen * 2 == whole { members.next().unwrap_or(upper) } else { upper };
        Some(Points::from_fraction(i128::from(upper.points) + i128::from(lower.points), 2))
    }

    /// Returns the mean of the best `count` members. Empty places count as zero, and `top(0)` is zero.
    ///
    /// If the weight of a member exceeds the remaining part of `count`, the member counts with the remaining part.
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
    /// assert!(crowd.sum() > group.sum()); // a large headcount wins by sum
    /// assert!(intern.mean() > group.mean() && intern.max() > group.max()); // an intern wins by mean and max
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

    /// Returns the sum divided by `size`, such as the number of employees, seats or known contacts.
    ///
    /// Returns `None` if `size` is 0.
    ///
    /// ```
    /// # use warmth::rollup::{Member, Rollup};
    /// let account: Rollup = [80, 60].map(Member::new).into_iter().collect();
    /// assert_eq!(account.per(400).unwrap().to_string(), "0.35");
    /// ```
    pub fn per(&self, size: u32) -> Option<Points> {
        (size > 0).then(|| Points::from_fraction(self.products(), i128::from(MICROS) * i128::from(size)))
    }

    /// Returns the share of the sum that comes from the largest contributor, in percent.
    ///
    /// The share is 100 if no other member contributes. It is clamped to 100, because negative points of other members
    /// could push it higher. Returns `None` if the sum is not above zero.
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
        // No overflow: a product is at most 10^27, and 10^35 fits in 128 bits.
        (whole > 0).then(|| Points::from_fraction(best * 100 * i128::from(MICROS), whole))
    }

    /// Returns the distinct roles of the members, in alphabetical order.
    pub fn roles(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.members.iter().filter_map(|member| member.role).collect::<BTreeSet<_>>().into_iter()
    }

    /// Returns a rollup of only the members with this role.
    ///
    /// For example, the share of the champions is their sum in percent of the sum of all members:
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

    /// Returns the sum of all products, in units of 10^-12.
    fn products(&self) -> i128 {
        // No overflow: a product is at most 10^27, so 10^11 members fit, which exceeds any memory.
        self.members.iter().map(Member::product).sum()
    }

    fn weight(&self) -> i128 {
        self.members.iter().map(|member| i128::from(member.weight)).sum()
    }
}
