//! Models built in Rust: conditions from the handles of a struct's fields, and every builder of the document.

use std::collections::BTreeSet;

use chrono::{Month, NaiveDate, Weekday};
use warmth::model::{
    Axis, Bands, Case, Combine, Condition, First, Gate, GradeCuts, Group, Handle, IfUnknown, Limit, Missing, PerUnit,
    Period, Play, Promoter, Rule, Segment, Signal, State, Total, Values, Window, axis, event, events, grade, kind,
    score, verdict,
};
use warmth::{
    Activity, Decay, Fact, Facts, Field, Kind, Model, Points, Record, Scorer, Span, Tags, Verdict, facts, fields,
};

use crate::support::{at, toml_model};

struct Account {
    nps: Option<u8>,
    seats: u32,
    flagship: bool,
    plan: String,
    tech: Vec<String>,
    owned: Vec<String>,
    start: NaiveDate,
    history: Activity,
}
facts!(Account { nps, seats, flagship, plan, tech, owned, start; activity = history });

#[test]
fn every_condition_built_from_handles_equals_the_one_of_a_document() {
    let f = fields::<Account>();
    let day = |text: &str| text.parse::<NaiveDate>().unwrap();
    let named: Handle<kind::Number> = Handle::new("seats");
    assert_eq!((f.nps.name(), named.name()), ("nps", "seats"));
    for (built, written) in [
        (f.nps.is_known(), "when.nps.known = true"),
        (f.tech.is_missing(), "when.tech.known = false"),
        (f.flagship.is(true), "when.flagship = true"),
        (f.nps.is(9), "when.nps = 9"),
        (f.nps.is_not(9), "when.nps.is_not = 9"),
        (named.at_least(9), "when.seats.at_least = 9"),
        (f.nps.more_than(9.5), "when.nps.more_than = 9.5"),
        (f.nps.at_most(9), "when.nps.at_most = 9"),
        (f.nps.less_than(9), "when.nps.less_than = 9"),
        (f.nps.between(7, 9), "when.nps.between = [7, 9]"),
        (f.nps.ratio_to(f.seats).is_not(0.5), "when.nps.ratio_to = { field = 'seats', is_not = 0.5 }"),
        (f.plan.is("pro"), "when.plan = 'pro'"),
        (f.plan.is_not("pro"), "when.plan.is_not = 'pro'"),
        (f.plan.one_of(["pro", "team"]), "when.plan.one_of = ['pro', 'team']"),
        (f.plan.none_of(["pro"]), "when.plan.none_of = ['pro']"),
        (f.plan.starts_with("p"), "when.plan.starts_with = 'p'"),
        (f.plan.ends_with("o"), "when.plan.ends_with = 'o'"),
        (f.plan.contains("r"), "when.plan.contains = 'r'"),
        (f.plan.has_word("r"), "when.plan.has_word = 'r'"),
        (f.plan.starts_with_any(["p", "t"]), "when.plan.starts_with = ['p', 't']"),
        (f.plan.ends_with_any(["o", "m"]), "when.plan.ends_with = ['o', 'm']"),
        (f.plan.contains_any(["r"]), "when.plan.contains = ['r']"),
        (f.plan.has_any_word(["r", "s"]), "when.plan.has_word = ['r', 's']"),
        (f.plan.ignore_case().is("PRO"), "when.plan = { is = 'PRO', ignore_case = true }"),
        (f.plan.ignore_case().one_of(["PRO"]), "when.plan = { one_of = ['PRO'], ignore_case = true }"),
        (f.tech.has("crm"), "when.tech.has = 'crm'"),
        (f.tech.has_any(["crm"]), "when.tech.has_any = ['crm']"),
        (f.tech.has_all(["crm"]), "when.tech.has_all = ['crm']"),
        (f.tech.has_none(["crm"]), "when.tech.has_none = ['crm']"),
        (f.tech.any_not_in(f.owned), "when.tech.any_not_in = 'owned'"),
        (f.tech.ignore_case().has("CRM"), "when.tech = { has = 'CRM', ignore_case = true }"),
        (f.tech.ignore_case().has_any(["a"]), "when.tech = { has_any = ['a'], ignore_case = true }"),
        (f.tech.ignore_case().has_all(["a"]), "when.tech = { has_all = ['a'], ignore_case = true }"),
        (f.tech.ignore_case().has_none(["a"]), "when.tech = { has_none = ['a'], ignore_case = true }"),
        (f.tech.ignore_case().any_not_in(f.owned), "when.tech = { any_not_in = 'owned', ignore_case = true }"),
        (f.tech.count().is(2), "when.tech.count = 2"),
        (f.start.days_since().between(-5, 5), "when.start.days_since.between = [-5, 5]"),
        (f.start.days_until().less_than(60), "when.start.days_until.less_than = 60"),
        (f.start.months_since().more_than(6), "when.start.months_since.more_than = 6"),
        (f.start.months_until().at_most(6), "when.start.months_until.at_most = 6"),
        (f.start.before(day("2026-01-31")), "when.start.before = '2026-01-31'"),
        (f.start.on_or_after(day("2026-01-31")), "when.start.on_or_after = '2026-01-31'"),
        (event("login").count().at_least(3), "when.events.login.count.at_least = 3"),
        (
            event("login").count().within(Span::days(30)).at_least(3),
            "when.events.login.count = { at_least = 3, within = '30d' }",
        ),
        (
            events().amount().aged_between(Span::days(30), Span::days(60)).less_than(3),
            "when.events.'*'.amount = { less_than = 3, between = ['30d', '60d'] }",
        ),
        (events().days().is(1), "when.events.'*'.days = 1"),
        (event("login").last_within(Span::weeks(1)), "when.events.login.last_within = '1w'"),
        (event("login").none_within(Span::hours(1)), "when.events.login.none_within = '1h'"),
        (
            event("opened").count().ratio_to("delivered").within(Span::days(90)).at_least(0.2),
            "when.events.opened.count = { ratio_to = 'delivered', within = '90d', at_least = 0.2 }",
        ),
        (event("order").mean_amount().at_least(50), "when.events.order.mean_amount.at_least = 50"),
        (event("order").latest_amount().less_than(0), "when.events.order.latest_amount.less_than = 0"),
        (event("login").last_within(Window::This(Period::Day)), "when.events.login.last_within.this = 'day'"),
        (event("login").none_within(Window::Previous(Period::Year)), "when.events.login.none_within.previous = 'year'"),
        (
            event("login").count().within(Window::Since(f.start.into())).at_least(3),
            "when.events.login.count = { at_least = 3, within.since = 'start' }",
        ),
        (
            event("login").days().within(Window::Until(day("2026-03-31").into())).is(1),
            "when.events.login.days = { is = 1, within.until = '2026-03-31' }",
        ),
        (
            event("login").amount().within(Window::Between(day("2026-01-01").into(), f.start.into())).is(1),
            "when.events.login.amount = { is = 1, within = { since = '2026-01-01', until = 'start' } }",
        ),
        (event("login").never(), "when.events.login.never = true"),
        (Condition::all([f.nps.is(9), f.flagship.is(false)]), "when.all = [{ nps = 9 }, { flagship = false }]"),
        (Condition::any([f.nps.is(9), f.flagship.is(false)]), "when.any = [{ nps = 9 }, { flagship = false }]"),
        (
            Condition::at_least_of(1, [f.nps.is(9), f.flagship.is(false)]),
            "when.at_least_of = { count = 1, of = [{ nps = 9 }, { flagship = false }] }",
        ),
        (!f.nps.is(9), "when.not.nps = 9"),
    ] {
        let document = toml_model(&format!("format = 1\nname = 'x'\n[[required]]\nid = 'r'\n{written}"));
        let built = Model::new("x").required(Gate::new("r", built));
        assert_eq!(built, document, "{written}");
        Scorer::<Account>::new(&built).unwrap_or_else(|error| panic!("{written}: {error}"));
    }
}

fn built_in_rust() -> Model {
    let f = fields::<Account>();
    let percent = Points::from(15);
    let fit = Axis::new("fit")
        .label("Fit")
        .weight(2)
        .base("-0.5".parse::<Points>().unwrap())
        .available(100)
        .rule(Rule::new("flag", 5).label("Flag").group("who").when(f.flagship.is(true)))
        .rule(Rule::new("exact", "2.5".parse::<Points>().unwrap()).when(f.nps.is(9)).missing(Missing::Points(1.into())))
        .rule(Rule::new("first", First::new([(f.nps.is(1), 1), (f.nps.is(2), 2)]).otherwise(-1)))
        .rule(Rule::new("bands", Bands::new(f.nps, [(0, -20), (7, 10)]).exclusive().below(-30)))
        .rule(Rule::new("ratio", Bands::new(f.seats.ratio_to(f.nps), [(0.5, 1)])).when(f.flagship.is_known()))
        .rule(Rule::new("months", Bands::new(f.start.months_since(), [(6, 1)])))
        .rule(Rule::new("values", Values::new(f.plan, [("pro", 3), ("team", 2)]).otherwise(1)))
        .rule(Rule::new("tags", Values::of_tags(f.tech, [("crm", 3)], Combine::Sum)))
        .rule(Rule::new("best", Values::of_tags(f.tech, [("erp", 3)], Combine::Best).ignore_case()))
        .rule(Rule::new("units", PerUnit::new(f.seats, 2, 10).min(-3)))
        .group(Group::new("who").label("Who").min(-1).max(40));
    let signals = Axis::new("activity")
        .rule(
            Rule::new(
                "visits",
                Signal::new("visit", 8)
                    .or("view")
                    .window(Span::days(90))
                    .per_day(3)
                    .min_count(2)
                    .most_recent(5)
                    .max(30)
                    .decay(Decay::Drop { percent, every: Span::days(45) }),
            )
            .missing(Missing::Skip),
        )
        .rule(Rule::new("paid", Signal::per_unit("paid", 1).max(9).decay(Decay::HalfLife(Span::days(14)))))
        .rule(Rule::new("a", Signal::new("a", 1).max(9).decay(Decay::Linear(Span::minutes(90)))))
        .rule(Rule::new("b", Signal::new("*", 1).max(9).decay(Decay::Keep { percent, every: Span::seconds(30) })))
        .rule(Rule::new(
            "c",
            Signal::new("c", 1).max(9).decay(Decay::Table(vec![(Span::days(0), 100.into()), (Span::days(1), percent)])),
        ))
        .rule(Rule::new("often", Bands::new(event("login").days().within(Span::days(30)), [(3, 5)])))
        .rule(Rule::new("recent", Bands::new(event("login").days_since_last(), [(3, 5)])));
    Model::new("built")
        .describe("all of it")
        .utc_offset_minutes(-210)
        .week_starts(Weekday::Sun)
        .year_starts(Month::October)
        .total(Total::Min)
        .required(Gate::new("flagship", f.flagship.is(true)).label("Has it").missing(IfUnknown::Holds))
        .disqualifying(Gate::new("free", f.plan.is("free")).missing(IfUnknown::Fails))
        .axis(fit)
        .axis(signals)
        .promoter(Promoter::new("fits", axis("fit").at_least(50), 20).label("Fits"))
        .promoter(Promoter::new("scores", score().more_than(50), 5))
        .limit(Limit::at_most(grade().is("B2"), 50).id("cap").label("Cap"))
        .limit(Limit::at_least(verdict().ignore_case().is_not("ELIGIBLE"), 1))
        .grade(GradeCuts::fit("fit", [75, 50]).activity("activity", [70]))
        .state(State::new("ready", 70))
        .state(State::new("cold", 0))
        .segment(Segment::new("big", f.seats.at_least(100)))
        .segment(Segment::otherwise("rest"))
        .play(
            Play::new("call")
                .grade("A*")
                .grade("B1")
                .state("ready")
                .segment("big")
                .owner("sales")
                .respond_within(Span::days(1)),
        )
        .play(Play::otherwise("wait"))
        .case(
            Case::new(
                "one",
                at("2026-11-22T09:00:00Z"),
                Record::new().with("plan", "pro").with("tech", ["crm"]).with("seats", 7),
            )
            .expect_verdict(Verdict::Eligible)
            .expect_score(1)
            .expect_axis("fit", 2)
            .expect_grade("C2".parse().unwrap())
            .expect_state("cold")
            .expect_segment("rest")
            .expect_play("wait"),
        )
}

const BUILT: &str = "
    format = 1
    name = 'built'
    description = 'all of it'
    utc_offset = '-03:30'
    week_starts = 'sunday'
    year_starts = 'october'
    total = 'min'
    grade.fit = { axis = 'fit', cuts = [75, 50] }
    grade.activity = { axis = 'activity', cuts = [70] }

    [[required]]
    id = 'flagship'
    label = 'Has it'
    missing = 'holds'
    when.flagship = true

    [[disqualifying]]
    id = 'free'
    missing = 'fails'
    when.plan = 'free'

    [[axis]]
    name = 'fit'
    label = 'Fit'
    weight = 2
    base = -0.5
    available = 100
    group = [{ name = 'who', label = 'Who', min = -1, max = 40 }]
    rule = [
        { id = 'flag', label = 'Flag', group = 'who', when.flagship = true, points = 5 },
        { id = 'exact', when.nps = 9, points = 2.5, missing.points = 1 },
        { id = 'first', first = [{ when.nps = 1, points = 1 }, { when.nps = 2, points = 2 }], otherwise = -1 },
        { id = 'bands', bands.nps = [[0, -20], [7, 10]], bounds = 'above', below = -30 },
        { id = 'ratio', when.flagship.known = true, bands.seats = [[0.5, 1]], ratio_to = 'nps' },
        { id = 'months', bands.start = [[6, 1]], by = 'months_since' },
        { id = 'values', values.plan = { pro = 3, team = 2 }, otherwise = 1 },
        { id = 'tags', values.tech = { crm = 3 }, combine = 'sum' },
        { id = 'best', values.tech = { erp = 3 }, combine = 'best', ignore_case = true },
        { id = 'units', per_unit.seats = { points = 2, min = -3, max = 10 } },
    ]

    [[axis]]
    name = 'activity'
    [[axis.rule]]
    id = 'visits'
    missing = 'skip'
    signal.event = ['visit', 'view']
    signal.points = 8
    signal.window = '90d'
    signal.per_day = 3
    signal.min_count = 2
    signal.most_recent = 5
    signal.max = 30
    signal.decay.drop = { percent = 15, every = '45d' }
    [[axis.rule]]
    id = 'paid'
    signal = { event = 'paid', points_per_unit = 1, max = 9, decay.half_life = '2w' }
    [[axis.rule]]
    id = 'a'
    signal = { event = 'a', points = 1, max = 9, decay.linear = '90min' }
    [[axis.rule]]
    id = 'b'
    signal = { event = '*', points = 1, max = 9, decay.keep = { percent = 15, every = '30s' } }
    [[axis.rule]]
    id = 'c'
    signal = { event = 'c', points = 1, max = 9, decay.table = [['0d', 100], ['1d', 15]] }
    [[axis.rule]]
    id = 'often'
    bands.events.login = [[3, 5]]
    by = 'days'
    within = '30d'
    [[axis.rule]]
    id = 'recent'
    bands.events.login = [[3, 5]]
    by = 'days_since_last'

    [[promoter]]
    id = 'fits'
    label = 'Fits'
    when.axis.fit.at_least = 50
    plus = 20
    [[promoter]]
    id = 'scores'
    when.score.more_than = 50
    plus = 5

    [[limit]]
    id = 'cap'
    label = 'Cap'
    when.grade = 'B2'
    at_most = 50
    [[limit]]
    when.verdict = { is_not = 'ELIGIBLE', ignore_case = true }
    at_least = 1

    [[state]]
    name = 'ready'
    at_least = 70
    [[state]]
    name = 'cold'
    at_least = 0

    [[segment]]
    name = 'big'
    when.seats.at_least = 100
    [[segment]]
    name = 'rest'

    [[play]]
    name = 'call'
    grades = ['A*', 'B1']
    states = ['ready']
    segments = ['big']
    owner = 'sales'
    respond_within = '1d'
    [[play]]
    name = 'wait'
    otherwise = true

    [[case]]
    name = 'one'
    as_of = '2026-11-22T09:00:00Z'
    facts = { plan = 'pro', tech = ['crm'], seats = 7 }
    [case.expect]
    verdict = 'eligible'
    score = 1
    axes.fit = 2
    grade = 'C2'
    state = 'cold'
    segment = 'rest'
    play = 'wait'";

#[test]
fn a_model_with_everything_built_in_rust_equals_the_one_of_a_document() {
    let (built, written) = (built_in_rust(), toml_model(BUILT));
    assert_eq!(built, written);
    assert_eq!(built.fingerprint(), written.fingerprint());
    assert_eq!((built.name(), built.description()), ("built", Some("all of it")));
    Scorer::<Account>::new(&built).unwrap();
    let states = Model::new("x").state(State::at_least_points("any", 0));
    assert_eq!(states, toml_model("format = 1\nname = 'x'\nstate = [{ name = 'any', at_least_points = 0 }]"));
}

#[test]
fn raw_identifiers_and_computed_enums_are_fields() {
    enum Plan {
        Free,
        Team,
    }
    facts!(enum Plan { Free => "free", Team => "team" });
    struct Deal {
        r#type: String,
        seats: u32,
    }
    facts!(Deal { r#type, plan: Plan = |deal| if deal.seats > 5 { Plan::Team } else { Plan::Free } });

    let f = warmth::fields::<Deal>();
    let gates = [("type", f.r#type.is("renewal")), ("plan", f.plan.is("team"))];
    let model = gates.into_iter().fold(Model::new("x"), |model, (id, when)| model.required(Gate::new(id, when)));
    let scorer = Scorer::<Deal>::new(&model).unwrap();
    assert!(scorer.fields().map(Field::name).eq(["type", "plan"]));
    for (kind, seats, verdict) in [("renewal", 6, "eligible"), ("renewal", 5, "ineligible"), ("new", 6, "ineligible")] {
        let deal = Deal { r#type: kind.to_owned(), seats };
        assert_eq!(scorer.score(&deal, at("2026-11-22")).verdict().as_str(), verdict);
        let read = Deal::FIELDS.iter().map(|field| deal.fact(field));
        assert_eq!(read.filter(|fact| matches!(fact, Fact::Text(_))).count(), 2);
    }
    let error = Scorer::<Deal>::new(&Model::new("x").required(Gate::new("p", f.plan.is("tema")))).unwrap_err();
    assert_eq!(error.problems()[0].help(), Some("did you mean `team`?"));
}

#[test]
fn a_computed_field_may_borrow_tags() {
    struct Offer<'a> {
        purposes: &'a [&'a str],
        bought_for: BTreeSet<String>,
    }
    facts!(Offer<'_> {
        purposes: Tags<'_> = |offer| offer.purposes.into(),
        bought_for: Option<Tags<'_>> = |offer| (!offer.bought_for.is_empty()).then_some((&offer.bought_for).into()),
    });
    assert_eq!(Offer::FIELDS.iter().map(Field::kind).collect::<Vec<_>>(), [Kind::Tags; 2]);

    let f = fields::<Offer<'_>>();
    let same = Model::new("same").required(Gate::new("purpose", !f.purposes.any_not_in(f.bought_for)));
    let same = Scorer::<Offer<'_>>::new(&same).unwrap();
    for (purposes, bought_for, expected) in [
        (&["support"][..], &["sales", "support"][..], "eligible"),
        (&["support", "hiring"], &["support"], "ineligible"),
        (&["support"], &[], "undetermined"),
    ] {
        let offer = Offer { purposes, bought_for: bought_for.iter().map(|&text| text.to_owned()).collect() };
        assert_eq!(
            same.score(&offer, at("2026-11-22T12:00:00Z")).verdict().to_string(),
            expected,
            "{purposes:?} {bought_for:?}"
        );
    }
}
