//! Exact arithmetic: decimals, their text form, and whole numbers of 384 bits.

pub(crate) mod decimal;
pub(crate) mod points;
pub(crate) mod u384;
