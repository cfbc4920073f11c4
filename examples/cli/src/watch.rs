//! A service in miniature: lists the coming changes of a portfolio and their reasons, shows the effect of an event, and
//! ranks the missing facts.
//!
//! ```text
//! cargo run --release -p warmth-cli -- watch
//! cargo run --release -p warmth-cli -- watch --as-of 2026-12-24T18:00:00Z
//! ```
//!
//! The service does not score every account every night. For each account it keeps the instant of the next look, and wakes
//! up at the earliest one. Copy it into your host.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::path::Path;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use warmth::settle::Policy;
use warmth::{Points, Projection, Record, Scorer, Settled, compare, settle};

use crate::document::Document;
use crate::mapping::Mapping;
use crate::messages::{Messages, Stop};
use crate::options::as_of;
use crate::population::{Files, Population, fields};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// RFC 3339, such as 2026-11-22T18:00:00+01:00, or a date for its midnight in UTC (default: 2026-11-22T18:00:00Z)
    #[arg(long, value_name = "INSTANT", value_parser = as_of)]
    as_of: Option<DateTime<Utc>>,
}

/// The default instant is fixed, so that the output does not change from day to day.
const AS_OF: DateTime<Utc> = DateTime::from_timestamp(1_795_370_400, 0).unwrap();

/// How far ahead to look. An account without a change within the horizon gets its next look at the end of it.
const HORIZON: TimeDelta = TimeDelta::days(90);

/// The state of an account. In a database: a row, its events, and an index on `due`.
#[derive(Clone)]
struct Account {
    name: String,
    record: Record,
    settled: Settled,
    /// The instant of the next look; `None` if nothing will change by itself.
    due: Option<DateTime<Utc>>,
}

#[derive(Clone)]
struct Service {
    scorer: Scorer<Record>,
    policy: Policy,
    accounts: BTreeMap<String, Account>,
    queue: BTreeSet<(DateTime<Utc>, String)>,
}

impl Service {
    /// Adds an account as of an instant.
    fn add(&mut self, id: &str, name: String, record: Record, now: DateTime<Utc>) {
        let (settled, _) = settle(None, &self.scorer.score(&record, now), now, &self.policy);
        self.accounts.insert(id.to_owned(), Account { name, record, settled, due: None });
        self.plan(id, now);
    }

    /// Computes the next look at an account and replaces its entry in the queue.
    fn plan(&mut self, id: &str, now: DateTime<Utc>) {
        let Some(account) = self.accounts.get_mut(id) else { return };
        // If a margin keeps an account in a state that its score has left, the next change comes when the score leaves the
        // margin too. Bounds and margins are whole points here, so the score passes a whole point then.
        let in_margin = self.scorer.score(&account.record, now).state() != account.settled.state();
        let watched = if in_margin { Projection::Score(Points::from(1)) } else { Projection::State };
        let next = self.scorer.next_change(&account.record, now, now + HORIZON, watched).next_look();
        let planned = std::mem::replace(&mut account.due, next);
        if let Some(at) = planned {
            self.queue.remove(&(at, id.to_owned()));
        }
        self.queue.extend(next.map(|at| (at, id.to_owned())));
    }

    /// Looks at every account that is due up to an instant, in order, and prints the changes. The reason of a change is the
    /// whole difference from `today` on.
    fn run(&mut self, today: DateTime<Utc>, until: DateTime<Utc>, out: &mut dyn Write) -> io::Result<()> {
        while let Some((at, id)) = self.queue.first().filter(|(at, _)| *at <= until).cloned() {
            let Some(Account { name, record, .. }) = self.accounts.get(&id) else { break };
            let second_before = at - TimeDelta::seconds(1);
            if let Some(change) = self.scorer.next_change(record, second_before, at, Projection::State).change() {
                let whole = compare(self.scorer.snapshot(record, today), self.scorer.snapshot(record, at));
                let (before, after, now) = (change.before(), change.after(), whole.before().score());
                writeln!(out, "{} {id} {name}: {before:.2} -> {after:.2} (today {now:.2})", written(at))?;
                for part in whole.parts().iter().filter(|part| !part.is_empty()) {
                    writeln!(out, "    {part}")?;
                }
            }
            self.settle(&id, at, out)?;
            self.plan(&id, at);
        }
        Ok(())
    }

    /// Settles the state of an account and publishes the crossing, if there is one.
    fn settle(&mut self, id: &str, now: DateTime<Utc>, out: &mut dyn Write) -> io::Result<()> {
        let Some(account) = self.accounts.get_mut(id) else { return Ok(()) };
        let score = self.scorer.score(&account.record, now);
        let (settled, crossing) = settle(Some(&account.settled), &score, now, &self.policy);
        account.settled = settled;
        crossing.map_or(Ok(()), |crossing| writeln!(out, "    {id} crosses: {}", serde_json::to_string(&crossing)?))
    }

    /// Records an event, prints why the account has moved since it entered its state, and plans its next look.
    fn receive(&mut self, id: &str, event: &str, at: DateTime<Utc>, out: &mut dyn Write) -> Result<(), Stop> {
        let account = self.accounts.get_mut(id).ok_or_else(|| format!("there is no account `{id}`"))?;
        let (since, planned) = (account.settled.since(), account.due);
        account.record.activity_mut().record(event, at);
        // One record is enough: the older snapshot leaves out later events.
        let (then, now) = (self.scorer.snapshot(&account.record, since), self.scorer.snapshot(&account.record, at));
        write!(out, "{}", compare(then, now))?;
        self.settle(id, at, out)?;
        self.plan(id, at);
        let due = self.accounts.get(id).and_then(|account| account.due);
        let shown = |due: Option<DateTime<Utc>>| due.map_or("never".to_owned(), written);
        writeln!(out, "next look: {}, was {}", shown(due), shown(planned))?;
        Ok(())
    }

    /// Prints the outcomes that are possible while facts are missing, and the facts that narrow them most.
    fn ask(&self, id: &str, now: DateTime<Utc>, out: &mut dyn Write) -> Result<(), Stop> {
        let account = self.accounts.get(id).ok_or_else(|| format!("there is no account `{id}`"))?;
        let (score, bounds) = (self.scorer.score(&account.record, now), self.scorer.bounds(&account.record, now));
        writeln!(out, "{id} {} is {score:.2} and may be {bounds}", account.name)?;
        for question in bounds.questions() {
            let decides = if question.decides { ", and decides the rest" } else { "" };
            writeln!(
                out,
                "    `{}` narrows this range by at least {} points{decides}",
                question.field, question.narrowing
            )?;
        }
        Ok(())
    }
}

pub(crate) fn run(args: &Args, messages: &mut Messages, out: &mut dyn Write) -> Result<(), Stop> {
    let now = args.as_of.unwrap_or(AS_OF);
    let mut service = load(now, messages)?;
    let (until, count) = (now + HORIZON, service.accounts.len());
    let constant = service.accounts.values().filter(|account| account.due.is_none()).count();
    writeln!(
        out,
        "Changes of state up to {} if no event comes in ({constant} of {count} accounts never change):\n",
        written(until)
    )?;
    service.clone().run(now, until, out)?; // nothing here reads a clock, so a copy can run ahead

    let (id, event, at) = ("acc-10103", "demo_request", now + TimeDelta::days(12));
    writeln!(out, "\nAt {}, a {event} of {id} comes in:\n", written(at))?;
    service.run(now, at, &mut io::sink())?; // until then everything is as predicted
    service.receive(id, event, at, out)?;

    writeln!(out, "\nThe missing facts of {id} leave these outcomes open:\n")?;
    service.ask(id, at, out)
}

/// The shipped portfolio as of an instant.
fn load(now: DateTime<Utc>, messages: &mut Messages) -> Result<Service, Stop> {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../data");
    let document = Document::open(&data.join("cross_sell.toml"))?;
    let model = document.model(messages)?;
    let scorer = document.scorer(&model, messages)?;
    let (records, events) = (data.join("accounts.csv"), data.join("events.csv"));
    let files = Files { records: &records, events: Some(&events), mapping: Mapping::default(), drop_duplicates: false };
    let mut records = Population::open(files, &[&model], fields(&scorer), messages)?.records;
    let policy = Policy::new().drop_margin(2);
    let mut service = Service { scorer, policy, accounts: BTreeMap::new(), queue: BTreeSet::new() };
    while let Some((id, record)) = records.next(messages)? {
        service.add(&id, records.name(), record, now);
    }
    records.write_warnings(messages);
    Ok(service)
}

fn written(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}
