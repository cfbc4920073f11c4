//! Limits on the size of a model.

/// Limits on the size of a model: protection against hostile documents.
///
/// The defaults are far above the needs of a model that people can read. Reading and compiling refuse a document over a
/// limit with a problem that names the limit. A [`Model`](super::Model) keeps the limits under which it was read, so
/// compiling and [`verify`](super::Model::verify) apply the same ones.
///
/// ```
/// use warmth::{DocumentLimits, Model, Record, Scorer};
///
/// let limits = DocumentLimits { rules: 5_000, ..DocumentLimits::default() };
/// let text = r#"{ "format": 1, "name": "large" }"#;
/// let model = Model::read_with_limits(&mut serde_json::Deserializer::from_str(text), &limits)?;
/// let scorer = Scorer::<Record>::new(&model)?;
/// # Ok::<(), warmth::ModelError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentLimits {
    /// The size of a document in bytes: keys and texts, plus eight for every key and value. Defaults to 1,048,576.
    pub document_bytes: usize,
    /// The axes of a model. Defaults to 8, which is also the maximum.
    pub axes: usize,
    /// The rules, gates, promoters, limits, states, segments and plays of a model together. Defaults to 1,024; the
    /// maximum is 8,192.
    pub rules: usize,
    /// The levels of `all`, `any`, `not` and `at_least_of` in one condition. Defaults to 32.
    pub nesting: usize,
    /// The tests in one condition. Defaults to 64.
    pub condition_tests: usize,
    /// The entries of one list or table. Defaults to 10,000.
    pub list_entries: usize,
    /// The bytes of one key or text. Defaults to 1,024.
    pub text_bytes: usize,
    /// The different fields that a model reads. Defaults to 256.
    pub fields: usize,
    /// The different event names that a model reads. Defaults to 64.
    pub event_names: usize,
    /// The points that a rule may name, above and below zero. Defaults to 1,000,000, which is also the maximum.
    pub points: u32,
    /// The longest span, in seconds. Defaults to 3,155,760,000 (a hundred years of 365.25 days), which is also the
    /// maximum.
    pub span_secs: u64,
}

/// The most axes that fit into a [`Score`](crate::Score).
pub(crate) const AXES_MAX: usize = 8;

/// How many groups can be inside of each other. An evaluation has room for the sums of all of them.
pub(crate) const NESTED_GROUPS_MAX: usize = 4;

impl Default for DocumentLimits {
    fn default() -> DocumentLimits {
        DocumentLimits {
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

impl DocumentLimits {
    /// Returns the same limits, clamped to the maximum up to which the arithmetic is exact.
    pub(crate) fn clamped(&self) -> DocumentLimits {
        let max = DocumentLimits::default();
        DocumentLimits {
            axes: self.axes.min(max.axes),
            // An `i64` holds the sum of this many rules of 10^9 points each, in millionths.
            rules: self.rules.min(8_192),
            points: self.points.min(max.points),
            span_secs: self.span_secs.min(max.span_secs),
            ..self.clone()
        }
    }
}
