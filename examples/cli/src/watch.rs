//! A service in miniature: who changes when and why, what an event does to that, and what is still unknown.
//!
//! ```text
//! cargo run --release --example watch
//! cargo run --release --example watch -- --as-of 2026-12-24T18:00:00Z
//! ```
//!
//! No account is scored because a night has passed. For each the service keeps the instant at which it has to be looked at
//! next, and wakes up at the earliest of them. Written to be copied into a host; the files are read as the example
//! `score` reads them.

#![expect(clippy::print_stderr, reason = "a program speaks to its terminal")]

#[path = "records.rs"]
mod input;

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::io::{self, ErrorKind, Write};
use std::path::Path;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use warmth::settle::Policy;
use warmth::{Points, Projection, Record, Scorer, Settled, compare, settle};

use input::{Records, instant, read_events, read_model};

type Stop = Box<dyn Error>;

/// How far ahead to look. An account that does not change within it is looked at again when it is over.
const HORIZON: TimeDelta = TimeDelta::days(90);

/// What is kept of an account. In a database: a row, its events, and an index on `due`.
#[derive(Clone)]
struct Account {
    name: String,
    record: Record,
    settled: Settled,
    /// When to look at it next; `None` where nothing will change by itself.
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
    /// Takes an account on as of an instant.
    fn add(&mut self, id: &str, name: String, record: Record, now: DateTime<Utc>) {
        let (settled, _) = settle(None, &self.scorer.score(&record, now), now, &self.policy);
        self.accounts.insert(id.to_owned(), Account { name, record, settled, due: None });
        self.plan(id, now);
    }

    /// Finds out when to look at an account next, and puts it into the queue in the place of what was planned before.
    fn plan(&mut self, id: &str, now: DateTime<Utc>) {
        let Some(account) = self.accounts.get_mut(id) else { return };
        // Where a margin keeps an account in a state that its score has left, the next thing to happen is that the score
        // leaves the margin too. Bounds and margins are whole points here, so a whole point is passed then.
        let held = self.scorer.score(&account.record, now).state() != account.settled.state();
        let watched = if held { Projection::Score(Points::from(1)) } else { Projection::State };
        let next = self.scorer.next_change(&account.record, now, now + HORIZON, watched).next_look();
        let planned = std::mem::replace(&mut account.due, next);
        if let Some(at) = planned {
            self.queue.remove(&(at, id.to_owned()));
        }
        self.queue.extend(next.map(|at| (at, id.to_owned())));
    }

    /// Looks at every account that comes due up to an instant, in order, and tells what has changed and why.
    fn run(&mut self, until: DateTime<Utc>, out: &mut impl Write) -> io::Result<()> {
        while let Some((at, id)) = self.queue.first().filter(|(at, _)| *at <= until).cloned() {
            let Some(Account { name, record, .. }) = self.accounts.get(&id) else { break };
            let second_before = at - TimeDelta::seconds(1);
            if let Some(change) = self.scorer.next_change(record, second_before, at, Projection::State).change() {
                writeln!(out, "{} {id} {name}: {} -> {}", written(at), change.before(), change.after())?;
                for part in change.why().parts().iter().filter(|part| !part.is_empty()) {
                    writeln!(out, "    {part}")?;
                }
            }
            self.settle(&id, at, out)?;
            self.plan(&id, at);
        }
        Ok(())
    }

    /// Settles the state of an account and publishes the crossing, if there is one.
    fn settle(&mut self, id: &str, now: DateTime<Utc>, out: &mut impl Write) -> io::Result<()> {
        let Some(account) = self.accounts.get_mut(id) else { return Ok(()) };
        let score = self.scorer.score(&account.record, now);
        let (settled, crossing) = settle(Some(&account.settled), &score, now, &self.policy);
        account.settled = settled;
        crossing.map_or(Ok(()), |crossing| writeln!(out, "    {id} crosses: {}", serde_json::to_string(&crossing)?))
    }

    /// Something has happened: records it, tells what has moved the account since it came into its state, and plans anew.
    fn receive(&mut self, id: &str, event: &str, at: DateTime<Utc>, out: &mut impl Write) -> Result<(), Stop> {
        let account = self.accounts.get_mut(id).ok_or_else(|| format!("there is no account `{id}`"))?;
        let (since, planned) = (account.settled.since(), account.due);
        account.record.activity_mut().record(event, at);
        // One record is enough: on the older side, what happened after it is left out.
        let (then, now) = (self.scorer.snapshot(&account.record, since), self.scorer.snapshot(&account.record, at));
        write!(out, "{}", compare(then, now))?;
        self.settle(id, at, out)?;
        self.plan(id, at);
        let due = self.accounts.get(id).and_then(|account| account.due);
        let shown = |due: Option<DateTime<Utc>>| due.map_or("never".to_owned(), written);
        writeln!(out, "next look: {}, was {}", shown(due), shown(planned))?;
        Ok(())
    }

    /// Tells what missing facts could still make of an account, and which to ask for first.
    fn ask(&self, id: &str, now: DateTime<Utc>, out: &mut impl Write) -> Result<(), Stop> {
        let account = self.accounts.get(id).ok_or_else(|| format!("there is no account `{id}`"))?;
        let (score, bounds) = (self.scorer.score(&account.record, now), self.scorer.bounds(&account.record, now));
        writeln!(out, "{id} {} is {score} and may be {bounds}", account.name)?;
        for question in bounds.questions() {
            let decides = if question.decides { ", and decides the rest" } else { "" };
            writeln!(out, "    to know `{}` narrows that by at least {}{decides}", question.field, question.narrowing)?;
        }
        Ok(())
    }
}

fn run(out: &mut impl Write) -> Result<(), Stop> {
    let now = as_of(std::env::args().skip(1))?;
    let mut service = load(now)?;
    let (until, count) = (now + HORIZON, service.accounts.len());
    let constant = service.accounts.values().filter(|account| account.due.is_none()).count();
    writeln!(
        out,
        "Whose state changes up to {}, if nothing happens (of {constant} of {count} it never does):\n",
        written(until)
    )?;
    service.clone().run(until, out)?; // nothing here reads a clock, so a copy may run ahead

    let (id, event, at) = ("acc-10103", "demo_request", now + TimeDelta::days(12));
    writeln!(out, "\nBut then, at {}, {event} comes in from {id}:\n", written(at))?;
    service.run(at, &mut io::sink())?; // up to there everything is as foreseen
    service.receive(id, event, at, out)?;

    writeln!(out, "\nWhat is not known of it could still move it:\n")?;
    service.ask(id, at, out)
}

/// The shipped portfolio as of an instant.
fn load(now: DateTime<Utc>) -> Result<Service, Stop> {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../data");
    let scorer = Scorer::<Record>::new(&read_model(&data.join("cross_sell.toml"))?)?;
    let mut skipped = 0;
    let activities = read_events(&data.join("events.csv"), &mut skipped)?;
    let mut records = Records::open(&data.join("accounts.csv"), &scorer, activities)?;
    let policy = Policy::new().drop_margin(2);
    let mut service = Service { scorer, policy, accounts: BTreeMap::new(), queue: BTreeSet::new() };
    while let Some((id, record)) = records.next(&mut skipped)? {
        service.add(&id, records.name(), record, now);
    }
    records.warn_of_unknown_ids();
    Ok(service)
}

/// Fixed unless asked for otherwise, so that the output stays what it is.
fn as_of(mut args: impl Iterator<Item = String>) -> Result<DateTime<Utc>, Stop> {
    let text = match (args.next().as_deref(), args.next(), args.next()) {
        (None, ..) => "2026-11-22T18:00:00Z".to_owned(),
        (Some("--as-of"), Some(text), None) => text,
        _ => return Err("usage: watch [--as-of INSTANT]".into()),
    };
    instant(&text).map_err(|expected| format!("--as-of: expected {expected}, found `{text}`").into())
}

fn written(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

fn main() -> Result<(), Stop> {
    match run(&mut io::stdout().lock()) {
        // The reader of the output went away, as `head` does.
        Err(stop) if stop.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == ErrorKind::BrokenPipe) => {
            Ok(())
        }
        done => done,
    }
}
