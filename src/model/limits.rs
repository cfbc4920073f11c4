//! How large a model may be.

/// How large a model may be: protection against documents that were not written in good faith.
///
/// The defaults are far above what a model that people can read needs. A document over a limit is refused with a
/// problem that names the limit.
///
/// ```
/// use warmth::{Limits, Model, Record, Scorer};
///
/// let model: Model = serde_json::from_str(r#"{ "format": 1, "name": "empty" }"#)?;
/// let limits = Limits { rules: 5_000, ..Limits::default() };
/// Scorer::<Record>::with_limits(&model, &limits)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Size of a document in bytes: those of its keys and texts, plus eight for every key and value. Defaults to
    /// 1,048,576.
    pub document_bytes: usize,
    /// Axes in a model. Defaults to 8; more than 8 are never accepted.
    pub axes: usize,
    /// Rules in a model; gates, promoters, limits, states, segments and plays count too. Defaults to 1,024; more than
    /// 8,192 are never accepted.
    pub rules: usize,
    /// Levels of tables and lists within one condition. Defaults to 32.
    pub nesting: usize,
    /// Tests in one condition. Defaults to 64.
    pub condition_tests: usize,
    /// Entries in one list or table. Defaults to 10,000.
    pub list_entries: usize,
    /// Bytes in one key or text. Defaults to 1,024.
    pub text_bytes: usize,
    /// Different fields that a model reads. Defaults to 256.
    pub fields: usize,
    /// Different event names that a model reads. Defaults to 64.
    pub event_names: usize,
    /// The greatest points a rule may name, to either side of zero. Defaults to 1,000,000; more are never accepted.
    pub points: u32,
    /// The longest span in seconds. Defaults to 3,155,760,000: a hundred years of 365.25 days; more are never accepted.
    pub span_secs: u64,
}

/// More axes than this do not fit into a [`Score`](crate::Score).
pub(crate) const AXES_MAX: usize = 8;

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            document_bytes: 1 << 20,
            axes: AXES_MAX,
            rules: 1_024,
            nesting: 32,
            condition_tests: 64,
            list_entries: 10_000,
            text_bytes: 1_024,
            fields: 256,
            event_names: 64,
            points: 1_000_000,
            span_secs: 3_155_760_000,
        }
    }
}

impl Limits {
    /// The same limits, those lowered beyond which the arithmetic has no room.
    pub(crate) fn held(&self) -> Limits {
        let most = Limits::default();
        Limits {
            axes: self.axes.min(most.axes),
            // So many sums of 10^9 points, in millionths, fit into an `i64`.
            rules: self.rules.min(8_192),
            points: self.points.min(most.points),
            span_secs: self.span_secs.min(most.span_secs),
            ..self.clone()
        }
    }
}
