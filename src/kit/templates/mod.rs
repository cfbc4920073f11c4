//! Published scoring models, as documents that run.
//!
//! Each template is a TOML document in the [model format](crate::_guide::document). It contains worked cases, and
//! comments that name the source of each number. Copy one and adapt it. The [guide to the
//! templates](crate::_guide::templates) helps you to choose one and shows where each published number is.
//!
//! This crate does not parse TOML. Use the `toml` crate:
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
    /// Returns the name of its function in this module and of its file, such as `"upsell"`.
    pub const fn name(self) -> &'static str {
        self.name
    }

    /// Returns the question that the template answers.
    pub const fn purpose(self) -> &'static str {
        self.purpose
    }

    /// Returns the TOML document, including comments.
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

        /// Returns all templates, in the order of the guide.
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
    /// Assigns the segment `high-icp-fit` or `other` from firmographic facts. [`cross_sell_readiness`] reads the
    /// segment as the fact `icp_segment`.
    icp_fit: "Is this account like the customers that we do best with?";
    /// Required, disqualifying, promoting and point conditions. 30 available points, and states by points.
    cross_sell_readiness: "Is this account ready for a second product?";
    /// Fit by activity: sixteen grades, and a play for each.
    upsell: "Who is ready for more of what they have?";
    /// Fit by activity: sixteen grades, and a play for each.
    cross_sell: "Who is ready for something else of ours?";
    /// One cell of the demand map: its segment, its grade in the 3x3 matrix, and four classes of metrics.
    demand_unit: "Which white space of the demand map comes first?";
    /// Six axes, four segments, and routing to teams.
    expansion: "Who will buy more and be glad of it, and who has to be helped first?";
    /// One offer to one customer: price, purpose, timing, and whether enough facts are known.
    offer: "May this offer be made to this customer now, and how good is it?";
}
