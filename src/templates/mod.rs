//! The field's own models, as documents that run.
//!
//! Each is a text in the format of the [guide](crate::_guide::document), with worked cases inside and comments that say
//! which number comes from where. Read one, change it, keep it: it is meant to become yours. What each of them is for,
//! and every published number beside its place, is on a [page of its own](crate::_guide::templates).
//!
//! The crate reads no TOML itself. With the `toml` crate:
//!
//! ```
//! use warmth::{Model, Record, Scorer, templates};
//!
//! let model: Model = toml::from_str(templates::upsell().document())?;
//! model.verify()?;
//! let scorer = Scorer::<Record>::new(&model)?;
//!
//! let record = Record::new().with("nps", 9).with("seats", 95).with("seat_limit", 100);
//! let score = scorer.score(&record, "2026-11-22T12:00:00Z".parse()?);
//! assert_eq!(score.grade().unwrap().as_str(), "A3");
//! assert_eq!(score.play().unwrap().name(), "Run two automated campaigns");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

/// A model that the crate ships.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Template {
    name: &'static str,
    purpose: &'static str,
    document: &'static str,
}

impl Template {
    /// The name of its function here and of its file, `"upsell"`.
    pub const fn name(self) -> &'static str {
        self.name
    }

    /// The question that it answers.
    pub const fn purpose(self) -> &'static str {
        self.purpose
    }

    /// The document, in TOML with its comments.
    pub const fn document(self) -> &'static str {
        self.document
    }
}

macro_rules! templates {
    ($($(#[$doc:meta])* $name:ident: $purpose:literal;)*) => {
        $(
            #[doc = $purpose]
            ///
            $(#[$doc])*
            pub const fn $name() -> Template {
                Template {
                    name: stringify!($name),
                    purpose: $purpose,
                    document: include_str!(concat!(stringify!($name), ".toml")),
                }
            }
        )*

        /// All of them, in the order in which the guide describes them.
        ///
        /// ```
        /// for template in warmth::templates::all() {
        ///     println!("{}: {}", template.name(), template.purpose());
        /// }
        /// ```
        pub const fn all() -> &'static [Template] {
            const { &[$($name()),*] }
        }
    };
}

templates! {
    /// Segments `high-icp-fit` and `other`, from firmographic facts. The first is what [`cross_sell_readiness`] asks
    /// for as `icp_segment`.
    icp_fit: "Is this account like the customers that we do best with?";
    /// Required, disqualifying, promoting and point conditions; 30 points; states by points.
    cross_sell_readiness: "Is this account ready for a second product?";
    /// Fit by activity, sixteen grades, and what to do about each.
    upsell: "Who is ready for more of what they have?";
    /// Fit by activity, sixteen grades, and what to do about each.
    cross_sell: "Who is ready for something else of ours?";
    /// One cell of the demand map: its white space, its place in the 3x3 matrix, and four classes of metrics.
    demand_unit: "Which white space of the demand map comes first?";
    /// Six sub-scores, four segments, routing.
    expansion: "Who will buy more and be glad of it, and who has to be helped first?";
    /// One offer to one customer: price, purpose, time, and whether enough is known.
    offer: "May this offer be made to this customer now, and how good is it?";
}
