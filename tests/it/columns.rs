//! Columns: every row scores as the record of its facts, and invalid columns are refused.

use std::ops::Range;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use fastrand::Rng;
use warmth::columns::{Bits, Column, ColumnError, ColumnProblem, Columns, ScoreColumns, Texts};
use warmth::{Activity, Fact, Facts, Field, Kind, Points, Record, Score, Scorer, Value};

use crate::support::{on_all_processors, scaled, second, subject, subjects, toml_model};

/// Texts in the layout of Arrow.
#[derive(Default)]
struct Buffer {
    offsets: Vec<i32>,
    bytes: Vec<u8>,
}

impl Buffer {
    fn of<'t>(texts: impl IntoIterator<Item = &'t str>) -> Buffer {
        let mut buffer = Buffer { offsets: vec![0], bytes: Vec::new() };
        for text in texts {
            buffer.bytes.extend_from_slice(text.as_bytes());
            buffer.offsets.push(i32::try_from(buffer.bytes.len()).unwrap());
        }
        buffer
    }

    fn texts(&self) -> Texts<'_> {
        Texts::new(&self.offsets, &self.bytes).unwrap()
    }
}

/// Texts as views of 16 bytes, of which the long ones are in one of two buffers.
struct Viewed {
    views: Vec<u8>,
    buffers: [Vec<u8>; 2],
}

impl Viewed {
    fn of<'t>(texts: impl IntoIterator<Item = &'t str>) -> Viewed {
        let mut viewed = Viewed { views: Vec::new(), buffers: Default::default() };
        for (n, text) in texts.into_iter().enumerate() {
            let mut view = [0; 16];
            view[..4].copy_from_slice(&u32::try_from(text.len()).unwrap().to_le_bytes());
            if text.len() <= 12 {
                view[4..4 + text.len()].copy_from_slice(text.as_bytes());
            } else {
                let buffer = &mut viewed.buffers[n % 2];
                view[4..8].copy_from_slice(&text.as_bytes()[..4]);
                view[8] = u8::try_from(n % 2).unwrap();
                view[12..].copy_from_slice(&u32::try_from(buffer.len()).unwrap().to_le_bytes());
                buffer.extend_from_slice(text.as_bytes());
                buffer.push(0xff); // not UTF-8, and no part of a text
            }
            viewed.views.extend_from_slice(&view);
        }
        viewed
    }
}

/// Packed bits from a random offset on, with random bits before and after.
struct Bitmap {
    bytes: Vec<u8>,
    offset: usize,
    len: usize,
}

impl Bitmap {
    fn of(rng: &mut Rng, bits: &[bool]) -> Bitmap {
        let offset = rng.usize(0..20);
        let mut bytes: Vec<u8> = (0..(offset + bits.len()).div_ceil(8) + rng.usize(0..2)).map(|_| rng.u8(..)).collect();
        for (i, bit) in bits.iter().enumerate() {
            let (byte, shift) = ((offset + i) / 8, (offset + i) % 8);
            bytes[byte] = bytes[byte] & !(1 << shift) | u8::from(*bit) << shift;
        }
        Bitmap { bytes, offset, len: bits.len() }
    }

    fn bits(&self) -> Bits<'_> {
        Bits::packed(&self.bytes, self.offset, self.len).unwrap()
    }
}

/// The buffers of one column.
enum Owned {
    Missing,
    Doubles(Vec<f64>),
    Whole(Vec<i64>),
    Small(Vec<u8>),
    Decimals(Vec<i128>, i8),
    Flags(Bitmap),
    Bools(Vec<bool>),
    Texts(Buffer),
    Views(Viewed),
    Coded(Vec<i16>, Buffer),
    CodedWithNulls(Vec<i16>, Buffer, Bitmap),
    Dates(Vec<i32>),
    Times(Vec<i64>, u32),
    /// The items, and of how many items before them there are no texts.
    Lists(Vec<i32>, Buffer, usize, Option<Bitmap>),
    CodedLists(Vec<i64>, Vec<u32>, Buffer, Option<Bitmap>),
}

impl Owned {
    fn buffers(&self) -> Vec<&[u8]> {
        if let Owned::Views(texts) = self { texts.buffers.iter().map(Vec::as_slice).collect() } else { Vec::new() }
    }
}

fn column<'o>(owned: &'o Owned, buffers: &'o [&'o [u8]], validity: &'o Bitmap) -> Column<'o> {
    let with_items = |column: Column<'o>, validity: &'o Option<Bitmap>| match validity {
        Some(validity) => column.with_item_validity(validity.bits()).unwrap(),
        None => column,
    };
    let column = match owned {
        Owned::Missing => Column::missing(),
        Owned::Doubles(numbers) => Column::numbers(numbers),
        Owned::Whole(numbers) => Column::numbers(numbers),
        Owned::Small(numbers) => Column::numbers(numbers),
        Owned::Decimals(values, scale) => Column::decimals(values, *scale),
        Owned::Flags(flags) => Column::flags(flags.bits()),
        Owned::Bools(flags) => Column::flags(&flags[..]),
        Owned::Texts(texts) => Column::texts(texts.texts()),
        Owned::Views(texts) => Column::texts(Texts::views(&texts.views, buffers).unwrap()),
        Owned::Coded(codes, texts) => Column::dictionary(codes, texts.texts()),
        Owned::CodedWithNulls(codes, texts, validity) => {
            Column::dictionary(codes, texts.texts().with_validity(validity.bits()))
        }
        Owned::Dates(days) => Column::dates(days),
        Owned::Times(counts, per_second) => Column::times(counts, *per_second).unwrap(),
        Owned::Lists(offsets, items, first, validity) => {
            with_items(Column::lists(offsets, items.texts().numbered_from(*first)).unwrap(), validity)
        }
        Owned::CodedLists(offsets, codes, items, validity) => {
            with_items(Column::dictionary_lists(offsets, codes, items.texts()).unwrap(), validity)
        }
    };
    column.with_validity(validity.bits())
}

fn tags_of(fact: Fact<'_>) -> Vec<String> {
    let mut all = Vec::new();
    if let Fact::Tags(tags) = fact {
        tags.any(|tag| {
            all.push(tag.to_owned());
            false
        });
    }
    all
}

/// A field of all records in a random layout of its kind, and the rows whose fact the layout can represent.
fn laid_out(rng: &mut Rng, field: &Field, records: &[Record]) -> (Owned, Vec<bool>) {
    let facts: Vec<Fact<'_>> = records.iter().map(|record| record.fact(field)).collect();
    let number = |fact: &Fact<'_>| if let Fact::Number(number) = fact { *number } else { 0.5 };
    let text = |fact: &Fact<'_>| if let Fact::Text(text) = fact { (*text).to_owned() } else { "none".to_owned() };
    let dictionary = |texts: &[String]| {
        let mut all = texts.to_vec();
        all.sort();
        all.dedup();
        all
    };
    let epoch = NaiveDate::from_ymd_opt(1970, 1, 1).unwrap();
    match field.kind() {
        Kind::Any => (Owned::Missing, vec![false; records.len()]),
        Kind::Number => {
            let numbers: Vec<f64> = facts.iter().map(number).collect();
            let known = |fits: &dyn Fn(f64) -> bool| {
                facts.iter().map(|fact| matches!(fact, Fact::Number(number) if fits(*number))).collect()
            };
            match rng.u8(..4) {
                3 => {
                    let scaled = numbers.iter().map(|number| (number * 1000.0).round() as i128).collect();
                    let fits = |number: f64| {
                        let exact = ((number * 1000.0).round() / 1000.0).to_bits() == number.to_bits();
                        exact && number.abs() < 9e12
                    };
                    (Owned::Decimals(scaled, 3), known(&fits))
                }
                0 => (Owned::Doubles(numbers), known(&|_| true)),
                1 => {
                    let whole = numbers.iter().map(|number| *number as i64).collect();
                    (
                        Owned::Whole(whole),
                        known(&|number| (number as i64 as f64).to_bits() == number.to_bits() && number.abs() < 9e15),
                    )
                }
                _ => {
                    let small = numbers.iter().map(|number| *number as u8).collect();
                    (Owned::Small(small), known(&|number| f64::from(number as u8).to_bits() == number.to_bits()))
                }
            }
        }
        Kind::Flag => {
            let flags: Vec<bool> = facts.iter().map(|fact| matches!(fact, Fact::Flag(true))).collect();
            let known = facts.iter().map(|fact| matches!(fact, Fact::Flag(_))).collect();
            (if rng.bool() { Owned::Flags(Bitmap::of(rng, &flags)) } else { Owned::Bools(flags) }, known)
        }
        Kind::Text => {
            let texts: Vec<String> = facts.iter().map(text).collect();
            let known = facts.iter().map(|fact| matches!(fact, Fact::Text(_))).collect();
            match rng.u8(..4) {
                0 => return (Owned::Texts(Buffer::of(texts.iter().map(String::as_str))), known),
                1 => return (Owned::Views(Viewed::of(texts.iter().map(String::as_str))), known),
                _ => {}
            }
            let all = dictionary(&texts);
            let code = |text: &String| i16::try_from(all.binary_search(text).unwrap()).unwrap();
            let codes = texts.iter().map(code).collect();
            let entries = Buffer::of(all.iter().map(String::as_str));
            if rng.bool() {
                return (Owned::Coded(codes, entries), known);
            }
            let validity: Vec<bool> = all.iter().map(|_| rng.u8(..4) > 0).collect();
            let is_valid = |text| validity[usize::try_from(code(text)).unwrap()];
            let known = texts.iter().zip(known).map(|(text, known): (_, bool)| known && is_valid(text)).collect();
            (Owned::CodedWithNulls(codes, entries, Bitmap::of(rng, &validity)), known)
        }
        Kind::Date | Kind::Time if rng.bool() => {
            let day = |fact: &Fact<'_>| if let Fact::Date(date) = fact { (*date - epoch).num_days() as i32 } else { 7 };
            let known = facts.iter().map(|fact| matches!(fact, Fact::Date(_))).collect();
            (Owned::Dates(facts.iter().map(day).collect()), known)
        }
        Kind::Date | Kind::Time => {
            let per_second = *rng.choice(&[1_u32, 1_000, 1_000_000]).unwrap();
            let count = |fact: &Fact<'_>| {
                let secs = if let Fact::Time(time) = fact { time.timestamp() } else { 0 };
                secs * i64::from(per_second) + i64::from(per_second - 1)
            };
            let known = facts.iter().map(|fact| matches!(fact, Fact::Time(_))).collect();
            (Owned::Times(facts.iter().map(count).collect(), per_second), known)
        }
        _ => {
            let lists: Vec<Vec<String>> = facts.iter().map(|fact| tags_of(*fact)).collect();
            let (lists, validity) = if rng.bool() { (lists, None) } else { with_nulls(rng, lists) };
            let validity = validity.map(|validity| Bitmap::of(rng, &validity));
            let known = facts.iter().map(|fact| matches!(fact, Fact::Tags(_))).collect();
            let ends = lists.iter().scan(0, |end, list| {
                *end += list.len();
                Some(*end)
            });
            let offsets: Vec<usize> = std::iter::once(0).chain(ends).collect();
            let items = lists.concat();
            if rng.bool() {
                // Of a slice of a table, whose items before these are not looked at.
                let first = if validity.is_none() { rng.usize(..3) } else { 0 };
                let offsets = offsets.iter().map(|offset| (first + *offset) as i32).collect();
                return (Owned::Lists(offsets, Buffer::of(items.iter().map(String::as_str)), first, validity), known);
            }
            let all = dictionary(&items);
            let codes = items.iter().map(|item| all.binary_search(item).unwrap() as u32).collect();
            let offsets = offsets.iter().map(|offset| *offset as i64).collect();
            (Owned::CodedLists(offsets, codes, Buffer::of(all.iter().map(String::as_str)), validity), known)
        }
    }
}

/// The lists with some items added that are not valid, and which items are.
fn with_nulls(rng: &mut Rng, lists: Vec<Vec<String>>) -> (Vec<Vec<String>>, Option<Vec<bool>>) {
    let mut validity = Vec::new();
    let more = |list: Vec<String>| {
        let mut longer = Vec::new();
        for tag in list {
            if rng.bool() {
                longer.push(rng.choice(["crm", "erp", "", "null"]).unwrap().to_owned());
                validity.push(false);
            }
            longer.push(tag);
            validity.push(true);
        }
        longer
    };
    (lists.into_iter().map(more).collect(), Some(validity))
}

/// The records without the facts that their columns cannot represent.
fn representable(records: &[Record], fields: &[(&Field, Vec<bool>)]) -> Vec<Record> {
    let keep = |(row, record): (usize, &Record)| {
        let mut kept = Record::new().with_activity(record.activity().clone());
        for (field, known) in fields {
            if let Some(value) = record.get(field.name()).filter(|_| known[row]) {
                kept.set(field.name(), value.clone());
            }
        }
        kept
    };
    records.iter().enumerate().map(keep).collect()
}

#[test]
fn columns_score_and_explain_each_row_like_its_record() {
    let strangers: Vec<Record> = subjects(700_000..700_200).map(|subject| subject.record).collect();
    on_all_processors(0..scaled(2_000), |seed| {
        let subject = subject(seed);
        let mut rng = Rng::with_seed(seed);
        let mut records = strangers[..rng.usize(0..=strangers.len())].to_vec();
        records.push(subject.record.clone());
        let laid: Vec<_> = subject.scorer.fields().map(|field| (field, laid_out(&mut rng, field, &records))).collect();
        let bitmaps: Vec<Bitmap> = laid.iter().map(|(_, (_, known))| Bitmap::of(&mut rng, known)).collect();
        let activities: Vec<Activity> = records.iter().map(|record| record.activity().clone()).collect();
        let mut columns = Columns::new(records.len()).with_activities(&activities).unwrap();
        let buffers: Vec<Vec<&[u8]>> = laid.iter().map(|(_, (owned, _))| owned.buffers()).collect();
        for (((field, (owned, _)), buffers), validity) in laid.iter().zip(&buffers).zip(&bitmaps) {
            columns = columns.with(field.name(), column(owned, buffers, validity)).unwrap();
        }
        let fields: Vec<_> = laid.iter().map(|(field, (_, known))| (*field, known.clone())).collect();
        let records = representable(&records, &fields);

        let ready = subject.scorer.bind(&columns).unwrap();
        let from = rng.usize(0..records.len());
        let mut scores = ScoreColumns::new();
        ready.score(0..records.len(), subject.as_of, &mut scores); // overwritten by the next call
        ready.score(from..usize::MAX, subject.as_of, &mut scores);
        assert_eq!(scores.len(), records.len() - from);
        for (record, score) in records[from..].iter().zip(scores.iter()) {
            assert_eq!(score, subject.scorer.score(record, subject.as_of), "seed {seed}");
        }
        let explanation = ready.explain(from, subject.as_of).unwrap();
        assert_eq!(
            explanation.to_string(),
            subject.scorer.explain(&records[from], subject.as_of).to_string(),
            "seed {seed}"
        );
        assert!(ready.explain(records.len(), subject.as_of).is_none() && ready.record(records.len()).is_none());
        let copy = ready.record(from).unwrap();
        assert_eq!(copy.activity(), records[from].activity());
        assert_eq!(subject.scorer.score(&copy, subject.as_of), scores.get(0).unwrap(), "seed {seed}");
    });
}

fn ready() -> Scorer<Record> {
    Scorer::new(&toml_model(
        "format = 1\nname = 'x'\n[[axis]]\nname = 'fit'\n[[axis.rule]]\nid = 'r'\nwhen.nps.at_least = 9\npoints = 5\n\
         [[axis.rule]]\nid = 's'\nwhen.renewal.days_until.at_most = 3\npoints = 5",
    ))
    .unwrap()
}

fn error<T>(result: Result<T, ColumnError>) -> String {
    result.err().unwrap().to_string()
}

#[test]
fn problems_of_columns_are_data() {
    let flags = &[true, false][..];
    let columns = Columns::new(2).with("nps", Column::flags(flags)).unwrap();
    let error = ready().bind(&columns).err().unwrap();
    let codes: Vec<_> = error.problems().iter().map(|problem| (problem.code(), problem.column())).collect();
    assert_eq!(codes, [("wrong-kind", Some("nps")), ("missing-column", Some("renewal"))]);
    let messages: Vec<_> = error.problems().iter().map(ColumnProblem::message).collect();
    assert_eq!(messages.join("\n"), error.to_string());
    let written = serde_json::to_value(Texts::new(&[0_i32, 2, 1], b"ab").err().unwrap()).unwrap();
    let message = "offsets 1 and 2 descend or are beyond the 2 values";
    let problem = serde_json::json!({ "code": "bad-offsets", "column": null, "message": message });
    assert_eq!(written, serde_json::json!({ "problems": [problem] }));
}

#[test]
fn invalid_columns_are_refused() {
    let (numbers, flags) = (&[1.0, 2.0], &[true, false][..]);
    let columns = Columns::new(2);
    for (message, expected) in [
        (
            error(columns.clone().with("nps", Column::numbers(&[1_u8]))),
            "column `nps` has 1 value or validity bit for 2 rows; give one per row",
        ),
        (
            error(columns.clone().with("nps", Column::numbers(numbers).with_validity((&[true][..]).into()))),
            "column `nps` has 1 value or validity bit for 2 rows; give one per row",
        ),
        (
            error(columns.clone().with("nps", Column::missing()).unwrap().with("nps", Column::missing())),
            "two columns have the name `nps`; give each field one column",
        ),
        (error(columns.clone().with_activities(&[])), "there are 0 activities for 2 rows; give one per row"),
        (
            error(ready().bind(&columns.clone().with("nps", Column::numbers(numbers)).unwrap())),
            "there is no column `renewal` among `nps`; add it, or add `Column::missing()` if you have no data for this field",
        ),
        (
            error(ready().bind(&columns)),
            "there is no column `nps`; add it, or add `Column::missing()` if you have no data for this field\n\
             there is no column `renewal`; add it, or add `Column::missing()` if you have no data for this field",
        ),
        (
            error(ready().bind(&columns.clone().with("nps", Column::flags(flags)).unwrap())),
            "the model reads `nps` as a number, but each row of the column is a flag; pass another column\n\
             there is no column `renewal` among `nps`; add it, or add `Column::missing()` if you have no data for this field",
        ),
        (error(Bits::packed(&[0], 4, 5)), "a bitmap of 8 bits has no 5 bits from bit 4 on; check offset and length"),
        (error(Texts::new(&[0_i32, 2, 1], b"ab")), "offsets 1 and 2 descend or are beyond the 2 values"),
        (
            error(Texts::new(&[0_i32, 1, 3, 4], "aéb".as_bytes()).and(Texts::new(&[0_i32, 2, 4], "aéb".as_bytes()))),
            "text 0 begins or ends within a character; offsets count bytes, not characters",
        ),
        (
            error(Texts::new(&[1_i32, 2, 3], b"\xffa\xff\xff")),
            "the values from byte 1 on are not UTF-8: invalid utf-8 sequence of 1 bytes from index 1",
        ),
        (error(Texts::views(&[0; 17], &[])), "17 bytes are not views of 16 bytes each; pass the whole buffer of views"),
        (
            error(Texts::views(b"\x0d\0\0\0pref\0\0\0\0\x01\0\0\0", &[b"prefix and mo"])),
            "view 0 is not UTF-8, or is beyond the buffers or their ends",
        ),
        (
            error(Texts::views(b"\x01\0\0\0\xff\0\0\0\0\0\0\0\0\0\0\0", &[])),
            "view 0 is not UTF-8, or is beyond the buffers or their ends",
        ),
        (
            error(Column::lists(&[0_i64, 1], Texts::new(&[0_i32, 1], b"a").unwrap().numbered_from(1))),
            "offsets 0 and 1 descend or are not within the values 1 to 2",
        ),
        (
            error(Column::numbers(numbers).with_item_validity((&[true][..]).into())),
            "only lists have items; use `with_validity` for the rows of other columns",
        ),
        (
            error(
                Column::lists(&[0_i64, 1], Texts::new(&[0_i32, 1], b"a").unwrap())
                    .and_then(|lists| lists.with_item_validity((&[][..]).into())),
            ),
            "the items have 0 validity bits, and the last list ends at item 1",
        ),
        (
            error(Column::lists(&[0_i64, 3], Texts::new(&[0_i32, 1], b"a").unwrap())),
            "offsets 0 and 1 descend or are beyond the 1 values",
        ),
        (
            error(Column::times(&[0, 0], 0)),
            "a time unit of 0 counts per second; give 1 for seconds, 1000 for milliseconds",
        ),
    ] {
        assert_eq!(message, expected);
    }
}

#[test]
fn values_that_no_fact_can_have_count_as_missing() {
    let as_of: DateTime<Utc> = second(1_796_040_000);
    let days = [20_787, i32::MAX, i32::MIN];
    let columns = Columns::new(3)
        .with("nps", Column::numbers(&[f64::INFINITY, 1e300, 9.0]))
        .unwrap()
        .with("renewal", Column::dates(&days))
        .unwrap();
    let scorer = ready();
    let ready = scorer.bind(&columns).unwrap();
    let missing = |row| ready.explain(row, as_of).unwrap().missing().join(" ");
    assert_eq!(missing(0), "nps");
    assert_eq!(missing(1), "renewal");
    assert_eq!(missing(2), "renewal");
    let mut scores = ScoreColumns::new();
    ready.score(0..3, as_of, &mut scores);
    let values: Vec<String> = scores.values().map(|value| value.to_string()).collect();
    assert_eq!(values, ["50", "50", "50"]);
    assert!(scores.axis("fit").unwrap().map(|(_, score)| score).eq(scores.values()));
    assert!(scores.axis("none").is_none());
}

#[test]
fn a_range_of_rows_scores_like_all_of_them() {
    let (scorer, as_of) = (ready(), second(1_796_040_000));
    let numbers: Vec<f64> = (0..130).map(|row| f64::from(row % 11)).collect();
    let flags = [true; 130];
    let values = |rows: usize, range: Range<usize>| -> Vec<Points> {
        let columns = Columns::new(rows)
            .with("nps", Column::numbers(&numbers[..rows]))
            .unwrap()
            .with("renewal", Column::missing())
            .unwrap()
            .with("not read", Column::flags(&flags[..rows]))
            .unwrap();
        let ready = scorer.bind(&columns).unwrap();
        assert_eq!((ready.len(), ready.is_empty()), (rows, rows == 0));
        let mut scores = ScoreColumns::new();
        ready.score(0..rows, as_of, &mut scores); // overwritten by the next call
        ready.score(range, as_of, &mut scores);
        assert!(scores.get(scores.len()).is_none() && scores.iter().count() == scores.len());
        assert_eq!(scores.is_empty(), scores.keys().is_empty());
        scores.values().collect()
    };
    let all = values(130, 0..130);
    assert!(all.iter().enumerate().all(|(row, value)| *value == Points::from(if row % 11 >= 9 { 50 } else { 0 })));
    for (first, last) in [(0, 0), (0, 1), (63, 65), (64, 64), (64, 128), (129, 130), (130, 130)] {
        assert_eq!(values(130, first..last), all[first..last], "{first}..{last}");
    }
    assert_eq!(values(130, 100..usize::MAX), all[100..]);
    assert_eq!(values(130, 200..300), []);
    assert_eq!(values(130, Range { start: 9, end: 3 }), []);
    assert_eq!(values(130, Range { start: usize::MAX, end: 3 }), []);
    assert_eq!(values(0, 0..0), []);
    assert_eq!(values(0, 0..9), []);
}

/// So many rows that columns are prefetched. Most blocks have no invalid values, so they take the fast path.
#[test]
fn very_many_rows_score_like_their_records() {
    const ROWS: usize = 140_003;
    let document = "format = 1\nname = 'x'\n[[required]]\nid = 'a'\nwhen.health.one_of = ['green', 'amber']\n\
        [[axis]]\nname = 'fit'\n\
        [[axis.rule]]\nid = 'tier'\nwhen.tier.one_of = ['a', 'b', 'c']\npoints = 1\n\
        [[axis.rule]]\nid = 'nps'\nwhen.nps.between = [3, 8]\npoints = 2\nmissing = { points = 64 }\n\
        [[axis.rule]]\nid = 'users'\nwhen.users.at_least = 5\npoints = 4\nmissing = { points = 128 }\n\
        [[axis.rule]]\nid = 'day'\nwhen.day.days_since.between = [2, 5]\npoints = 8\nmissing = { points = 256 }\n\
        [[axis.rule]]\nid = 'ratio'\nwhen.nps.ratio_to = { field = 'users', at_least = 0.5 }\npoints = 16\nmissing = { points = 512 }\n\
        [[axis.rule]]\nid = 'tags'\nwhen.tags.has_any = ['a', 'b']\npoints = 32\nmissing = { points = 1024 }\n";
    let scorer: Scorer<Record> = Scorer::new(&toml_model(document)).unwrap();
    let mut rng = Rng::with_seed(7);
    // One value in 700 is invalid.
    let mut some = |invalid: &[i64], most: i64| -> Vec<i64> {
        let one = |_| if rng.usize(..700) == 0 { *rng.choice(invalid).unwrap() } else { rng.i64(0..most) };
        (0..ROWS).map(one).collect()
    };
    let health: Vec<i8> = some(&[-1, 3, 127], 3).iter().map(|code| *code as i8).collect();
    let tier: Vec<i32> = some(&[-1, 6, i64::from(i32::MIN)], 6).iter().map(|code| *code as i32).collect();
    let nps: Vec<f64> = some(&[-1, -2, -3], 10)
        .iter()
        .map(|number| match number {
            -1 => f64::NAN,
            -2 => f64::INFINITY,
            -3 => f64::NEG_INFINITY,
            number => *number as f64,
        })
        .collect();
    let users = some(&[i64::MIN, (1 << 53) + 1, -(1 << 53), 1 << 53], 9);
    let as_of = second(1_796_040_000);
    let today = (as_of.date_naive() - NaiveDate::from_ymd_opt(1970, 1, 1).unwrap()).num_days();
    let day: Vec<i32> = some(&[i64::from(i32::MIN), i64::from(i32::MAX)], 9)
        .iter()
        .map(|days| if (0..9).contains(days) { (today - days) as i32 } else { *days as i32 })
        .collect();
    let ends = some(&[12], 3).into_iter().scan(0, |end, count| {
        *end += count;
        Some(*end)
    });
    let offsets: Vec<i64> = std::iter::once(0).chain(ends).collect();
    let items: Vec<u16> = (0..*offsets.last().unwrap()).map(|item| (item * 7 % 11) as u16).collect();
    let known: Vec<bool> = some(&[1], 1).iter().map(|one| *one == 0).collect();
    let (healths, tiers) = (["red", "amber", "green"], ["a", "b", "c", "d", "e", "f"]);
    let (health_texts, tier_texts) = (Buffer::of(healths), Buffer::of(tiers));
    let validity = Bitmap::of(&mut Rng::with_seed(8), &known);
    let columns = [
        ("health", Column::dictionary(&health, health_texts.texts())),
        ("tier", Column::dictionary(&tier, tier_texts.texts())),
        ("nps", Column::numbers(&nps).with_validity(validity.bits())),
        ("users", Column::numbers(&users)),
        ("day", Column::dates(&day)),
        ("tags", Column::dictionary_lists(&offsets, &items, tier_texts.texts()).unwrap()),
    ]
    .into_iter()
    .fold(Columns::new(ROWS), |columns, (name, column)| columns.with(name, column).unwrap());
    let ready = scorer.bind(&columns).unwrap();
    let mut scores = ScoreColumns::new();
    ready.score(1..ROWS, as_of, &mut scores);

    let text = |texts: &[&'static str], code: i64| usize::try_from(code).ok().and_then(|code| texts.get(code).copied());
    for (row, score) in (1..ROWS).zip(scores.iter()) {
        let mut record = Record::new();
        if let Some(text) = text(&healths, health[row].into()) {
            record.set("health", text);
        }
        if let Some(text) = text(&tiers, tier[row].into()) {
            record.set("tier", text);
        }
        if known[row] && nps[row].is_finite() {
            record.set("nps", nps[row]);
        }
        if users[row].unsigned_abs() <= 1 << 53 {
            record.set("users", users[row] as f64);
        }
        if let Some(date) = (day[row].unsigned_abs() < 1 << 20).then(|| NaiveDate::from_ymd_opt(1970, 1, 1).unwrap()) {
            record.set("day", date + TimeDelta::days(day[row].into()));
        }
        let tags = &items[offsets[row] as usize..offsets[row + 1] as usize];
        let tags = tags.iter().filter_map(|code| text(&tiers, (*code).into()).map(str::to_owned));
        record.set("tags", Value::Tags(tags.collect()));
        assert_eq!(score, scorer.score(&record, as_of), "row {row}");
    }
}

/// More outcomes than the scorer caches, with two verdicts, from few rules and from many.
#[test]
fn more_different_outcomes_than_are_cached_are_correct() {
    let as_of = second(1_796_040_000);
    for rules in [9_usize, 14] {
        let rule_text = |rule: usize| {
            let points = 1 << (rule % 9);
            format!("[[axis.rule]]\nid = 'r{rule}'\nwhen.f{rule} = true\npoints = {points}\n")
        };
        let head = "format = 1\nname = 'x'\n[[required]]\nid = 'a'\nwhen.fits = true\n[[axis]]\nname = 'fit'\n";
        let document = std::iter::once(head.to_owned()).chain((0..rules).map(rule_text)).collect::<String>();
        let scorer: Scorer<Record> = Scorer::new(&toml_model(&document)).unwrap();
        let rows = 0..2_000_usize;
        let flags: Vec<Vec<bool>> =
            (0..rules).map(|rule| rows.clone().map(|row| (row * 7 % 512) >> (rule % 9) & 1 == 1).collect()).collect();
        let (fits, known): (Vec<bool>, Vec<bool>) = rows.clone().map(|row| (row % 5 != 0, row % 3 != 0)).unzip();
        let mut columns =
            Columns::new(rows.len()).with("fits", Column::flags(&fits).with_validity(Bits::from(&known))).unwrap();
        for (rule, flags) in flags.iter().enumerate() {
            columns = columns.with(format!("f{rule}"), Column::flags(flags)).unwrap();
        }
        let records: Vec<Record> = rows
            .clone()
            .map(|row| {
                let record = if known[row] { Record::new().with("fits", fits[row]) } else { Record::new() };
                (0..rules).fold(record, |record, rule| record.with(format!("f{rule}"), flags[rule][row]))
            })
            .collect();

        let (mut scores, mut batch) = (ScoreColumns::new(), vec![Score::default(); records.len()]);
        scorer.bind(&columns).unwrap().score(rows, as_of, &mut scores);
        scorer.score_batch(&records, as_of, &mut batch);
        for (record, (score, of_batch)) in records.iter().zip(scores.iter().zip(&batch)) {
            assert_eq!((score, *of_batch), (scorer.score(record, as_of), score), "{rules} rules");
        }
        let outcomes: Vec<Score<'_>> = scores.outcomes().collect();
        assert!(scores.keys().iter().map(|place| outcomes[*place as usize]).eq(scores.iter()));
        assert!(scores.verdicts().zip(scores.values()).eq(batch.iter().map(|score| (score.verdict(), score.value()))));
        assert!(outcomes.len() > 512, "the test needs more outcomes than are cached");
    }
}

#[test]
fn columns_score_within_the_documented_stack_size() {
    let document = "format = 1\nname = 'x'\n[[required]]\nid = 'a'\nwhen.nps.at_least = 1\n\
        [[axis]]\nname = 'fit'\n[[axis.rule]]\nid = 'b'\nwhen.nps.at_least = 9\npoints = 5\n\
        [[axis.rule]]\nid = 'c'\nper_unit.nps = { points = 1, max = 5 }\n\
        [[axis]]\nname = 'need'\n[[axis.rule]]\nid = 'd'\nwhen.any = [{ nps = 3 }, { nps = 4 }, { not = { seats = 1 } }]\npoints = 3\n\
        [[promoter]]\nid = 'e'\nplus = 5\nwhen.axis.fit.at_least = 3\n\
        [[segment]]\nname = 'few'\nwhen.seats = 3\n[[segment]]\nname = 'others'\n";
    let scorer: Scorer<Record> = Scorer::new(&toml_model(document)).unwrap();
    let numbers: Vec<u8> = (0..2_000_u32).map(|row| (row % 13) as u8).collect();
    let columns = ["nps", "seats"]
        .into_iter()
        .fold(Columns::new(numbers.len()), |columns, name| columns.with(name, Column::numbers(&numbers)).unwrap());
    std::thread::scope(|threads| {
        let score = || {
            let mut scores = ScoreColumns::new();
            scorer.bind(&columns).unwrap().score(0..columns.len(), second(1_796_040_000), &mut scores);
            scores.len()
        };
        let thread = std::thread::Builder::new().stack_size(256 << 10).spawn_scoped(threads, score);
        assert_eq!(thread.unwrap().join().unwrap(), columns.len());
    });
}
