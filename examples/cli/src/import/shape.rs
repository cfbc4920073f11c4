//! The shapes of point tables: the headers of each product, and what its rows mean.

use clap::ValueEnum;

use crate::input::{Column, Source};
use crate::names::folded;

/// What a column says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Role {
    /// An axis, such as fit or engagement, or a group of rules.
    Category,
    Group,
    GroupLimit,
    /// The name of the rule.
    Name,
    /// A field, or an event.
    Criterion,
    /// The field or event behind a criterion that has a name of its own.
    Source,
    Operator,
    Value,
    Points,
    /// The percentage of the axis that a criterion can give.
    Weighting,
    Cap,
    Frequency,
    LeastFrequency,
    MostFrequency,
    Timeframe,
    Decay,
    /// After how much time the decay applies again.
    Interval,
}

/// The product whose settings a table lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Product {
    /// Groups with limits: each row adds its points
    Hubspot,
    /// Weightings: of the rows of one criterion, the first that is true counts
    Eloqua,
    /// Triggers with constraints: each row adds its points
    Marketo,
    /// Weights with frequencies: of the rows of one category, the first that is true counts
    Breadcrumbs,
    /// A table of no product: each row adds its points
    Table,
}

/// How the tables of a product are read.
pub(super) struct Shape {
    pub(super) product: Product,
    /// The product as messages write it, with its article.
    pub(super) shown: &'static str,
    /// Headers that no other product has.
    telling: &'static [&'static str],
    /// Headers that have another role than in other tables.
    own: &'static [(Role, &'static [&'static str])],
    /// The axes of fields and of events, if the table does not name them.
    pub(super) axes: [&'static str; 2],
    /// Whether only the first row that is true counts, of the rows of one field.
    pub(super) first_row: bool,
    /// Whether a grade combines the two axes.
    pub(super) grades: bool,
}

const HUBSPOT: Shape = Shape {
    product: Product::Hubspot,
    shown: "a HubSpot sheet",
    telling: &["property", "propertyorevent", "scoregroup", "grouplimit", "scoretype", "scoredecay", "pointsdecay"],
    own: &[],
    axes: ["fit", "engagement"],
    first_row: false,
    grades: false,
};

const ELOQUA: Shape = Shape {
    product: Product::Eloqua,
    shown: "an Eloqua sheet",
    telling: &["profilefield", "fieldvalue", "fieldvalues", "weighting", "profilecriteria", "engagementcriteria"],
    own: &[],
    axes: ["profile", "engagement"],
    first_row: true,
    grades: true,
};

const MARKETO: Shape = Shape {
    product: Product::Marketo,
    shown: "a Marketo sheet",
    telling: &["trigger", "constraint", "constraints", "changescore", "scorechange", "smartcampaign", "flowlimit"],
    own: &[],
    axes: ["demographic", "behavior"],
    first_row: false,
    grades: false,
};

const BREADCRUMBS: Shape = Shape {
    product: Product::Breadcrumbs,
    shown: "a Breadcrumbs sheet",
    telling: &["absolutedecay", "intervalrate", "minfrequency", "maxfrequency", "mapfield", "valueweight"],
    own: &[
        (Role::Category, &["model", "type", "modeltype"]),
        (Role::Criterion, &["category", "categoryname", "name"]),
        (Role::Source, &["mapfield", "mappedfield", "field", "event", "fieldorevent"]),
        (Role::Points, &["valueweight", "points", "score"]),
    ],
    axes: ["fit", "activity"],
    first_row: true,
    grades: true,
};

const TABLE: Shape = Shape {
    product: Product::Table,
    shown: "a plain table",
    telling: &[],
    own: &[],
    axes: ["fit", "engagement"],
    first_row: false,
    grades: false,
};

/// The products with headers of their own, in the order in which a tie is decided.
const PRODUCTS: [Product; 4] = [Product::Hubspot, Product::Eloqua, Product::Marketo, Product::Breadcrumbs];

/// Headers by role, without capitals, spaces, punctuation and what is in parentheses. The first that a table has counts.
const HEADERS: [(Role, &[&str]); 16] = [
    (
        Role::Criterion,
        &[
            "propertyorevent",
            "property",
            "profilefield",
            "profilecriteria",
            "behavior",
            "behaviour",
            "engagementcriteria",
            "trigger",
            "criterion",
            "attribute",
            "field",
            "fieldname",
            "factor",
            "signal",
            "action",
            "activity",
            "event",
            "demographic",
            "criteria",
            "rule",
            "name",
        ],
    ),
    (
        Role::Points,
        &[
            "points",
            "point",
            "pts",
            "changescore",
            "scorechange",
            "pointsassigned",
            "pointvalue",
            "scorevalue",
            "score",
            "scores",
            "weight",
        ],
    ),
    (Role::Category, &["scoretype", "category", "scorecategory", "scorefield", "dimension", "axis", "section", "type"]),
    (Role::Group, &["scoregroup", "group", "groupname", "subcategory", "program"]),
    (
        Role::GroupLimit,
        &["grouplimit", "groupmax", "groupcap", "maxpointspergroup", "categorycap", "categorylimit", "categorymax"],
    ),
    (Role::Name, &["smartcampaign", "campaign", "rulename", "asset"]),
    (Role::Operator, &["operator", "comparison", "match"]),
    (
        Role::Value,
        &[
            "value",
            "values",
            "fieldvalue",
            "fieldvalues",
            "propertyvalue",
            "constraint",
            "constraints",
            "criteria",
            "condition",
            "conditions",
            "range",
            "details",
        ],
    ),
    (Role::Weighting, &["weighting", "weight", "criteriaweight", "criterionweight"]),
    (Role::Cap, &["maxpoints", "maximumpoints", "pointslimit", "cap", "max", "maximum", "limit"]),
    (
        Role::Frequency,
        &[
            "frequency",
            "numberoftimes",
            "times",
            "flowlimit",
            "scheduleflowlimit",
            "qualificationrule",
            "qualification",
            "howoften",
        ],
    ),
    (Role::LeastFrequency, &["minfrequency", "minimumfrequency"]),
    (Role::MostFrequency, &["maxfrequency", "maximumfrequency"]),
    (Role::Timeframe, &["timeframe", "timeperiod", "recency", "window", "within", "period"]),
    (Role::Decay, &["decay", "scoredecay", "pointsdecay", "absolutedecay", "decayrate", "decayrule"]),
    (Role::Interval, &["intervalrate", "interval", "decayinterval", "decayperiod"]),
];

/// The columns of a table by their role.
#[derive(Default)]
pub(super) struct Columns {
    pub(super) roles: Vec<(Role, Column)>,
    /// The headers without a role.
    pub(super) others: Vec<String>,
    /// The unit of numbers in the columns of times, such as days for `Interval rate (days)`.
    pub(super) units: Vec<(Role, String)>,
    /// The headers by which the shape was recognised.
    pub(super) told_by: Vec<String>,
    /// The header of the criterion, without capitals and spaces.
    pub(super) criterion: String,
}

impl Columns {
    fn has(&self, role: Role) -> bool {
        self.roles.iter().any(|(own, _)| *own == role)
    }
}

/// The header without capitals, spaces, punctuation and parentheses.
fn name(header: &str) -> String {
    folded(header.split('(').next().unwrap_or_default())
}

impl Shape {
    /// The shape of a product.
    pub(super) const fn of(product: Product) -> &'static Shape {
        match product {
            Product::Hubspot => &HUBSPOT,
            Product::Eloqua => &ELOQUA,
            Product::Marketo => &MARKETO,
            Product::Breadcrumbs => &BREADCRUMBS,
            Product::Table => &TABLE,
        }
    }

    /// The shape that most headers of a table belong to; a plain table if none does.
    pub(super) fn recognised(source: &Source) -> &'static Shape {
        let told =
            |product: &Product| source.header().iter().filter(|header| Shape::of(*product).tells(header)).count();
        let most = PRODUCTS.iter().map(told).max().filter(|most| *most > 0);
        let product = PRODUCTS.into_iter().find(|product| Some(told(product)) == most);
        Shape::of(product.unwrap_or(Product::Table))
    }

    fn tells(&self, header: &str) -> bool {
        self.telling.contains(&name(header).as_str())
    }

    /// The columns of a table; `None` if it has no criterion or no points.
    pub(super) fn columns(&self, source: &Source) -> Option<Columns> {
        let mut free: Vec<(Column, &str)> = source.columns().filter(|(_, header)| !header.is_empty()).collect();
        let told = free.iter().filter(|(_, header)| self.tells(header)).map(|(_, header)| (*header).to_owned());
        let mut columns = Columns { told_by: told.collect(), ..Columns::default() };
        let common = HEADERS.iter().filter(|(role, _)| !self.own.iter().any(|(own, _)| own == role));
        for (role, names) in self.own.iter().chain(common) {
            let found = names.iter().find_map(|wanted| free.iter().position(|(_, header)| name(header) == *wanted));
            let Some(index) = found else { continue };
            let (column, header) = free.remove(index);
            columns.roles.push((*role, column));
            if *role == Role::Criterion {
                columns.criterion = name(header);
            }
            if let Some((_, unit)) = header.split_once('(') {
                columns.units.push((*role, folded(unit)));
            }
        }
        columns.others = free.into_iter().map(|(_, header)| header.to_owned()).collect();
        let worth = columns.has(Role::Points) || columns.has(Role::Weighting);
        (columns.has(Role::Criterion) && worth).then_some(columns)
    }
}
