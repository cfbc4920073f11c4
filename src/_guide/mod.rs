//! The guide.

/// Problems.
pub mod problems {}
