//! Exact arithmetic: decimals, their text form, and whole numbers of 384 bits. Numbers that arrive as text.

pub(crate) mod decimal;
pub(crate) mod json;
pub(crate) mod points;
pub(crate) mod u384;
