//! Generates the events.

use std::io::{self, Write};
use std::time::Duration;

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, Utc};

use crate::account::{Account, Health, Interest, LAST_DAY};
use crate::random::Random;

pub(crate) const EVENT_COLUMNS: &str = "id,event,at,count,amount";

struct Event {
    at: DateTime<Utc>,
    name: &'static str,
    count: Option<u64>,
    amount_cents: Option<u64>,
}

impl Account {
    /// Writes the account's events, oldest first: `usage` events of use and interest, and `service` events of service.
    pub(crate) fn write_events(&mut self, usage: u64, service: u64, out: &mut impl Write) -> io::Result<()> {
        let mut events: Vec<Event> = (0..usage).map(|_| self.invent_event()).collect();
        events.extend((0..service).map(|_| self.invent_service_event()));
        events.sort_by_key(|event| event.at);
        let id = self.id();
        for event in events {
            let count = event.count.map(|count| count.to_string()).unwrap_or_default();
            let amount =
                event.amount_cents.map(|cents| format!("{}.{:02}", cents / 100, cents % 100)).unwrap_or_default();
            writeln!(out, "{id},{},{},{count},{amount}", event.name, event.at.format("%Y-%m-%dT%H:%M:%SZ"))?;
        }
        Ok(())
    }

    fn invent_event(&mut self) -> Event {
        let usage = match self.health {
            Health::Green => 40,
            Health::Yellow => 30,
            Health::Red => 14,
        };
        let trouble = match self.health {
            Health::Green => 2,
            Health::Yellow => 6,
            Health::Red => 20,
        };
        let interest = match self.interest {
            Interest::Dormant => 1,
            Interest::Cooling | Interest::Curious => 8,
            Interest::Researching => 14,
            Interest::Buying => 18,
        };
        let name = self.random.weighted(&[
            (usage * 4, "login"),
            (trouble * 4, "support_ticket"),
            (interest * 5, "pricing_view"),
            (interest * 2, "whitepaper_download"),
            (interest, "case_study_download"),
            (interest * 2, "webinar_attended"),
            (if self.interest == Interest::Buying { 14 } else { 0 }, "demo_request"),
            (interest / 2, "addon_purchase"),
            (if self.health == Health::Green { 2 } else { 0 }, "referral_given"),
            (if self.interest == Interest::Dormant { 6 } else { 0 }, "unsubscribed"),
        ]);
        let at = invent_instant(&mut self.random, self.contract_start, self.interest);
        let (count, amount_cents) = match name {
            // A row of logins counts all logins of a day.
            "login" => (Some(self.random.between(1, 4 + self.employees.min(2_000) / 80)), None),
            "addon_purchase" => (None, Some(self.random.between(40, 900) * 100 + self.random.below(2) * 50)),
            _ => (None, None),
        };
        Event { at, name, count, amount_cents }
    }

    /// An event that only templates read: a request for help, or interest in one product.
    fn invent_service_event(&mut self) -> Event {
        let random = &mut self.service_random;
        let trouble = match self.health {
            Health::Green => 1,
            Health::Yellow => 4,
            Health::Red => 12,
        };
        let interest = match self.interest {
            Interest::Dormant => 1,
            Interest::Cooling | Interest::Curious => 4,
            Interest::Researching => 8,
            Interest::Buying => 10,
        };
        let name = random.weighted(&[
            (16, "support_visit"),
            (trouble, "ticket_escalated"),
            (interest, "product_brief_download"),
            (interest / 3, "sso_docs_view"),
            (interest / 4, "quote_sent"),
        ]);
        let at = invent_instant(random, self.contract_start, self.interest);
        Event { at, name, count: None, amount_cents: None }
    }
}

/// An instant in working hours of the last twelve months, after the start of the contract.
fn invent_instant(random: &mut Random, contract_start: NaiveDate, interest: Interest) -> DateTime<Utc> {
    let tenure_days = u64::try_from((LAST_DAY - contract_start).num_days()).unwrap_or(0);
    // The shift away from weekends can add two days to an age.
    let oldest_days = tenure_days.min(365) - 3;
    let newest_days = match interest {
        Interest::Dormant => oldest_days / 4,
        Interest::Cooling => oldest_days / 8,
        Interest::Curious | Interest::Researching | Interest::Buying => 0,
    };
    let draws = match interest {
        Interest::Dormant | Interest::Cooling | Interest::Curious => 1,
        Interest::Researching => 2,
        Interest::Buying => 4,
    };
    // The minimum of several draws: more draws give younger events.
    let age_days = (0..draws).map(|_| random.between(newest_days, oldest_days)).min().unwrap_or(oldest_days);
    let mut day = LAST_DAY - Days::new(age_days);
    let days_after_friday = u64::from(day.weekday().num_days_from_monday()).saturating_sub(4);
    if days_after_friday > 0 && random.chance(85) {
        day = day - Days::new(days_after_friday);
    }
    let second_of_day = random.between(7 * 3_600, 18 * 3_600);
    day.and_time(NaiveTime::MIN).and_utc() + Duration::from_secs(second_of_day)
}
