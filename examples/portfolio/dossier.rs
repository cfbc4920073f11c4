//! Generates the columns that only the templates of the crate read, from a separate random stream.

use chrono::{Days, NaiveDate, NaiveTime};
use warmth::{Model, Record, Scorer, Value, templates};

use crate::account::{ADD_ONS, Account, FLAGSHIP, Health, Interest, LAST_DAY, Likeness};

pub(crate) const DOSSIER_COLUMNS: &str = "b2b,saas,vc_backed,uses_marketing_automation,uses_retargeting,\
    monthly_visits,annual_revenue,icp_segment,website_intent,decision_maker_seen,decision_maker_nps,active_users,\
    in_onboarding,brief_products,need,solution_fit,urgency,relationships,data_quality,resources,\
    centre_is_customer,centre_has_solution,features_used,features_in_plan,goals_agreed,goals_met,buying_roles,\
    sale_stage,live_since,purchase_purposes,offer_purposes,offer_is_required,base_price,addon_price,\
    saving_percent,potential,hesitant,ask_again_on";

const PURPOSES: &[&str] = &["accounting", "payments", "planning", "spending"];
const ROLES: &[&str] = &["champion", "economic-buyer", "technical-owner"];

/// The contract of an account, from the other columns.
pub(crate) struct Contract {
    pub(crate) country: &'static str,
    pub(crate) plan: &'static str,
    pub(crate) has_flagship: bool,
    pub(crate) seats: u64,
    pub(crate) seats_bought: u64,
}

/// The template that computes `icp_segment`, which another template reads.
pub(crate) struct IcpFit(Scorer<Record>);

impl IcpFit {
    pub(crate) fn new() -> Result<IcpFit, Box<dyn std::error::Error + Send + Sync>> {
        let model: Model = toml::from_str(templates::icp_fit().document())?;
        Ok(IcpFit(Scorer::new(&model)?))
    }

    fn segment(&self, record: &Record) -> String {
        let score = self.0.score(record, LAST_DAY.and_time(NaiveTime::MIN).and_utc());
        score.segment().unwrap_or_default().to_owned()
    }
}

impl Account {
    pub(crate) fn dossier(&mut self, contract: &Contract, icp_fit: &IcpFit) -> Vec<String> {
        let mut cells = self.firmographics(contract, icp_fit);
        cells.extend(self.buying_signs(contract));
        cells.extend(self.demand_unit());
        cells.extend(self.success(contract));
        cells.extend(self.offer(contract));
        cells
    }

    fn firmographics(&mut self, contract: &Contract, icp_fit: &IcpFit) -> Vec<String> {
        let random = &mut self.dossier_random;
        let [b2b, vc_backed, automation, retargeting] = match self.likeness {
            Likeness::Close => [97, 55, 75, 65],
            Likeness::Usual => [88, 15, 45, 40],
            Likeness::Remote => [55, 3, 15, 15],
        };
        let saas = match self.industry {
            "software" => 85,
            "financial_services" => 45,
            "logistics" => 20,
            _ => 4,
        };
        let flags = [b2b, saas, vc_backed, automation, retargeting].map(|percent| random.chance(percent));
        let visits = random.between(100, 900) + self.employees * random.between(2, 40);
        let revenue = self.employees * random.between(80, 240) * 1_000;
        let mut cells = flags.map(|flag| random.known(94, flag)).to_vec();
        cells.push(random.known(90, visits));
        cells.push(random.known(85, revenue));

        let mut record = Record::new().with("industry", self.industry).with("country", contract.country);
        record.set("employees", number(self.employees));
        let names = ["b2b", "saas", "vc_backed", "uses_marketing_automation", "uses_retargeting"];
        for (name, cell) in names.into_iter().zip(&cells).filter(|(_, cell)| !cell.is_empty()) {
            record.set(name, cell == "true");
        }
        for (name, cell) in ["monthly_visits", "annual_revenue"].into_iter().zip(cells.iter().skip(names.len())) {
            if let Ok(known) = cell.parse() {
                record.set(name, number(known));
            }
        }
        cells.push(icp_fit.segment(&record));
        cells
    }

    fn buying_signs(&mut self, contract: &Contract) -> Vec<String> {
        let random = &mut self.dossier_random;
        let (intent, seen, briefs): (&[(u64, &str)], _, _) = match self.interest {
            Interest::Buying => (&[(80, "high"), (20, "medium")], (0, 25), (1, 3)),
            Interest::Researching => (&[(45, "high"), (40, "medium"), (15, "low")], (0, 45), (1, 2)),
            Interest::Curious => (&[(10, "high"), (45, "medium"), (45, "low")], (5, 90), (0, 1)),
            Interest::Cooling => (&[(25, "medium"), (75, "low")], (40, 200), (0, 1)),
            Interest::Dormant => (&[(5, "medium"), (95, "low")], (90, 300), (0, 0)),
        };
        let (least_nps, greatest_nps, idle) = match self.health {
            Health::Green => (6, 10, 1),
            Health::Yellow => (4, 9, 5),
            Health::Red => (0, 7, 30),
        };
        let intent = random.weighted(intent);
        let seen_on = (LAST_DAY - Days::new(random.between(seen.0, seen.1))).max(self.contract_start);
        let nps = random.between(least_nps, greatest_nps);
        let active = if random.chance(idle) { 0 } else { (contract.seats * random.between(40, 100) / 100).max(1) };
        let onboarding = (LAST_DAY - self.contract_start).num_days() < 90;
        let how_many_briefs = random.between(briefs.0, briefs.1);
        let mut briefs = random.some_of(ADD_ONS, how_many_briefs);
        if briefs.is_empty() && random.chance(20) {
            briefs.push(FLAGSHIP);
        }
        vec![
            random.known(90, intent),
            random.known(88, seen_on),
            random.known(60, nps),
            random.known(96, active),
            onboarding.to_string(),
            briefs.join(";"),
        ]
    }

    /// The latest buying group that the account team reported, and the team's assessment.
    fn demand_unit(&mut self) -> Vec<String> {
        let random = &mut self.dossier_random;
        let by_interest: &[(u64, &str)] = match self.interest {
            Interest::Buying => &[(70, "high"), (25, "medium"), (5, "low")],
            Interest::Researching => &[(40, "high"), (40, "medium"), (15, "low"), (5, "none")],
            Interest::Curious => &[(15, "high"), (45, "medium"), (30, "low"), (10, "none")],
            Interest::Cooling | Interest::Dormant => &[(10, "medium"), (60, "low"), (30, "none")],
        };
        let urgency: &[(u64, &str)] = match self.interest {
            Interest::Buying => &[(60, "high"), (30, "medium"), (10, "low")],
            Interest::Researching => &[(20, "high"), (50, "medium"), (30, "low")],
            Interest::Curious | Interest::Cooling | Interest::Dormant => &[(20, "medium"), (80, "low")],
        };
        let by_likeness: &[(u64, &str)] = match self.likeness {
            Likeness::Close => &[(60, "high"), (30, "medium"), (10, "low")],
            Likeness::Usual => &[(25, "high"), (50, "medium"), (25, "low")],
            Likeness::Remote => &[(5, "high"), (35, "medium"), (60, "low")],
        };
        let by_health: &[(u64, &str)] = match self.health {
            Health::Green => &[(50, "high"), (35, "medium"), (15, "low")],
            Health::Yellow => &[(20, "high"), (50, "medium"), (30, "low")],
            Health::Red => &[(5, "high"), (30, "medium"), (65, "low")],
        };
        let need = random.weighted(by_interest);
        let [fit, urgency, relationships] = [by_likeness, urgency, by_health].map(|levels| random.weighted(levels));
        let [data, resources] = [(); 2].map(|()| random.pick(&["high", "medium", "low"]));
        let is_customer = random.chance(60);
        let has_solution = is_customer && random.chance(30);
        vec![
            random.known(92, need),
            random.known(95, fit),
            random.known(90, urgency),
            relationships.to_owned(),
            data.to_owned(),
            resources.to_owned(),
            is_customer.to_string(),
            has_solution.to_string(),
        ]
    }

    fn success(&mut self, contract: &Contract) -> Vec<String> {
        let random = &mut self.dossier_random;
        let features = match contract.plan {
            "starter" => 8,
            "team" => 12,
            "business" => 16,
            _ => 20,
        };
        let (least_used, most_used) = match self.health {
            Health::Green => (45, 100),
            Health::Yellow => (25, 75),
            Health::Red => (5, 45),
        };
        let features_used = features * random.between(least_used, most_used) / 100;
        let goals = random.between(2, 5);
        let goals_met = goals * random.between(least_used - 5, most_used) / 100;
        let how_many_roles = match self.interest {
            Interest::Buying => random.between(2, 3),
            Interest::Researching => random.between(1, 3),
            Interest::Curious => random.between(1, 2),
            Interest::Cooling | Interest::Dormant => random.between(0, 1),
        };
        vec![
            features_used.to_string(),
            features.to_string(),
            goals.to_string(),
            random.known(90, goals_met),
            random.some_of(ROLES, how_many_roles).join(";"),
        ]
    }

    /// The next add-on to offer, and the saving of the larger plan.
    fn offer(&mut self, contract: &Contract) -> Vec<String> {
        let random = &mut self.dossier_random;
        let live_since = if random.chance(6) {
            LAST_DAY - Days::new(random.between(1, 20))
        } else {
            self.contract_start + Days::new(random.between(5, 39))
        };
        let how_many_purposes = random.between(2, 4);
        let purchase_purposes = random.some_of(PURPOSES, how_many_purposes);
        let offer_purpose = if random.chance(70) { random.pick(&purchase_purposes) } else { random.pick(PURPOSES) };
        let base_price = match contract.plan {
            "starter" => 29,
            "team" => 119,
            "business" => 235,
            _ => 890,
        };
        let addon_price = (base_price * random.between(4, 36) / 100).max(1);
        let bill = base_price * random.between(90, 190) / 100;
        let larger_plan = base_price * 125 / 100;
        let saving_percent = bill.saturating_sub(larger_plan) * 100 / bill;
        let hesitant = random.chance(10);
        let ask_again_on: Option<NaiveDate> =
            (random.chance(12)).then(|| LAST_DAY - Days::new(20) + Days::new(random.between(0, 60)));
        let required = random.chance(5);
        vec![
            if contract.has_flagship { "post-sale" } else { "pre-sale" }.to_owned(),
            if contract.has_flagship { live_since.to_string() } else { String::new() },
            purchase_purposes.join(";"),
            offer_purpose.to_owned(),
            required.to_string(),
            base_price.to_string(),
            addon_price.to_string(),
            random.known(85, saving_percent),
            (addon_price * contract.seats_bought * 12).to_string(),
            random.known(92, hesitant),
            ask_again_on.map(|day| day.to_string()).unwrap_or_default(),
        ]
    }
}

/// Employees, visits and revenue are far below 2^53, so a double is exact.
fn number(integer: u64) -> Value {
    Value::from(i64::try_from(integer).unwrap_or(i64::MAX))
}
