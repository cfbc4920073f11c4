//! Generates the accounts.

use std::io::{self, Write};

use chrono::{Days, Months, NaiveDate};

use crate::dossier::{Contract, IcpFit};
use crate::random::Random;

/// The last day of the portfolio. No event is later.
pub(crate) const LAST_DAY: NaiveDate = match NaiveDate::from_ymd_opt(2026, 11, 22) {
    Some(day) => day,
    None => panic!("invalid date"),
};

pub(crate) const ACCOUNT_COLUMNS: &str = "id,name,industry,country,employees,plan,seats,seat_limit,nps,health,\
    has_flagship,products,tech_stack,integrations,contract_start,renewal_date,decision_maker_role,\
    open_escalations,invoice_overdue";

const FIRST_WORDS: &[&str] = &[
    "Alder", "Amber", "Birch", "Bramble", "Cinder", "Clover", "Cobalt", "Copper", "Coral", "Drift", "Dusk", "Ember",
    "Fennel", "Fjord", "Flint", "Granite", "Harbour", "Hazel", "Heather", "Indigo", "Ivory", "Juniper", "Larch",
    "Linden", "Marble", "Meadow", "Mossy", "North", "Ochre", "Orchard", "Pebble", "Quartz", "Russet", "Saffron",
    "Slate", "Tidal", "Umber", "Willow",
];
const SECOND_WORDS: &[&str] = &[
    "Anchor", "Badger", "Beacon", "Bridge", "Compass", "Crane", "Falcon", "Ferry", "Finch", "Gate", "Hare", "Heron",
    "Kiln", "Lantern", "Lark", "Loom", "Mill", "Otter", "Owl", "Pike", "Plough", "Robin", "Swift", "Tern", "Thistle",
    "Vole", "Wren",
];
type Industry = (&'static str, &'static [&'static str]);
const SOFTWARE: Industry = ("software", &["Software", "Systems", "Labs", "Cloud"]);
const FINANCE: Industry = ("financial_services", &["Capital", "Leasing", "Insurance", "Payments"]);
const LOGISTICS: Industry = ("logistics", &["Freight", "Logistics", "Haulage"]);
const MANUFACTURING: Industry = ("manufacturing", &["Works", "Tools", "Components"]);
const RETAIL: Industry = ("retail", &["Stores", "Foods", "Trading"]);
const EDUCATION: Industry = ("education", &["Academy", "Learning"]);
const PUBLIC_SECTOR: Industry = ("public_sector", &["Services", "Utilities"]);
const COUNTRIES: &[(u64, (&str, &str))] = &[
    (26, ("DE", "GmbH")),
    (16, ("FR", "SAS")),
    (16, ("GB", "Ltd")),
    (12, ("NL", "BV")),
    (10, ("SE", "AB")),
    (8, ("ES", "SL")),
    (12, ("US", "Inc")),
];
pub(crate) const FLAGSHIP: &str = "ledger";
pub(crate) const ADD_ONS: &[&str] = &["approvals", "forecast", "insights", "payouts", "vault"];
const TECH_STACK: &[&str] =
    &["netsuite", "salesforce", "snowflake", "slack", "jira", "bigquery", "hubspot", "sap", "teams", "workday"];
const TECH_STACK_REMOTE: &[&str] = &["slack", "jira", "bigquery", "hubspot", "sap", "teams", "workday"];

/// Offsets of the random streams for other purposes, beyond the number of any account.
const DOSSIERS: u64 = 1 << 40;
const SERVICE: u64 = 2 << 40;

/// How similar the customer is to the ideal customer. It determines industry, size, roles and tech stack.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Likeness {
    Close,
    Usual,
    Remote,
}

/// How satisfied the customer is. It determines usage, survey answers, tickets and escalations.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Health {
    Green,
    Yellow,
    Red,
}

/// How interested the customer is in buying more. It determines the age and the kind of its events.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Interest {
    Dormant,
    Cooling,
    Curious,
    Researching,
    Buying,
}

/// An account: its main properties, and the random generators for the others.
pub(crate) struct Account {
    pub(crate) random: Random,
    /// For the columns that only templates read. Its own stream keeps the other columns independent of them.
    pub(crate) dossier_random: Random,
    /// For the events that only templates read.
    pub(crate) service_random: Random,
    number: u64,
    pub(crate) industry: &'static str,
    trade: &'static str,
    pub(crate) likeness: Likeness,
    pub(crate) employees: u64,
    pub(crate) contract_start: NaiveDate,
    pub(crate) health: Health,
    pub(crate) interest: Interest,
}

impl Account {
    pub(crate) fn invent(seed: u64, number: u64) -> Account {
        let mut random = Random::new(seed, number);
        let likeness = random.weighted(&[(30, Likeness::Close), (42, Likeness::Usual), (28, Likeness::Remote)]);
        let (industry, trades) = random.weighted(match likeness {
            Likeness::Close => &[(40, SOFTWARE), (35, FINANCE), (25, LOGISTICS)],
            Likeness::Usual => &[(20, SOFTWARE), (15, FINANCE), (20, LOGISTICS), (25, MANUFACTURING), (20, RETAIL)],
            Likeness::Remote => &[(20, MANUFACTURING), (30, RETAIL), (28, EDUCATION), (22, PUBLIC_SECTOR)],
        });
        let (smallest, largest) = random.weighted(match likeness {
            Likeness::Close => &[(80, (200, 2_000)), (20, (2_000, 4_999))],
            Likeness::Usual => &[(15, (10, 49)), (30, (50, 199)), (35, (200, 999)), (20, (1_000, 4_999))],
            Likeness::Remote => &[(40, (10, 49)), (30, (50, 199)), (10, (200, 999)), (20, (5_000, 20_000))],
        });
        let health = random.weighted(&[(58, Health::Green), (28, Health::Yellow), (14, Health::Red)]);
        let interest = random.weighted(match health {
            Health::Green => &[
                (14, Interest::Dormant),
                (14, Interest::Cooling),
                (24, Interest::Curious),
                (28, Interest::Researching),
                (20, Interest::Buying),
            ],
            Health::Yellow | Health::Red => &[
                (26, Interest::Dormant),
                (22, Interest::Cooling),
                (24, Interest::Curious),
                (18, Interest::Researching),
                (10, Interest::Buying),
            ],
        });
        let tenure_days = random.between(40, 400) + random.below(1_800) * random.below(100) / 100;
        Account {
            number,
            industry,
            trade: random.pick(trades),
            likeness,
            employees: random.between(smallest, largest),
            contract_start: LAST_DAY - Days::new(tenure_days),
            health,
            interest,
            random,
            dossier_random: Random::new(seed, number + DOSSIERS),
            service_random: Random::new(seed, number + SERVICE),
        }
    }

    /// Returns the account's share of all events, relative to the other accounts.
    pub(crate) fn busyness(&self) -> u64 {
        let usage = match self.health {
            Health::Green => 8,
            Health::Yellow => 5,
            Health::Red => 2,
        };
        usage
            + match self.interest {
                Interest::Dormant => 1,
                Interest::Cooling => 7,
                Interest::Curious => 8,
                Interest::Researching => 20,
                Interest::Buying => 34,
            }
    }

    pub(crate) fn id(&self) -> String {
        format!("acc-{}", 10_001 + self.number)
    }

    pub(crate) fn write_row(&mut self, icp_fit: &IcpFit, out: &mut impl Write) -> io::Result<()> {
        let random = &mut self.random;
        let (country, legal_form) = random.weighted(COUNTRIES);
        let name = format!("{} {} {} {legal_form}", random.pick(FIRST_WORDS), random.pick(SECOND_WORDS), self.trade);
        let plan = match self.employees + random.below(120) {
            0..=99 => "starter",
            100..=399 => "team",
            400..=1_499 => "business",
            _ => "enterprise",
        };
        let unlimited = plan == "enterprise" && random.chance(40);
        let seats_bought = (self.employees * random.between(6, 20) / 100 / 5 + 1) * 5;
        let (least_used, most_used) = match self.health {
            Health::Green => (65, 100),
            Health::Yellow => (45, 88),
            Health::Red => (15, 60),
        };
        let seats = (seats_bought * random.between(least_used, most_used) / 100).max(1);
        let nps = match self.health {
            Health::Green => random.between(7, 10),
            Health::Yellow => random.between(5, 9),
            Health::Red => random.between(0, 6),
        };
        let health = match self.health {
            Health::Green => "green",
            Health::Yellow => "yellow",
            Health::Red => "red",
        };
        let has_flagship = random.chance(90);
        let add_ons = random.below(if self.employees < 200 { 2 } else { 5 }) + u64::from(!has_flagship);
        let mut products = random.some_of(ADD_ONS, add_ons);
        if has_flagship {
            products.insert(0, FLAGSHIP);
        }
        let (tools, how_many_tools) = match self.likeness {
            Likeness::Close => (TECH_STACK, random.between(3, 5)),
            Likeness::Usual => (TECH_STACK, random.between(1, 5)),
            Likeness::Remote => (TECH_STACK_REMOTE, random.between(1, 3)),
        };
        let role = random.weighted(match self.likeness {
            Likeness::Close => &[(30, "ceo"), (45, "cfo"), (25, "vp")],
            Likeness::Usual => &[(12, "ceo"), (22, "cfo"), (22, "vp"), (26, "director"), (18, "manager")],
            Likeness::Remote => &[(8, "vp"), (22, "director"), (38, "manager"), (32, "buyer")],
        });
        let integrations = match self.likeness {
            Likeness::Close => random.between(2, 9),
            Likeness::Usual => random.between(0, 7),
            Likeness::Remote => random.between(0, 2),
        };
        let escalations = match self.health {
            Health::Green if random.chance(3) => 1,
            Health::Yellow if random.chance(10) => 1,
            Health::Red if random.chance(40) => random.between(1, 3),
            _ => 0,
        };
        let paid_monthly = plan == "starter" && random.chance(50);
        let renewal = self.next_renewal().filter(|_| !paid_monthly);

        // An empty cell is an unknown fact. Each column has its own probability of being unknown.
        let cells = [
            self.id(),
            name,
            self.industry.to_owned(),
            country.to_owned(),
            self.employees.to_string(),
            plan.to_owned(),
            seats.to_string(),
            if unlimited { String::new() } else { seats_bought.to_string() },
            self.random.known(68, nps),
            self.random.known(94, health),
            self.random.known(98, has_flagship),
            products.join(";"),
            if self.random.chance(88) { self.random.some_of(tools, how_many_tools).join(";") } else { String::new() },
            integrations.to_string(),
            self.contract_start.to_string(),
            renewal.map(|day| day.to_string()).unwrap_or_default(),
            self.random.known(88, role),
            escalations.to_string(),
            if self.random.chance(97) { self.random.chance(7).to_string() } else { String::new() },
        ];
        let contract = Contract { country, plan, has_flagship, seats, seats_bought };
        let dossier = self.dossier(&contract, icp_fit);
        writeln!(out, "{},{}", cells.join(","), dossier.join(","))
    }

    /// Returns the end of the current contract year. Contracts run for whole years from their first day.
    fn next_renewal(&self) -> Option<NaiveDate> {
        (1..=20).map(|years| self.contract_start + Months::new(12 * years)).find(|day| *day > LAST_DAY)
    }
}
