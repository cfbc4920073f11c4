//! Positive amounts as lots, which negative amounts spend, the oldest first.

use super::event::Entry;
use super::selection::{Ages, Selection};

/// What is left of the positive amounts of equal events.
#[derive(Clone, Copy)]
pub(crate) struct Lot {
    pub(crate) at: i64,
    amount: u64,
    count: u32,
    spent: u128,
}

impl Lot {
    /// `None` if the amount is not positive.
    fn of(entry: &Entry) -> Option<Lot> {
        let amount = u64::try_from(entry.amount).ok().filter(|amount| *amount > 0)?;
        Some(Lot { at: entry.at, amount, count: entry.count, spent: 0 })
    }

    /// The unspent amount in millionths, below 2^95.
    pub(crate) fn left(&self) -> u128 {
        u128::from(self.amount) * u128::from(self.count) - self.spent
    }

    /// How many of the events have an unspent amount.
    pub(crate) fn events(&self) -> u64 {
        // Nearly always nothing or everything is spent.
        let left = || u64::try_from(self.left().div_ceil(self.amount.into())).unwrap_or(0);
        if self.spent == 0 { self.count.into() } else { left() }
    }
}

impl Selection<'_> {
    /// Calls `each` with the lots that are not all spent or expired at `as_of`, from the earliest to the latest.
    ///
    /// For a selection of one name, whatever the age. A lot can be spent at these ages, from zero on. At one instant,
    /// all amounts are gained before any is spent. An amount that is more than what is left spends all of it.
    ///
    /// Takes linear time: an amount spends the oldest lot, so no lot before it is looked at again.
    #[inline(never)]
    pub(crate) fn unspent(self, ages: Ages, as_of: i64, each: impl FnMut(Lot)) {
        let entries = self.slices().next().unwrap_or_default().iter();
        let entries = entries.filter(move |entry| self.keeps(entry.attributes));
        let expired = |lot: &Lot, as_of| ages.after(as_of).is_some_and(|after| lot.at <= after);
        let mut lots = entries.clone().filter_map(Lot::of);
        let mut oldest = lots.next();
        for spends in entries.filter(|entry| entry.amount < 0) {
            let mut due = u128::from(spends.amount.unsigned_abs()) * u128::from(spends.count);
            while let Some(lot) = oldest.as_mut().filter(|lot| due > 0 && lot.at <= spends.at) {
                if !expired(lot, spends.at) {
                    let taken = lot.left().min(due);
                    lot.spent += taken;
                    due -= taken;
                    if lot.left() > 0 {
                        break;
                    }
                }
                oldest = lots.next();
            }
        }
        oldest.into_iter().chain(lots).filter(|lot| !expired(lot, as_of)).for_each(each);
    }
}
