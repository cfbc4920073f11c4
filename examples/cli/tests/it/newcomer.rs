//! Three typical exports: each is scored within three runs, and each run names the next step.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};

use crate::{Folder, contains};

const MODEL: &str = r#"
format = 1
name = "leads"

[[disqualifying]]
id = "opted-out"
label = "Opted out of email"
when.opted_out = true

[[axis]]
name = "fit"
available = 100

[[axis.rule]]
id = "title"
values.job_title = { "VP Sales" = 30, CEO = 40 }

[[axis.rule]]
id = "revenue"
bands.annual_revenue = [[100000, 20], [1000000, 40]]

[[axis.rule]]
id = "interest"
when.interests.has = "A"
points = 20

[[axis.rule]]
id = "nps"
bands.nps = [[9.5, 15]]

[[axis]]
name = "activity"
available = 100

[[axis.rule]]
id = "pricing"
signal = { event = "pricing_view", points = 30, most_recent = 3, window = "90d" }

[[axis.rule]]
id = "recent"
when.create_date.days_since.at_most = 330
points = 10

[[state]]
name = "hot"
at_least = 40

[[state]]
name = "cold"
at_least = 0
"#;

const AS_OF: [&str; 2] = ["--as-of", "2026-11-22T12:00:00Z"];

/// A lead, as its sheets are made from it.
struct Lead {
    id: u32,
    title: &'static str,
    revenue: Option<u32>,
    opted_out: bool,
    nps_tenths: u32,
    /// Year, month and day.
    created: (u16, u8, u8),
    interests: &'static [&'static str],
    /// Days of November 2026.
    views: Vec<u8>,
}

fn leads() -> Vec<Lead> {
    let lead = |number: u32| Lead {
        id: 1_000 + number,
        title: ["VP Sales", "CEO", "Intern"][number as usize % 3],
        revenue: [Some(450_000), Some(1_200_000), None, Some(90_000)][number as usize % 4],
        opted_out: number.is_multiple_of(7),
        nps_tenths: [95, 90, 100, 5][number as usize / 2 % 4],
        created: if number.is_multiple_of(5) {
            (2025, 2, 15)
        } else {
            (2026, 1, 5 + u8::try_from(number % 20).unwrap())
        },
        interests: [&["A", "B"][..], &["A"], &[], &["B"]][number as usize / 3 % 4],
        views: (0..number % 4).map(|view| 2 + u8::try_from(view).unwrap() * 5).collect(),
    };
    (0..60).map(lead).collect()
}

/// The records in each state, counted without the library.
fn counted(leads: &[Lead]) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    for lead in leads {
        let title = match lead.title {
            "VP Sales" => 30,
            "CEO" => 40,
            _ => 0,
        };
        let revenue = match lead.revenue {
            Some(1_000_000..) => 40,
            Some(100_000..) => 20,
            _ => 0,
        };
        let interest = if lead.interests.contains(&"A") { 20 } else { 0 };
        let nps = if lead.nps_tenths >= 95 { 15 } else { 0 };
        let fit = (title + revenue + interest + nps).min(100);
        // 330 days before 2026-11-22 is 2025-12-27.
        let activity = 30 * lead.views.len().min(3) + if lead.created.0 == 2026 { 10 } else { 0 };
        let state = match lead.opted_out {
            true => "disqualified",
            false if fit + activity.min(100) >= 80 => "hot",
            false => "cold",
        };
        *counts.entry(state).or_default() += 1;
    }
    counts
}

/// The records in each state, by the CSV that the command writes.
fn scored(folder: &Folder, records: &str, events: &str) -> BTreeMap<String, usize> {
    let args = ["score", "model.toml", records, "--events", events, "--map", "mapping.toml", "--format", "csv"];
    let outcome = folder.run(&[&args[..], &AS_OF].concat());
    assert_eq!(outcome.code, Some(0), "{}", outcome.err);
    let mut counts = BTreeMap::new();
    let mut reader = csv::Reader::from_reader(outcome.out.as_bytes());
    for row in reader.deserialize::<BTreeMap<String, String>>() {
        let row = row.unwrap();
        let state = if row["state"].is_empty() { &row["verdict"] } else { &row["state"] };
        assert_eq!(row["held_back_by"] == "opted-out", row["verdict"] == "disqualified");
        *counts.entry(state.clone()).or_default() += 1;
    }
    counts
}

/// The first run names the command that drafts a mapping, the second drafts it, the third ranks every lead.
fn journey(folder: &Folder, records: &str, events: &str, mapping: &[&str]) {
    folder.write("model.toml", MODEL);
    let score = [&["score", "model.toml", records, "--events", events][..], &AS_OF].concat();
    let draft = format!("`warmth map {records} --events {events} model.toml --out mapping.toml`");
    contains(&folder.run(&score).err, &[&format!("next: {draft}")]);

    let second = folder.run(&["map", records, "--events", events, "model.toml", "--out", "mapping.toml"]);
    second.says(0, &[&format!("`warmth score model.toml {records} --events {events} --map mapping.toml`")]);
    contains(&folder.read("mapping.toml"), mapping);

    let third = folder.run(&[&score[..], &["--map", "mapping.toml"]].concat());
    third.says(0, &["next: add `--explain ID`"]);
    assert!(!third.err.contains("warning"), "{}", third.err);
    let (leads, counts) = (leads(), counted(&leads()));
    let totals = format!("\n{} scored: ", leads.len());
    let states = format!("{} hot, {} cold", counts["hot"], counts["cold"]);
    let held_back = format!("{} disqualified by `opted-out` (Opted out of email): ", counts["disqualified"]);
    contains(&third.out, &[&totals, &states, &held_back]);

    let counts: BTreeMap<String, usize> = counts.into_iter().map(|(state, count)| (state.to_owned(), count)).collect();
    assert_eq!(scored(folder, records, events), counts);

    let held_back = folder.run(&[&score[..], &["--map", "mapping.toml", "--explain", "1007"]].concat());
    contains(&held_back.out, &["Opted out of email"]);
}

fn thousands(number: u32) -> String {
    let text = number.to_string();
    let (mut grouped, length) = (String::new(), text.len());
    for (index, digit) in text.chars().enumerate() {
        if index > 0 && (length - index) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[test]
fn a_contact_export_of_a_crm() {
    let folder = Folder::new("newcomer/crm");
    let mut contacts =
        "Record ID,First Name,Company name,Job Title,Annual Revenue,Opted out,Create Date,Interests,NPS\n".to_owned();
    let mut events = "Contact,Event name,Occurred at\n".to_owned();
    for lead in leads() {
        let revenue = lead.revenue.map_or("N/A".to_owned(), |revenue| format!("\"${}\"", thousands(revenue)));
        let (year, month, day) = lead.created;
        let opted_out = if lead.opted_out { "Yes" } else { "No" };
        let (id, title, interests) = (lead.id, lead.title, lead.interests.join(";"));
        let nps = f64::from(lead.nps_tenths) / 10.0;
        writeln!(
            contacts,
            "{id},Ann,Firm {id},{title},{revenue},{opted_out},{month:02}/{day:02}/{year},{interests},{nps}"
        )
        .unwrap();
        for day in lead.views {
            writeln!(events, "{id},Pricing View,11/{day:02}/2026 3:15 PM").unwrap();
        }
    }
    events.push_str("1000,Login,11/20/2026 8:00 AM\n");
    folder.write("contacts.csv", contacts);
    folder.write("events.csv", events);
    let mapping = [
        "id = \"Record ID\"",
        "name = \"Company name\"",
        "missing = [\"N/A\"]",
        "annual_revenue = { column = \"Annual Revenue\", thousands = \",\", strip = \"$\" }",
        "opted_out = { column = \"Opted out\", yes = \"Yes\", no = \"No\" }",
        "create_date = { column = \"Create Date\", date = \"%m/%d/%Y\" }",
        "date = \"%m/%d/%Y %I:%M %p\"",
        "names = { \"Pricing View\" = \"pricing_view\" }",
    ];
    journey(&folder, "contacts.csv", "events.csv", &mapping);
}

#[test]
fn a_spreadsheet_of_europe() {
    let folder = Folder::new("newcomer/europe");
    let mut contacts = "ID;Firma;Job Title;Annual Revenue;Opted Out;Create Date;Interests;NPS\n".to_owned();
    let mut events = "ID;Event;Datum\n".to_owned();
    for lead in leads() {
        let revenue =
            lead.revenue.map_or("-".to_owned(), |revenue| format!("{} €", thousands(revenue).replace(',', ".")));
        let (year, month, day) = lead.created;
        let (id, title, interests) = (lead.id, lead.title, lead.interests.join(", "));
        let opted_out = if lead.opted_out { "ja" } else { "nein" };
        let nps = format!("{},{}", lead.nps_tenths / 10, lead.nps_tenths % 10);
        writeln!(
            contacts,
            "{id};Müller {id};{title};{revenue};{opted_out};{day:02}.{month:02}.{year};{interests};{nps}"
        )
        .unwrap();
        for day in lead.views {
            writeln!(events, "{id};pricing_view;{day:02}.11.2026 15:15").unwrap();
        }
    }
    writeln!(events, "1000;login;20.11.2026 08:00").unwrap();
    // As such a spreadsheet writes them: UTF-16 with a byte order mark for the records, UTF-8 for the events.
    let units = contacts.encode_utf16().flat_map(u16::to_le_bytes);
    folder.write("kontakte.csv", [0xff, 0xfe].into_iter().chain(units).collect::<Vec<u8>>());
    folder.write("ereignisse.csv", events);
    let mapping = [
        "annual_revenue = { column = \"Annual Revenue\", decimal = \",\", thousands = \".\", strip = \"€\" }",
        "nps = { column = \"NPS\", decimal = \",\" }",
        "opted_out = { column = \"Opted Out\", yes = \"ja\", no = \"nein\" }",
        "create_date = { column = \"Create Date\", date = \"%d.%m.%Y\" }",
        "interests = { column = \"Interests\", list = \",\" }",
        "date = \"%d.%m.%Y %H:%M\"",
    ];
    journey(&folder, "kontakte.csv", "ereignisse.csv", &mapping);
}

#[test]
fn a_workbook_with_flags_and_dates() {
    let folder = Folder::new("newcomer/workbook");
    let date = Format::new().set_num_format("m/d/yyyy");
    let time = Format::new().set_num_format("m/d/yyyy h:mm");
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let header = ["Lead ID", "Company", "Job Title", "Annual Revenue", "Opted Out", "Create Date", "Interests", "NPS"];
    for (column, name) in (0..).zip(header) {
        sheet.write(0, column, name).unwrap();
    }
    for (row, lead) in (1..).zip(leads()) {
        sheet.write(row, 0, lead.id).unwrap();
        sheet.write(row, 1, format!("Firm {}", lead.id)).unwrap();
        sheet.write(row, 2, lead.title).unwrap();
        match lead.revenue {
            Some(revenue) => sheet.write(row, 3, revenue).unwrap(),
            None => sheet.write(row, 3, "n/a").unwrap(),
        };
        sheet.write(row, 4, lead.opted_out).unwrap();
        let (year, month, day) = lead.created;
        let created = ExcelDateTime::from_ymd(year, month, day).unwrap();
        sheet.write_with_format(row, 5, created, &date).unwrap();
        sheet.write(row, 6, lead.interests.join(" | ")).unwrap();
        sheet.write(row, 7, f64::from(lead.nps_tenths) / 10.0).unwrap();
    }
    book.save(folder.path("leads.xlsx")).unwrap();

    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (column, name) in (0..).zip(["Lead ID", "Activity", "When"]) {
        sheet.write(0, column, name).unwrap();
    }
    let views =
        leads().into_iter().flat_map(|lead| lead.views.into_iter().map(move |day| (lead.id, "Pricing views", day)));
    for (row, (id, name, day)) in (1..).zip(views.chain([(1_000, "Login", 20)])) {
        sheet.write(row, 0, id).unwrap();
        sheet.write(row, 1, name).unwrap();
        let at = ExcelDateTime::from_ymd(2026, 11, day).unwrap().and_hms(15, 15, 0).unwrap();
        sheet.write_with_format(row, 2, at, &time).unwrap();
    }
    book.save(folder.path("activities.xlsx")).unwrap();
    let mapping = [
        "id = \"Lead ID\"",
        "interests = { column = \"Interests\", list = \"|\" }",
        "names = { \"Pricing views\" = \"pricing_view\" }",
    ];
    journey(&folder, "leads.xlsx", "activities.xlsx", &mapping);
}
