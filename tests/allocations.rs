//! Scoring does not allocate, and explaining allocates no more for more rules.
//!
//! These tests count calls of the global allocator, so they are a binary of their own.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::struct_field_names,
    clippy::unreadable_literal,
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed; names and numbers are written as in the documents"
)]
#![expect(unsafe_code, reason = "a global allocator is unsafe to implement")]

mod common;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::hint::black_box;

use common::generate::instance;
use common::seeds::scaled;
use common::{model, record, scorer, second};
use fastrand::Rng;
use serde_json::json;
use warmth::columns::{Column, Columns, ScoreColumns, Texts};
use warmth::{DocumentLimits, Event, Facts, Points, Record, Score};

thread_local! {
    /// Per thread, as tests run in parallel and the harness allocates on its own threads.
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

struct Counting;

fn count() {
    // The counter is gone while its thread ends, where nothing is measured.
    let _ = ALLOCATIONS.try_with(|allocations| allocations.set(allocations.get() + 1));
}

// SAFETY: every call is passed on to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller upholds the contract of `GlobalAlloc`, which is the contract of `System`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count();
        // SAFETY: as in `alloc`; the pointer came from `System`.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        // SAFETY: as in `alloc`; the pointer came from `System`.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

/// The number of calls that `run` makes to the allocator, to allocate or to free.
fn allocations<T>(run: impl FnOnce() -> T) -> (u64, T) {
    let before = ALLOCATIONS.get();
    let result = black_box(run());
    (ALLOCATIONS.get() - before, result)
}

#[test]
fn the_counter_counts_allocations_and_frees() {
    assert_eq!(allocations(|| Box::new(7)).0, 1);
    assert_eq!(allocations(|| drop(black_box(vec![1_u8; 100]))).0, 2);
    assert_eq!(allocations(|| black_box(7)).0, 0);
}

#[test]
fn scoring_does_not_allocate() {
    for seed in 0..scaled(4_000) {
        let instance = instance(&mut Rng::with_seed(seed));
        let (scorer, record, as_of) = (scorer(&model(&instance.model)), record(&instance), second(instance.as_of));
        let (count, score) = allocations(|| scorer.score(&record, as_of));
        assert_eq!(count, 0, "seed {seed}");
        let (count, _) = allocations(|| {
            let axes = score
                .axes()
                .map(|axis| (axis.name, axis.raw, axis.score))
                .fold(0, |sum, axis| sum + axis.0.len() + usize::from(axis.1 > axis.2));
            let names = (score.grade().map(warmth::Grade::as_str), score.state(), score.segment());
            (score.verdict(), score.value(), names, score.play().map(warmth::Play::name), axes)
        });
        assert_eq!(count, 0, "seed {seed}: reading a score");
    }
}

#[test]
fn scoring_a_batch_of_any_size_does_not_allocate() {
    const ROWS: usize = 1_000;
    let healths = ["green", "red"];
    let scorer = scorer(&model(&json!({
        "format": 1, "name": "x",
        "required": [{ "id": "healthy", "when": { "health": { "is_not": "red" } } }],
        "axis": [{ "name": "a", "rule": [
            { "id": "nps", "when": { "nps": { "at_least": 5 } }, "points": 5 },
            { "id": "stack", "when": { "stack": { "has_any": ["green"] } }, "points": 5 },
            { "id": "visits", "signal": { "event": "*", "points": 1, "most_recent": 3, "decay": { "half_life": "1d" } } },
        ] }],
        "state": [{ "name": "warm", "at_least": 50 }, { "name": "cold", "at_least": 0 }],
    })));
    let (as_of, numbers) = (second(200_000), (0..ROWS).map(|row| (row % 11) as u8).collect::<Vec<_>>());
    let codes: Vec<u8> = (0..ROWS).map(|row| u8::from(row % 5 == 0)).collect();
    let offsets: Vec<i32> = (0..=ROWS as i32).collect();
    let records: Vec<Record> = numbers
        .iter()
        .zip(&codes)
        .map(|(nps, code)| {
            let health = healths[usize::from(*code)];
            let mut record = Record::new().with("nps", u32::from(*nps)).with("health", health).with("stack", [health]);
            record.activity_mut().record("visit", second(i64::from(*nps) * 10_000));
            record
        })
        .collect();

    let mut scores = vec![Score::default(); ROWS];
    for rows in [0, 1, 63, 64, 65, ROWS] {
        let (count, ()) = allocations(|| scorer.score_batch(&records[..rows], as_of, &mut scores));
        assert_eq!(count, 0, "{rows} records");
    }

    let activities: Vec<_> = records.iter().map(|record| record.activity().clone()).collect();
    let dictionary = Texts::new(&[0_i32, 5, 8], b"greenred").unwrap();
    let columns = Columns::new(ROWS)
        .with("nps", Column::numbers(&numbers))
        .and_then(|columns| columns.with("health", Column::dictionary(&codes, dictionary)))
        .and_then(|columns| columns.with("stack", Column::dictionary_lists(&offsets, &codes, dictionary)?))
        .and_then(|columns| columns.with_activities(&activities))
        .unwrap();
    let ready = scorer.bind(&columns).unwrap();
    let mut columns = ScoreColumns::new();
    let (count, ()) = allocations(|| ready.score(0..ROWS, as_of, &mut columns));
    assert!(count > 0, "the first use of the columns allocates");
    for rows in [0, 1, 63, 64, 65, ROWS] {
        let (count, ()) = allocations(|| ready.score(ROWS - rows..ROWS, as_of, &mut columns));
        assert_eq!(count, 0, "{rows} rows");
    }
    assert!(columns.iter().eq(scores));
}

#[test]
fn scoring_many_event_names_does_not_allocate() {
    let listed: Vec<_> = (0..DocumentLimits::default().event_names).map(|name| format!("event-{name}")).collect();
    let scorer = scorer(&model(&json!({
        "format": 1, "name": "x",
        "axis": [{ "name": "a", "available": 1, "rule": [
            { "id": "listed", "signal": { "event": listed, "points": 1, "per_day": 2, "most_recent": 50 } },
            { "id": "any", "signal": { "event": "*", "points": 1, "per_day": 2, "decay": { "half_life": "1d" } } },
            { "id": "days", "bands": { "events": { "*": [[1, 1]] } }, "by": "days" },
            { "id": "last", "bands": { "events": { "*": [[1, 1]] } }, "by": "days_since_last" },
        ] }],
    })));
    for names in [1, 2, 64, 256, 257, 5_000] {
        let mut record = Record::new();
        for at in 0..names {
            let name = format!("event-{at}");
            record.activity_mut().record(&name, second(at));
            record.activity_mut().record(&name, second(at + 100_000));
        }
        assert_eq!(allocations(|| scorer.score(&record, second(200_000))).0, 0, "{names} names");
    }
}

/// Different values are counted on the stack, up to the number that the page for hosts states.
#[test]
fn counting_different_values_does_not_allocate_up_to_32_768_of_them() {
    let scorer = scorer(&model(&json!({
        "format": 1, "name": "x",
        "axis": [{ "name": "a", "available": 1, "rule": [
            {
                "id": "once",
                "signal": { "event": "page", "points": 1, "once_per": "path", "where": { "path": { "starts_with": "/" } } }
            },
            { "id": "different", "bands": { "events": { "page": [[1, 1]] } }, "by": "count", "distinct": "path" },
        ] }],
    })));
    let mut record = Record::new();
    let mut paths: Vec<_> = (0..32_769).map(|path| format!("/{path}")).collect();
    let last = paths.pop().unwrap();
    for path in &paths {
        record.activity_mut().record_event(Event::new("page", second(0)).attributes(&[("path", path.into())]));
    }
    let (allocated, score) = allocations(|| scorer.score(&record, second(1)));
    assert_eq!((allocated, score.axes().next().unwrap().raw), (0, Points::from(32_769)));
    record.activity_mut().record_event(Event::new("page", second(0)).attributes(&[("path", (&last).into())]));
    assert!(allocations(|| scorer.score(&record, second(1))).0 > 0);
}

/// Texts are folded on the stack, up to the length that the page for hosts states.
#[test]
fn ignoring_case_does_not_allocate_for_texts_of_a_thousand_bytes() {
    let scorer = scorer(&model(&json!({
        "format": 1, "name": "x",
        "required": [{ "id": "word", "when": { "title": { "has_word": ["ÉLAN", "x"], "ignore_case": true } } }],
        "axis": [{ "name": "a", "available": 1, "rule": [
            { "id": "title", "values": { "title": { "É": 1 } }, "ignore_case": true },
            { "id": "stack", "values": { "stack": { "ß": 1, "É": 1 } }, "combine": "sum", "ignore_case": true },
            { "id": "new", "when": { "stack": { "any_not_in": "owned", "ignore_case": true } }, "points": 1 },
        ] }],
    })));
    let allocated = |title: String| {
        let record = Record::new().with("title", title).with("stack", ["SS", "e\u{301}"]).with("owned", ["ss"]);
        allocations(|| scorer.score(&record, second(0))).0
    };
    assert_eq!(allocated("É ".repeat(338) + "élan 1234"), 0); // 1,024 bytes
    assert!(allocated("É ".repeat(338) + "élan 12345") > 0);
}

/// Problems are sorted into document order. That must not cost an allocation for every value of the document.
#[test]
fn problems_allocate_no_more_often_for_a_large_document_than_for_a_small_one() {
    let refused = |numbers: usize| {
        let text = format!(r#"{{ "format": 1, "name": "x", "bad": {:?}, "worse": 1 }}"#, vec![1; numbers]);
        let read = || warmth::Model::read(&mut serde_json::Deserializer::from_str(&text));
        let (count, error) = allocations(read);
        assert_eq!(error.unwrap_err().problems().len(), 2);
        count
    };
    let (few, many) = (refused(10), refused(9_000));
    assert!(many < few + 50, "{few} and {many}");
}

#[test]
fn an_explanation_allocates_no_more_for_many_rules_than_for_two() {
    let allocations_for = |rules: usize| {
        let rules: Vec<_> = (0..rules)
            .map(|id| json!({ "id": format!("rule-{id}"), "when": { "plan": "team", "seats": 5 }, "points": 1 }))
            .collect();
        let document = json!({ "format": 1, "name": "x", "axis": [{ "name": "a", "rule": rules }] });
        let scorer = scorer(&model(&document));
        let record = Record::new().with("plan", "team").with("seats", 5);
        allocations(|| drop(black_box(scorer.explain(&record, second(0))))).0
    };
    assert_eq!(allocations_for(1_000), allocations_for(2));
}
