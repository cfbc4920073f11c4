//! Scores an account by its contacts: scores each contact, combines the scores, and passes the figure to the model of the
//! account.
//!
//! ```text
//! cargo run --example contacts
//! ```

use std::error::Error;

use chrono::{DateTime, Utc};
use warmth::model::{Axis, Bands, Gate, Rule, Signal, State, Values};
use warmth::rollup::{Member, Rollup};
use warmth::{Activity, Decay, Model, Points, Scorer, Span, facts, fields};

struct Contact {
    role: &'static str,
    title: &'static str,
    left: bool,
    history: Activity,
}
facts!(Contact { title, left; activity = history });

struct Account<'a> {
    employees: u32,
    contacts: Rollup<'a>,
}
facts!(Account<'_> {
    employees,
    engagement: f64 = |account| account.contacts.top(3).to_f64(),
    roles: usize = |account| account.contacts.roles().count(),
});

#[expect(clippy::print_stdout, reason = "an example prints its result")]
fn main() -> Result<(), Box<dyn Error>> {
    let f = fields::<Contact>();
    let visits = Signal::new("visit", 10).most_recent(6).decay(Decay::HalfLife(Span::days(30)));
    let contact = Model::new("contact").disqualifying(Gate::new("left", f.left.is(true))).axis(
        Axis::new("engagement")
            .available(100)
            .rule(Rule::new("title", Values::new(f.title, [("cfo", 40), ("director", 25), ("intern", 5)])))
            .rule(Rule::new("visits", visits)),
    );
    let f = fields::<Account>();
    let account = Model::new("account")
        .required(Gate::new("roles", f.roles.at_least(2)))
        .axis(Axis::new("buying-group").rule(Rule::new("top-three", Bands::new(f.engagement, [(10, 40), (35, 100)]))))
        .state(State::new("engaged", 50))
        .state(State::new("quiet", 0));
    let (contact, account) = (Scorer::<Contact>::new(&contact)?, Scorer::<Account>::new(&account)?);
    let now: DateTime<Utc> = "2026-11-22T09:00:00Z".parse()?;

    let person = |role, title, visits| {
        let mut history = Activity::new();
        history.record_with("visit", now, visits, Points::ZERO);
        Contact { role, title, left: false, history }
    };
    let group = [person("economic-buyer", "cfo", 1), person("champion", "director", 4), person("user", "intern", 2)];
    let eager = [person("user", "intern", 900)];
    let crowd: Vec<Contact> = (0..500).map(|_| person("user", "intern", 1)).collect();
    for (name, people, employees) in
        [("a buying group", &group[..], 80), ("one eager intern", &eager, 80), ("a crowd", &crowd, 9_000)]
    {
        let members = people.iter().filter_map(|person| {
            let member = Member::of(&contact.score(person, now))?;
            Some(member.role(person.role).weight(if person.title == "intern" {
                Points::from_micros(100_000)
            } else {
                Points::from(1)
            }))
        });
        let all = Account { employees, contacts: members.collect() };
        let (sum, best, top) = (all.contacts.sum(), all.contacts.max().unwrap_or_default(), all.contacts.top(3));
        println!("{name}: sum {sum:.0}, max {best:.0}, top three {top:.1}: {}", account.score(&all, now));
    }
    Ok(())
}
