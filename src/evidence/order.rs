//! A radix sort for rows with numeric keys, in time proportional to the rows.

/// Sorts rows by key. The sort is stable and takes one pass for each byte in which keys differ.
pub(super) fn sort<T: Copy>(rows: &mut Vec<(u64, T)>) {
    let differing = match rows.first() {
        Some((first, _)) => rows.iter().fold(0, |bits, (key, _)| bits | (key ^ first)),
        None => return,
    };
    let mut sorted = rows.clone();
    for shift in (0..64).step_by(8).filter(|shift| differing >> shift & 0xff != 0) {
        pass(rows, &mut sorted, shift);
        std::mem::swap(rows, &mut sorted);
    }
}

#[expect(clippy::indexing_slicing, reason = "a byte is below 256, and the positions are counts of the rows themselves")]
fn pass<T: Copy>(rows: &[(u64, T)], sorted: &mut [(u64, T)], shift: u32) {
    let byte = |key: u64| usize::from((key >> shift).to_le_bytes()[0]);
    let mut counts = [0_usize; 256];
    for (key, _) in rows {
        counts[byte(*key)] += 1;
    }
    let mut next = 0;
    // From here on, each count is the position of the next row with this byte.
    for position in &mut counts {
        (*position, next) = (next, next + *position);
    }
    for row in rows {
        let position = &mut counts[byte(row.0)];
        sorted[*position] = *row;
        *position += 1;
    }
}

/// Returns a key that orders as the double does. Both zeros have the same key.
///
/// Keys of positive doubles have the highest bit set; the bits of negative doubles are inverted, so that they order by
/// falling magnitude.
pub(super) fn key(number: f64) -> u64 {
    let bits = (number + 0.0).to_bits(); // -0.0 + 0.0 is 0.0
    if bits >> 63 == 1 { !bits } else { bits | 1 << 63 }
}

/// Returns the double that has this [`key`].
pub(super) fn number(key: u64) -> f64 {
    f64::from_bits(if key >> 63 == 1 { key & !(1 << 63) } else { !key })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_order_is_that_of_the_standard_library(numbers: Vec<f64>) {
            let numbers: Vec<f64> = numbers.into_iter().filter(|number| !number.is_nan()).collect();
            let mut rows: Vec<(u64, usize)> = numbers.iter().enumerate().map(|(index, n)| (key(*n), index)).collect();
            let mut expected = rows.clone();
            expected.sort_by(|a, b| number(a.0).partial_cmp(&number(b.0)).unwrap());
            sort(&mut rows);
            prop_assert_eq!(rows, expected);
        }

        #[test]
        fn a_key_gives_its_number_back(a: f64) {
            prop_assume!(!a.is_nan());
            prop_assert!(number(key(a)).eq(&a));
        }
    }
}
