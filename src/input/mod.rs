//! The input of a scorer: facts of one subject, its activity, and many subjects as columns.

pub(crate) mod activity;
pub(crate) mod buffers;
pub(crate) mod columns;
pub(crate) mod decimals;
pub(crate) mod facts;
pub(crate) mod facts_macro;
pub(crate) mod texts;
pub(crate) mod value;
