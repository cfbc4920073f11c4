//! How many random inputs the tests try.
//!
//! | `WARMTH_TEST_SEEDS` | inputs |
//! | --- | --- |
//! | not set | a tenth of the full counts, for the run after every change |
//! | `full` | the full counts, as in `.ci/run` |
//!
//! A test states the count of the full run and passes it through [`scaled`]. A check that enough inputs were of some
//! kind scales its threshold in the same way. A failing test names its seed, which is the same in either run.

/// The count to use in this run where a full run uses `full`.
pub(crate) fn scaled(full: u64) -> u64 {
    match std::env::var("WARMTH_TEST_SEEDS") {
        Err(std::env::VarError::NotPresent) => full.div_ceil(10),
        Ok(value) if value == "full" => full,
        other => panic!("WARMTH_TEST_SEEDS is {other:?}; leave it out, or set it to `full`"),
    }
}
