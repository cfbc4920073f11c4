//! The same accounts with enums for the texts of which there are few, as a host written in Rust would have them.

use chrono::NaiveDate;
use warmth::facts;

use crate::population;

/// An enum whose variants are texts, and which of them a text is.
macro_rules! texts {
    ($name:ident { $($variant:ident => $text:literal),+ }) => {
        #[derive(Clone, Copy, PartialEq)]
        pub(crate) enum $name { $($variant),+ }
        facts!(enum $name { $($variant => $text),+ });

        impl $name {
            fn of(text: &str) -> $name {
                [$(($text, $name::$variant)),+].into_iter().find(|(own, _)| *own == text).unwrap().1
            }
        }
    };
}

texts!(DecisionMaker { Happy => "happy", Neutral => "neutral", Unhappy => "unhappy", Unknown => "unknown" });
texts!(Health { Green => "green", Yellow => "yellow", Red => "red" });
texts!(Segment { High => "high", Medium => "medium", Low => "low" });
texts!(Country {
    Germany => "DE",
    France => "FR",
    Netherlands => "NL",
    Sweden => "SE",
    UnitedStates => "US",
    UnitedKingdom => "GB",
    Spain => "ES",
    Italy => "IT"
});

pub(crate) struct Account {
    pub(crate) active_users: u32,
    pub(crate) in_onboarding: bool,
    pub(crate) decision_maker: DecisionMaker,
    pub(crate) renewal_date: NaiveDate,
    pub(crate) has_flagship: bool,
    pub(crate) health: Health,
    pub(crate) icp_segment: Segment,
    pub(crate) tech_stack: Vec<String>,
    pub(crate) intent: f64,
    pub(crate) nps: Option<u8>,
    pub(crate) seats: u32,
    pub(crate) seat_limit: u32,
    pub(crate) country: Country,
}
facts!(Account {
    active_users,
    in_onboarding,
    decision_maker,
    renewal_date,
    has_flagship,
    health,
    icp_segment,
    tech_stack,
    intent,
    nps,
    seats,
    seat_limit,
    country
});

/// Those of [`population::accounts`].
pub(crate) fn accounts(count: usize) -> Vec<Account> {
    population::accounts(count)
        .into_iter()
        .map(|account| Account {
            active_users: account.active_users,
            in_onboarding: account.in_onboarding,
            decision_maker: DecisionMaker::of(&account.decision_maker),
            renewal_date: account.renewal_date,
            has_flagship: account.has_flagship,
            health: Health::of(&account.health),
            icp_segment: Segment::of(&account.icp_segment),
            tech_stack: account.tech_stack,
            intent: account.intent,
            nps: account.nps,
            seats: account.seats,
            seat_limit: account.seat_limit,
            country: Country::of(&account.country),
        })
        .collect()
}

/// [`population::by_hand`], with no text compared but those of the technology.
pub(crate) fn by_hand(account: &Account, today: NaiveDate) -> Option<(u32, &'static str)> {
    if account.active_users == 0 || account.in_onboarding || account.decision_maker == DecisionMaker::Unhappy {
        return None;
    }
    let until = (account.renewal_date - today).num_days();
    if (0..=60).contains(&until) || !account.has_flagship || account.health != Health::Green {
        return None;
    }
    let mut points = 0;
    if account.icp_segment == Segment::High {
        points += 6;
    }
    if account.tech_stack.iter().any(|tech| tech == "rivalsoft" || tech == "otherware") {
        points += 10;
    }
    if account.intent >= 70.0 {
        points += 5;
    }
    if account.nps.is_some_and(|nps| nps >= 9) {
        points += 4;
    }
    if f64::from(account.seats) / f64::from(account.seat_limit) >= 0.8 {
        points += 3;
    }
    if matches!(account.country, Country::Germany | Country::France | Country::Netherlands | Country::Sweden) {
        points += 2;
    }
    let state = match points {
        20.. => "ready",
        10.. => "warming",
        _ => "cold",
    };
    Some((points, state))
}
