//! Generates a synthetic portfolio of business customers: `accounts.csv` and `events.csv`. Also generates `history.csv`, the
//! labelled history of other customers.
//!
//! ```text
//! cargo run --example portfolio -- --out examples/data
//! cargo run --release --example portfolio -- --accounts 100000 --events 1000000 --out target/load
//! ```
//!
//! The companies do not exist. Their names are combined from word lists, so any resemblance is a coincidence. The same
//! arguments give the same bytes on every machine: the generator uses integers only, and the one score in the files is
//! exact. The default arguments give the files in `examples/data`.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program prints to its terminal")]

mod account;
mod dossier;
mod event;
mod labelled;
mod random;

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use account::{ACCOUNT_COLUMNS, Account};
use dossier::{DOSSIER_COLUMNS, IcpFit};
use event::EVENT_COLUMNS;
use labelled::write_labelled;

const HELP: &str = "\
Writes a synthetic portfolio: DIR/accounts.csv, DIR/events.csv and DIR/history.csv.

usage: portfolio [--accounts N] [--events N] [--labelled N] [--seed S] --out DIR

  --accounts N   rows of accounts.csv (default 300)
  --events N     rows of events.csv (default 6000)
  --labelled N   rows of history.csv (default 2400)
  --seed S       seed of the random generator (default 7)
  --out DIR      folder for the three files; created if it does not exist";

fn main() -> ExitCode {
    let request = match Request::from_args(std::env::args().skip(1)) {
        Ok(Some(request)) => request,
        Ok(None) => {
            println!("{HELP}");
            return ExitCode::SUCCESS;
        }
        Err(message) => {
            eprintln!("portfolio: {message}; see --help");
            return ExitCode::from(2);
        }
    };
    match write_portfolio(&request) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("portfolio: {}: {error}", request.out.display());
            ExitCode::from(2)
        }
    }
}

struct Request {
    accounts: u64,
    events: u64,
    labelled: u64,
    seed: u64,
    out: PathBuf,
}

impl Request {
    /// Returns `None` if the arguments ask for the help text.
    fn from_args(mut args: impl Iterator<Item = String>) -> Result<Option<Request>, String> {
        let (mut accounts, mut events, mut labelled, mut seed, mut out) = (300, 6000, 2400, 7, None);
        while let Some(option) = args.next() {
            if option == "--help" {
                return Ok(None);
            }
            let value = args.next().ok_or_else(|| format!("`{option}` is unknown or lacks its value"))?;
            match option.as_str() {
                "--accounts" => accounts = whole_number(&option, &value)?,
                "--events" => events = whole_number(&option, &value)?,
                "--labelled" => labelled = whole_number(&option, &value)?,
                "--seed" => seed = whole_number(&option, &value)?,
                "--out" => out = Some(PathBuf::from(value)),
                _ => return Err(format!("unknown option `{option}`")),
            }
        }
        let out = out.ok_or("`--out DIR` is required")?;
        Ok(Some(Request { accounts, events, labelled, seed, out }))
    }
}

fn whole_number(option: &str, value: &str) -> Result<u64, String> {
    value.parse().map_err(|_| format!("`{option}` needs a whole number, not `{value}`"))
}

fn write_portfolio(request: &Request) -> io::Result<()> {
    fs::create_dir_all(&request.out)?;
    let mut accounts = BufWriter::new(File::create(request.out.join("accounts.csv"))?);
    let mut events = BufWriter::new(File::create(request.out.join("events.csv"))?);

    // Two passes instead of a list of accounts keep memory constant for any number of accounts.
    let portfolio = || (0..request.accounts).map(|number| Account::invent(request.seed, number));
    let busyness: u64 = portfolio().map(|account| account.busyness()).sum();

    let icp_fit = IcpFit::new().map_err(io::Error::other)?;

    writeln!(accounts, "{ACCOUNT_COLUMNS},{DOSSIER_COLUMNS}")?;
    writeln!(events, "{EVENT_COLUMNS}")?;
    let service = request.events / 4;
    let usage = request.events - service;
    let (mut busyness_so_far, mut used, mut served) = (0, 0, 0);
    for mut account in portfolio() {
        account.write_row(&icp_fit, &mut accounts)?;
        // Shares of a running total, not of each account, add up to exactly the requested number.
        busyness_so_far += account.busyness();
        let use_due = share(usage, busyness_so_far, busyness);
        let service_due = share(service, busyness_so_far, busyness);
        account.write_events(use_due - used, service_due - served, &mut events)?;
        (used, served) = (use_due, service_due);
    }
    accounts.flush()?;
    events.flush()?;

    let mut history = BufWriter::new(File::create(request.out.join("history.csv"))?);
    write_labelled(&mut history, request.seed, request.labelled)?;
    history.flush()
}

fn share(total: u64, part: u64, whole: u64) -> u64 {
    let share = u128::from(total) * u128::from(part) / u128::from(whole.max(1));
    u64::try_from(share).unwrap_or(total)
}
