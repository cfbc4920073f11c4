//! Drafts a mapping from the cells of a file, for a person to read and correct.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::Write;
use std::path::{Path, PathBuf};

use warmth::{Kind, Model};

use crate::document::Document;
use crate::input::{Cell, Column, FileOptions, Source};
use crate::mapping::Mapping;
use crate::mapping::form::{Form, Read};
use crate::mapping::infer::{self, Hints, Proposal, key, kind, propose, quoted};
use crate::matched::{Listed, listed_attributes};
use crate::messages::{Messages, Stop, counted, shortened};
use crate::names::{Likeness, is_misspelt, likeness, nearest, nearest_column, snake};
use crate::options::FileArgs;
use crate::output::write_file;
use crate::reads::attributes;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// A file of records: CSV, TSV, JSON lines or .xlsx; `-` is standard input
    file: PathBuf,
    /// A model: the draft has the fields and events that it reads
    model: Option<PathBuf>,
    /// A file of events, to draft its part too
    #[arg(long, value_name = "FILE")]
    events: Option<PathBuf>,
    /// Write the draft to a file (default: standard output)
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    options: FileArgs,
}

/// How many rows are looked at.
const ROWS: usize = 100_000;
/// How many different cells of a column are kept.
const CELLS: usize = 300;

pub(crate) fn run(args: &Args, messages: &Messages, out: &mut dyn Write) -> Result<(), Stop> {
    let model = args.model.as_ref().map(|path| Document::checked_model(path, messages)).transpose()?;
    let mapping = args.options.mapping()?;
    let mut draft = Draft::default();
    let records = Sheet::read(&args.file, &mapping.file, messages)?;
    draft.records(&records, model.as_ref(), &args.options);
    if let Some(path) = &args.events {
        let sheet = Sheet::read(path, &mapping.events.file, messages)?;
        draft.events(&sheet, model.as_ref(), &records, &args.options);
    }
    match &args.out {
        None => write!(out, "{}", draft.text)?,
        Some(path) => write_file(path, &draft.text)?,
    }
    out.flush()?;
    for question in &draft.questions {
        messages.note(&format!("check: {question}"));
    }
    let shown = args.out.as_ref().map_or("mapping.toml".to_owned(), |path| path.display().to_string());
    let model = args.model.as_ref().map_or("MODEL".to_owned(), |path| path.display().to_string());
    let events = args.events.as_ref().map_or(String::new(), |path| format!(" --events {}", path.display()));
    let save = if args.out.is_some() { "read it" } else { "save it as mapping.toml, read it" };
    messages.note(&format!("next: {save}, then `warmth score {model} {}{events} --map {shown}`", args.file.display()));
    Ok(())
}

/// The columns of a file with samples of their cells.
pub(crate) struct Sheet {
    path: String,
    pub(crate) columns: Vec<Sample>,
    rows: usize,
    hints: Hints,
}

pub(crate) struct Sample {
    pub(crate) name: String,
    /// Different cells, in the order in which they appear. Cells that have a type of their own are left out: they need no
    /// form.
    pub(crate) cells: Vec<String>,
    /// Whether cells of a workbook or of JSON have this kind.
    pub(crate) typed: Option<Kind>,
    filled: usize,
    pub(crate) distinct: BTreeSet<String>,
    /// The first cell that occurs again, and how many cells do.
    repeated: Option<String>,
    repeats: usize,
}

impl Sheet {
    pub(crate) fn read(path: &Path, options: &FileOptions, messages: &Messages) -> Result<Sheet, Stop> {
        let mut source = Source::open(path, options)?;
        source.write_notes(messages);
        if let Some(title) = source.title() {
            messages.note(&format!(
                "{}: the only name of the header is `{}`, which looks like a title: pass `--skip N` with the number of lines before the header",
                source.path(),
                shortened(title)
            ));
        }
        let named: Vec<(Column, String)> = source.columns().map(|(column, name)| (column, name.to_owned())).collect();
        let empty = |name: &String| Sample {
            name: name.clone(),
            cells: Vec::new(),
            typed: None,
            filled: 0,
            distinct: BTreeSet::new(),
            repeated: None,
            repeats: 0,
        };
        let mut columns: Vec<Sample> = named.iter().map(|(_, name)| empty(name)).collect();
        let mut rows = 0;
        while rows < ROWS {
            match source.advance()? {
                Ok(false) => break,
                Err(_) => continue,
                Ok(true) => {}
            }
            rows += 1;
            for ((column, _), sample) in named.iter().zip(&mut columns) {
                let cell = source.cell(*column);
                if cell.is_empty() {
                    continue;
                }
                sample.filled += 1;
                match &cell {
                    Cell::Flag(_) => sample.typed = Some(Kind::Flag),
                    Cell::Moment(_) => sample.typed = Some(Kind::Date),
                    Cell::List(_) => sample.typed = Some(Kind::Tags),
                    Cell::Whole(_) | Cell::Number(_) => sample.typed = Some(Kind::Number),
                    _ => {}
                }
                let Some(text) = cell.plain() else { continue };
                if sample.distinct.contains(&text) {
                    sample.repeats += 1;
                    sample.repeated.get_or_insert_with(|| text.clone());
                }
                if sample.distinct.len() < 10_000 {
                    sample.distinct.insert(text.clone());
                }
                if matches!(cell, Cell::Text(_)) && sample.cells.len() < CELLS && !sample.cells.contains(&text) {
                    sample.cells.push(text);
                }
            }
        }
        let separator = source.separator();
        let hints = hints(separator, &columns);
        Ok(Sheet { path: source.path().to_owned(), columns, rows, hints })
    }

    /// The column with the most similar name. Columns that are taken do not count.
    fn nearest(&self, wanted: &str, is_taken: &dyn Fn(&Sample) -> bool) -> Option<&Sample> {
        let free = self.columns.iter().filter(|sample| !is_taken(sample)).map(|sample| sample.name.as_str());
        let near = nearest_column(wanted, free)?;
        self.find(|sample| sample.name == near)
    }

    fn find(&self, is: impl Fn(&Sample) -> bool) -> Option<&Sample> {
        self.columns.iter().find(|sample| is(sample))
    }
}

/// Hints for doubtful columns, from columns with a clear form and from the separator: a file with semicolons has decimal commas.
fn hints(separator: Option<u8>, columns: &[Sample]) -> Hints {
    let says = |kind: Kind, key: &str, is: fn(&str) -> bool| {
        columns.iter().any(|sample| {
            let proposal = propose(kind, &sample.cells, &Form::default(), Hints::default());
            proposal.is_some_and(|proposal| {
                proposal.doubt.is_none()
                    && proposal.read == sample.cells.len()
                    && proposal.keys.iter().any(|(own, value)| *own == key && is(value))
            })
        })
    };
    let comma = separator == Some(b';') || says(Kind::Number, "decimal", |value| value.contains(','));
    let day_first = says(Kind::Date, "date", |value| value.starts_with("\"%d"));
    let month_first = says(Kind::Date, "date", |value| value.starts_with("\"%m"));
    Hints { comma_is_decimal: comma, day_first: day_first || comma && !month_first }
}

#[derive(Default)]
pub(crate) struct Draft {
    pub(crate) text: String,
    questions: Vec<String>,
}

impl Draft {
    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    pub(crate) fn records(&mut self, sheet: &Sheet, model: Option<&Model>, options: &FileArgs) {
        self.line(&format!(
            "# Drafted from {} ({}). Read every line: it says how the cells are read.",
            sheet.path,
            counted(sheet.rows, ["row", "rows"])
        ));
        if let Some(preset) = &options.preset {
            self.line(&format!("preset = {}", quoted(preset)));
        }
        let id = id_column(sheet);
        if let Some(sample) = id {
            self.line(&format!("id = {}", quoted(&sample.name)));
            if let Some(id) = &sample.repeated {
                let doubt =
                    format!("`{}` has `{}` twice; only the first row of an id is scored", sample.name, shortened(id));
                self.question(&doubt);
                self.line(&format!("# check: {doubt}"));
            }
        } else {
            self.question("no column is filled in and different in every row; which one is the id?");
            self.line("# id = \"?\"");
        }
        let named = ["name", "company", "company name", "account name", "company / account", "organization", "email"];
        let name =
            named.iter().find_map(|wanted| sheet.find(|sample| likeness(&sample.name, wanted) == Likeness::Spelling));
        if let Some(sample) = name {
            self.line(&format!("name = {}", quoted(&sample.name)));
        }
        let (file, _) = options.lines();
        if !file.is_empty() {
            self.line(&format!("\n[file]\n{}", file.join("\n")));
        }
        let missing: Vec<String> = missing_words(sheet);
        if !missing.is_empty() {
            self.line("\n[cells]");
            let words: Vec<String> = missing.iter().map(|word| quoted(word)).collect();
            self.line(&format!("missing = [{}]", words.join(", ")));
        }
        let base = Form { missing, ..Form::default() };
        self.line("\n[fields]");
        match model {
            Some(model) => {
                let fields: Vec<(&str, Kind)> = model.fields().collect();
                // The id column, and columns with the name of another field, are taken.
                let is_taken = |sample: &Sample| {
                    id.is_some_and(|id| id.name == sample.name)
                        || fields.iter().any(|(field, _)| likeness(&sample.name, field) == Likeness::Spelling)
                };
                for (field, kind) in &fields {
                    self.field(sheet, field, *kind, &base, &is_taken);
                }
            }
            None => {
                for sample in &sheet.columns {
                    if id.is_some_and(|id| id.name == sample.name) || sample.name.is_empty() {
                        continue;
                    }
                    let kind = sample.typed.unwrap_or_else(|| kind(&sample.cells));
                    self.sample(&key(&snake(&sample.name)), sample, kind, &base, sheet.hints);
                }
            }
        }
    }

    /// The line of a field that the model reads.
    fn field(&mut self, sheet: &Sheet, field: &str, kind: Kind, base: &Form, is_taken: &dyn Fn(&Sample) -> bool) {
        let alike = sheet.find(|sample| likeness(&sample.name, field) == Likeness::Spelling);
        if let Some(sample) = alike {
            self.sample(&key(field), sample, kind, base, sheet.hints);
            return;
        }
        if let Some(sample) = sheet.nearest(field, is_taken) {
            let misspelt = is_misspelt(field, &sample.name);
            let correct = format!(" If `{field}` is a misspelling, write `{}` in the model first", snake(&sample.name));
            let correct = if misspelt { correct } else { String::new() };
            self.question(&format!("is `{field}` the column `{}`?{correct}", sample.name));
            self.sample(&key(field), sample, kind, base, sheet.hints);
        } else {
            self.question(&format!("no column is like `{field}`; name its column, or it is missing for every record"));
            self.line(&format!("# {} = {{ column = \"?\" }}   # {kind}", key(field)));
        }
    }

    /// The line of a column. `written` is the key of the field or attribute.
    fn sample(&mut self, written: &str, sample: &Sample, kind: Kind, base: &Form, hints: Hints) {
        let proposal = propose(kind, &sample.cells, base, hints).unwrap_or_default();
        let mut keys = format!("column = {}", quoted(&sample.name));
        if !proposal.keys.is_empty() {
            let _ = write!(keys, ", {}", proposal.toml());
        }
        let example = sample.cells.first().or_else(|| sample.distinct.iter().next());
        let example = example.map_or("empty".to_owned(), |cell| format!("`{}`", shortened(cell)));
        self.line(&format!("{written} = {{ {keys} }}   # {kind}, such as {example}"));
        self.doubts(written, sample, kind, base, &proposal);
    }

    fn doubts(&mut self, field: &str, sample: &Sample, kind: Kind, base: &Form, proposal: &Proposal) {
        if let Some(doubt) = &proposal.doubt {
            self.question(&format!("`{field}`: {doubt}"));
            self.line(&format!("# check: {doubt}"));
        }
        let form = form_of(proposal, &base.missing);
        let mut unread = sample.cells.iter().filter(|cell| form.read(&Cell::text(cell), kind) == Read::Misfit);
        if let Some(first) = unread.next() {
            let cells = match unread.count() {
                0 => format!("the cell `{}` of `{}` is", shortened(first), sample.name),
                more => {
                    format!("{} different cells of `{}`, such as `{}`, are", more + 1, sample.name, shortened(first))
                }
            };
            self.question(&format!("`{field}`: {cells} not read as {kind}"));
        }
    }

    fn question(&mut self, question: &str) {
        self.questions.push(question.to_owned());
    }

    pub(crate) fn events(&mut self, sheet: &Sheet, model: Option<&Model>, records: &Sheet, options: &FileArgs) {
        self.line("\n[events]");
        for line in options.lines().1 {
            self.line(&line);
        }
        let ids = id_column(records).map(|sample| &sample.distinct);
        let like = |names: &'static [&'static str]| {
            names.iter().find_map(|wanted| sheet.find(|sample| likeness(&sample.name, wanted) == Likeness::Spelling))
        };
        // The id column is the column that shares the most cells with the ids of the records.
        let shared = |sample: &&Sample| ids.map_or(0, |ids| sample.distinct.intersection(ids).count());
        let id = like(&["id"]).filter(|sample| shared(sample) > 0);
        let id = id.or_else(|| sheet.columns.iter().max_by_key(shared).filter(|sample| shared(sample) > 0));
        let id = id.or_else(|| like(&["id", "record id", "contact id", "lead id", "account id"]));
        let base = Form { missing: missing_words(sheet), ..Form::default() };
        let time =
            like(&["at", "time", "timestamp", "date", "occurred at", "activity date", "event date", "created at"]);
        let is_time = |sample: &&Sample| match sample.typed {
            Some(typed) => typed == Kind::Date,
            None => !sample.cells.is_empty() && kind(&sample.cells) == Kind::Date,
        };
        let time = time.or_else(|| sheet.columns.iter().find(is_time));
        let read: Vec<&str> = model.into_iter().flat_map(Model::events).collect();
        let matching = |sample: &&Sample| {
            let alike = |cell: &&String| read.iter().any(|event| likeness(cell, event) >= Likeness::Number);
            sample.distinct.iter().filter(alike).count()
        };
        let name = sheet.columns.iter().max_by_key(matching).filter(|sample| matching(sample) > 0);
        let name =
            name.or_else(|| like(&["event", "event name", "event type", "activity type", "activity", "type", "name"]));
        for (wanted, what, found) in [
            ("id", "the id of the record", id),
            ("name", "the name of the event", name),
            ("time", "the time of the event", time),
        ] {
            if let Some(sample) = found {
                self.line(&format!("{wanted} = {}", quoted(&sample.name)));
            } else {
                self.question(&format!("which column of {} holds {what}?", sheet.path));
                self.line(&format!("# {wanted} = \"?\""));
            }
        }
        if let Some(sample) = like(&["count", "quantity", "times", "number"]) {
            self.line(&format!("count = {}", quoted(&sample.name)));
        }
        let amount = like(&["amount", "value", "revenue", "price", "total"]);
        if let Some(sample) = amount {
            self.line(&format!("amount = {}", quoted(&sample.name)));
            if let Some(proposal) = propose(Kind::Number, &sample.cells, &base, sheet.hints) {
                for (key, value) in &proposal.keys {
                    self.line(&format!("{key} = {value}"));
                }
                self.doubts("amount", sample, Kind::Number, &base, &proposal);
            }
        }
        if let Some(sample) = time {
            let proposal = propose(Kind::Date, &sample.cells, &base, sheet.hints).unwrap_or_default();
            for (key, value) in proposal.keys.iter().filter(|(key, _)| *key == "date") {
                self.line(&format!(
                    "{key} = {value}   # such as `{}`",
                    sample.cells.first().map_or("", String::as_str)
                ));
            }
            self.doubts("time", sample, Kind::Date, &base, &proposal);
            let has_offset = |cell: &String| {
                cell.ends_with('Z') || cell.len() > 10 && cell.get(10..).is_some_and(|rest| rest.contains(['+', '-']))
            };
            if !sample.cells.iter().all(has_offset) || sample.typed == Some(Kind::Date) {
                self.line("# time_zone = \"Europe/Berlin\"   # where these times are local; default: the `utc_offset` of the model");
            }
        }
        if let Some(sample) = name {
            self.event_names(sample, &read);
        }
        if let Some(model) = model {
            let taken: Vec<&str> = [id, name, time].into_iter().flatten().map(|sample| sample.name.as_str()).collect();
            let listed = listed_attributes(model);
            for (attribute, kind) in attributes([model]) {
                let kind = if kind == Kind::Any { Kind::Text } else { kind };
                let listed: Vec<&Listed<'_>> = listed.iter().filter(|listed| listed.field == attribute).collect();
                self.attribute(sheet, (&attribute, kind), &listed, &taken, &base);
            }
        }
    }

    /// The line of an attribute of events that the model reads: its column by name, or by the texts of the model.
    fn attribute(
        &mut self,
        sheet: &Sheet,
        (attribute, kind): (&str, Kind),
        listed: &[&Listed<'_>],
        taken: &[&str],
        base: &Form,
    ) {
        let written = format!("attributes.{}", key(attribute));
        let is_taken = |sample: &Sample| taken.contains(&sample.name.as_str());
        let names = Source::attribute_names(&[attribute.to_owned()]);
        let alike = sheet.find(|sample| names.iter().any(|name| likeness(&sample.name, name) == Likeness::Spelling));
        if let Some(sample) = alike {
            self.sample(&written, sample, kind, base, sheet.hints);
            return;
        }
        let matched = |sample: &Sample| listed.iter().any(|own| sample.distinct.iter().any(|cell| own.matches(cell)));
        let by_cells = sheet.find(|sample| !is_taken(sample) && matched(sample));
        if let Some(sample) = by_cells.or_else(|| sheet.nearest(attribute, &is_taken)) {
            self.question(&format!("is the attribute `{attribute}` of events the column `{}`?", sample.name));
            self.sample(&written, sample, kind, base, sheet.hints);
        } else {
            self.question(&format!(
                "no column is like the attribute `{attribute}`; name its column, or no event has it"
            ));
            self.line(&format!("# {written} = {{ column = \"?\" }}   # {kind}"));
        }
    }

    /// Renames events to the names of the model.
    fn event_names(&mut self, sample: &Sample, read: &[&str]) {
        let mut renamed = Vec::new();
        for event in read.iter().filter(|event| **event != "*" && !sample.distinct.contains(**event)) {
            let near = nearest(event, sample.distinct.iter().map(String::as_str).filter(|name| !read.contains(name)));
            match near {
                Some(near) if likeness(event, near) >= Likeness::Number => {
                    renamed.push(format!("{} = {}", key(near), quoted(event)));
                }
                Some(near) => self.question(&format!("no row has the event `{event}`; is it `{near}`?")),
                None => self.question(&format!("no row has the event `{event}`")),
            }
        }
        if !renamed.is_empty() {
            self.line(&format!("names = {{ {} }}", renamed.join(", ")));
        }
    }
}

/// The column of the id: filled in and different in every row. A column that is called an id comes first, and may have a
/// few empty or repeated cells.
fn id_column(sheet: &Sheet) -> Option<&Sample> {
    let unique =
        |sample: &&Sample| sample.filled == sheet.rows && sample.repeated.is_none() && sample.typed != Some(Kind::Date);
    let named = |wanted: &'static str| move |sample: &&Sample| likeness(&sample.name, wanted) == Likeness::Spelling;
    let is_id = |sample: &&Sample| {
        sample.name.to_lowercase().split(|letter: char| !letter.is_alphanumeric()).any(|word| word == "id")
    };
    let few = (sheet.rows / 10).max(1);
    let nearly = |sample: &&Sample| {
        sample.repeats <= few && sample.filled + few >= sheet.rows && sample.filled > sample.repeats + 1
    };
    let candidates = || sheet.columns.iter().filter(unique);
    candidates()
        .find(named("id"))
        .or_else(|| candidates().find(is_id))
        .or_else(|| sheet.columns.iter().filter(nearly).find(is_id))
        .or_else(|| candidates().find(named("email")))
        .or_else(|| candidates().next())
}

/// The form that reads a column with the proposed keys.
fn form_of(proposal: &Proposal, missing: &[String]) -> Form {
    let mapping = Mapping::parse(&format!("cells = {{ {} }}", proposal.toml())).unwrap_or_default();
    let mut form = mapping.cells;
    form.missing.extend_from_slice(missing);
    form
}

/// Words of the file that mean missing in every column.
fn missing_words(sheet: &Sheet) -> Vec<String> {
    let cells = sheet.columns.iter().flat_map(|sample| &sample.cells).filter(|cell| infer::means_missing(cell));
    cells.collect::<BTreeSet<_>>().into_iter().cloned().collect()
}
