//! A random generator with the same output on every machine.

#![expect(clippy::indexing_slicing, clippy::unreachable, reason = "the lists to draw from are constants and not empty")]

use std::fmt::Display;

/// The `SplitMix64` generator. It is specified to the bit, so no new version of a library changes the files.
pub(crate) struct Random {
    state: u64,
}

impl Random {
    /// Creates the generator of a stream. Each account has its own stream, so account 17 is the same in a portfolio of any
    /// size.
    pub(crate) fn new(seed: u64, stream: u64) -> Random {
        let mut of_seed = Random { state: seed };
        let mut of_stream = Random { state: of_seed.next() ^ stream };
        Random { state: of_stream.next() }
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.state ^ (self.state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Returns a number from 0 up to, but not including, `bound`.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    pub(crate) fn between(&mut self, least: u64, greatest: u64) -> u64 {
        least + self.below(greatest - least + 1)
    }

    pub(crate) fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    pub(crate) fn pick<T: Copy>(&mut self, list: &[T]) -> T {
        let index = self.below(list.len() as u64);
        list[usize::try_from(index).unwrap_or(0)]
    }

    pub(crate) fn weighted<T: Copy>(&mut self, list: &[(u64, T)]) -> T {
        let mut left = self.below(list.iter().map(|(weight, _)| weight).sum());
        for (weight, item) in list {
            if left < *weight {
                return *item;
            }
            left -= weight;
        }
        unreachable!("the draw is below the sum of the weights")
    }

    /// Returns `how_many` different items, in the order of the list.
    pub(crate) fn some_of(&mut self, list: &[&'static str], how_many: u64) -> Vec<&'static str> {
        let mut wanted = how_many.min(list.len() as u64);
        let mut chosen = Vec::new();
        for (index, item) in list.iter().enumerate() {
            if self.below((list.len() - index) as u64) < wanted {
                chosen.push(*item);
                wanted -= 1;
            }
        }
        chosen
    }

    /// Returns the value as text with the given probability, and otherwise an empty cell.
    pub(crate) fn known(&mut self, percent: u64, value: impl Display) -> String {
        if self.chance(percent) { value.to_string() } else { String::new() }
    }
}
