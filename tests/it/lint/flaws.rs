//! Flaws to plant into a document, with the code and the path of each warning.

const AXIS: &str = "
[[axis]]
name = 'fit'
available = 100
[[axis.rule]]
id = 'nps'
bands.nps = [[7, 40], [9, 100]]
";

const TWO_AXES: &str = "
[[axis]]
name = 'fit'
rule = [{ id = 'nps', bands.nps = [[7, 40], [9, 100]] }]
[[axis]]
name = 'use'
rule = [{ id = 'detractor', when.nps.at_most = 6, points = 10 }]
";

const RULE: &str = "
[[axis]]
name = 'fit'
available = 10
[[axis.rule]]
id = 'other'
when.other = true
points = 10
[[axis.rule]]
id = 'own'
";

/// A flaw: what comes before it, the flaw itself, and the code and path of each warning.
pub(super) type Flaw = (&'static str, &'static str, &'static [(&'static str, &'static str)]);

pub(super) const FLAWS: &[Flaw] = &[
    // Conditions.
    (
        "",
        "required = [{ id = 'a', when.nps = { at_least = 9, at_most = 5 }, missing = 'holds' }]",
        &[("never-true", "required[0].when.nps")],
    ),
    (
        AXIS,
        "segment = [{ name = 'a', when.all = [{ seats.at_least = 9 }, { seats.at_most = 5 }], missing = 'holds' }, { name = 'b' }]",
        &[("never-true", "segment[0].when.all")],
    ),
    (
        AXIS,
        "required = [{ id = 'team', when.plan = 'team' }]\nsegment = [{ name = 'free', when.plan = 'free' }, { name = 'other' }]",
        &[("unreachable-segment", "segment[0]")],
    ),
    (
        "",
        "required = [{ id = 'known', when.nps.known = true }]\ndisqualifying = [{ id = 'any', when.any = [{ nps.at_least = 7 }, { nps.less_than = 7 }] }]",
        &[("always-true", "disqualifying[0].when.any"), ("nobody-scored", "required")],
    ),
    (
        "",
        "required = [{ id = 'unknown', when.nps.known = false }]\naxis = [{ name = 'fit', missing = 'skip', rule = [{ id = 'nps', when.nps.at_least = 9, points = 10 }] }]",
        &[("nobody-scored", "axis"), ("constant-rule", "axis[0].rule[0]")],
    ),
    (
        "",
        "required = [{ id = 'a', when.nps = { at_least = 9, at_most = 5 } }]",
        &[("never-true", "required[0].when.nps")],
    ),
    (
        "",
        "required = [{ id = 'a', when.events.login.count = { at_least = 9, at_most = 5 } }]",
        &[("never-true", "required[0].when.events.login.count")],
    ),
    (
        "",
        "disqualifying = [{ id = 'a', when.all = [{ plan = 'pro' }, { plan = 'team' }] }]",
        &[("never-true", "disqualifying[0].when.all")],
    ),
    (
        "",
        "disqualifying = [{ id = 'a', when.renewal.days_since = { at_least = 30, less_than = 30 } }]",
        &[("never-true", "disqualifying[0].when.renewal.days_since")],
    ),
    (
        "",
        "disqualifying = [{ id = 'a', when.tags = { has = 'x', has_none = ['x', 'y'] } }]",
        &[("never-true", "disqualifying[0].when.tags")],
    ),
    (
        "",
        "disqualifying = [{ id = 'a', when.events.login = { never = true, count.at_least = 2 } }]",
        &[("never-true", "disqualifying[0].when.events.login")],
    ),
    (
        "",
        "disqualifying = [{ id = 'a', when.events.login = { last_within = '30d', none_within = '30d' } }]",
        &[("never-true", "disqualifying[0].when.events.login")],
    ),
    (
        "",
        "disqualifying = [{ id = 'a', when.nps = { known = false, at_least = 3 } }]",
        &[("never-true", "disqualifying[0].when.nps")],
    ),
    (
        "",
        "disqualifying = [{ id = 'a', when.any = [{ lost = true }, { nps = { at_least = 9, at_most = 5 } }] }]",
        &[("never-true", "disqualifying[0].when.any[1].nps")],
    ),
    (
        "",
        "disqualifying = [{ id = 'a', when.start = { on_or_after = '2026-05-01', before = '2026-01-01' } }]",
        &[("never-true", "disqualifying[0].when.start")],
    ),
    (
        "",
        "required = [{ id = 'a', when.events.login.count.at_least = 0 }]",
        &[("always-true", "required[0].when.events.login.count.at_least")],
    ),
    (
        "",
        "required = [{ id = 'a', when.any = [{ nps.known = true }, { nps.known = false }] }]",
        &[("always-true", "required[0].when.any")],
    ),
    (
        "",
        "required = [{ id = 'a', when.any = [{ nps.at_least = 5 }, { nps.less_than = 5 }] }]",
        &[("always-true", "required[0].when.any")],
    ),
    (
        "",
        "required = [{ id = 'a', when.events.login.days_since_last.at_least = 0 }]",
        &[("always-true", "required[0].when.events.login.days_since_last.at_least")],
    ),
    (
        "",
        "required = [{ id = 'a', when.all = [{ lost = false }, { events.login.count.at_least = 0 }] }]",
        &[("always-true", "required[0].when.all[1].events.login.count.at_least")],
    ),
    (
        "",
        "required = [{ id = 'a', when.not.any = [{ lost = true }, { tags.count.at_least = 0, tags.known = false }] }]",
        &[("never-true", "required[0].when.not.any[1].tags")],
    ),
    (
        "",
        "required = [{ id = 'a', when.any = [{ nps.at_least = 5 }, { nps.at_least = 9 }] }]",
        &[("redundant-test", "required[0].when.any[1].nps.at_least")],
    ),
    (
        "",
        "required = [{ id = 'a', when.nps = { at_least = 5, more_than = 3 } }]",
        &[("redundant-test", "required[0].when.nps.more_than")],
    ),
    (
        "",
        "required = [{ id = 'a', when.events.view = { where.path = { is = 'x', is_not = 'x' }, count.at_least = 2 } }]",
        &[("never-true", "required[0].when.events.view.where.path")],
    ),
    (
        "",
        "required = [{ id = 'a', when.events.view = { where.any = [{ s.at_least = 1 }, { s.less_than = 1 }, { s.known = false }], count.at_least = 2 } }]",
        &[("always-true", "required[0].when.events.view.where.any")],
    ),
    // Gates.
    (
        "",
        "required = [{ id = 'a', when.nps.at_least = 9 }, { id = 'b', when.nps.at_least = 5 }]",
        &[("implied-gate", "required[1]")],
    ),
    (
        "",
        "required = [{ id = 'a', when.nps.at_least = 5 }, { id = 'b', when.nps.at_least = 5 }]",
        &[("implied-gate", "required[1]")],
    ),
    (
        "",
        "disqualifying = [{ id = 'a', when.nps.at_most = 5 }, { id = 'b', when.nps.at_most = 3 }]",
        &[("implied-gate", "disqualifying[1]")],
    ),
    (
        "",
        "required = [{ id = 'a', when.nps.at_least = 5 }]\ndisqualifying = [{ id = 'b', when.nps.at_least = 5 }, { id = 'c', when.nps.known = false }]\n",
        &[("nobody-scored", "required")],
    ),
    (
        "",
        "required = [{ id = 'a', when.events.login.count.at_least = 1, missing = 'fails' }]",
        &[("idle-missing", "required[0].missing")],
    ),
    // Rules.
    (RULE, "when.plan = { is = 'pro', is_not = 'pro' }\npoints = 5", &[("never-true", "axis[0].rule[1].when.plan")]),
    (
        RULE,
        "when.events.login.count.at_least = 0\npoints = 5",
        &[("always-true", "axis[0].rule[1].when.events.login.count.at_least")],
    ),
    (
        RULE,
        "when.nps = { at_least = 9, less_than = 9 }\nvalues.plan = { pro = 5 }",
        &[("never-true", "axis[0].rule[1].when.nps")],
    ),
    (RULE, "when.plan = 'pro'\npoints = 0", &[("constant-rule", "axis[0].rule[1]")]),
    (
        RULE,
        "values.plan = { pro = 5, team = 5 }\notherwise = 5\nmissing.points = 5",
        &[("constant-rule", "axis[0].rule[1]")],
    ),
    (RULE, "signal = { event = 'e', points = 0, max = 4 }", &[("constant-rule", "axis[0].rule[1]")]),
    (RULE, "when.other = true\npoints = 10", &[("repeated-rule", "axis[0].rule[1]")]),
    (
        RULE,
        "when.events.login.last_within = '30d'\npoints = 5\nmissing.points = -5",
        &[("idle-missing", "axis[0].rule[1].missing")],
    ),
    (
        RULE,
        "first = [{ when.nps.at_least = 5, points = 3 }, { when.nps.at_least = 9, points = 5 }]",
        &[("unreachable-row", "axis[0].rule[1].first[1]")],
    ),
    (
        RULE,
        "first = [{ when.nps = { at_least = 5, at_most = 2 }, points = 3 }, { when.nps.at_least = 9, points = 5 }]",
        &[("never-true", "axis[0].rule[1].first[0].when.nps")],
    ),
    (
        RULE,
        "bands.events.login = [[-5, 3], [0, 2], [4, 5]]\nby = 'count'",
        &[("unreachable-row", "axis[0].rule[1].bands.events.login[0]")],
    ),
    (
        RULE,
        "bands.events.login = [[0, 2], [4, 5]]\nby = 'count'\nbelow = 1",
        &[("unreachable-row", "axis[0].rule[1].below")],
    ),
    (
        RULE,
        "when.nps.at_least = 7\nbands.nps = [[0, -5], [7, 5], [9, 10]]",
        &[("unreachable-row", "axis[0].rule[1].bands.nps[0]")],
    ),
    (RULE, "bands.nps = [[0, 2], [4, 5], [7, 3], [9, 8]]", &[("not-monotone", "axis[0].rule[1].bands.nps[1]")]),
    (
        RULE,
        "per_unit.events.login = { by = 'count', points = 1, min = -5, max = 5 }",
        &[("cap-never-binds", "axis[0].rule[1].per_unit.events.login.min")],
    ),
    (
        RULE,
        "per_unit.tickets = { points = 1, min = 0, max = 5 }\nwhen.tickets.at_most = 3",
        &[("cap-never-binds", "axis[0].rule[1].per_unit.tickets.max")],
    ),
    // Signals.
    (
        RULE,
        "signal = { event = 'e', points = 2, most_recent = 3, max = 8 }",
        &[("cap-never-binds", "axis[0].rule[1].signal.max")],
    ),
    (
        RULE,
        "signal = { event = 'e', points = 2, most_recent = 9, max = 8 }",
        &[("cap-swallows", "axis[0].rule[1].signal.max")],
    ),
    (RULE, "signal = { event = 'e', points = -20, max = 8 }", &[("cap-swallows", "axis[0].rule[1].signal.max")]),
    (
        RULE,
        "signal = { event = 'e', points = 2, most_recent = 3, per_day = 3 }",
        &[("cap-never-binds", "axis[0].rule[1].signal.per_day")],
    ),
    (
        RULE,
        "signal = { event = 'e', points = 2, most_recent = 3, per_week = 3, per_day = 2 }",
        &[("cap-never-binds", "axis[0].rule[1].signal.per_week")],
    ),
    (
        RULE,
        "signal = { event = 'e', points = 2, max = 8, window = '30d', decay.linear = '90d' }",
        &[("decay-outlives-window", "axis[0].rule[1].signal.decay.linear")],
    ),
    (
        RULE,
        "signal = { event = 'e', points = 2, max = 8, window = '30d', decay.polynomial = { lifetime = '90d', speed = 2 } }",
        &[("decay-outlives-window", "axis[0].rule[1].signal.decay.polynomial.lifetime")],
    ),
    (
        RULE,
        "signal = { event = 'e', points = 2, max = 8, window = '7d', decay.half_life = '14d' }",
        &[("decay-outlives-window", "axis[0].rule[1].signal.decay.half_life")],
    ),
    (
        RULE,
        "signal = { event = 'e', points = 2, max = 8, window.this = 'month', decay.drop = { percent = 15, every = '45d' } }",
        &[("decay-outlives-window", "axis[0].rule[1].signal.decay.drop.every")],
    ),
    (
        RULE,
        "signal = { event = 'e', points = 2, max = 8, window = '30d', decay.keep = { percent = 15, every = '45d' } }",
        &[("decay-outlives-window", "axis[0].rule[1].signal.decay.keep.every")],
    ),
    (
        RULE,
        "signal = { event = 'e', points = 2, max = 8, window = '30d', decay.table = [['0d', 100], ['10d', 50], ['45d', 20]] }",
        &[("decay-outlives-window", "axis[0].rule[1].signal.decay.table[2]")],
    ),
    (
        RULE,
        "signal = { event = 'e', points = 2, max = 8, window = '300d', decay.polynomial = { lifetime = '90d', speed = 2 } }",
        &[("idle-window", "axis[0].rule[1].signal.window")],
    ),
    (
        RULE,
        "signal = { event = 'e', points = 2, max = 8, window = '300d', decay.linear = '90d' }",
        &[("idle-window", "axis[0].rule[1].signal.window")],
    ),
    (
        RULE,
        "signal = { event = 'e', points = 2, max = 8, decay.keep = { percent = 100, every = '45d' } }",
        &[("idle-decay", "axis[0].rule[1].signal.decay.keep")],
    ),
    (
        RULE,
        "signal = { event = 'e', points = 2, max = 8, where.all = [{ a = true }, { a = false }] }",
        &[("never-true", "axis[0].rule[1].signal.where.all")],
    ),
    // Groups and axes.
    (
        "",
        "[[axis]]\nname = 'fit'\ngroup = [{ name = 'g', max = 40 }]\nrule = [{ id = 'a', group = 'g', when.a = true, points = 10 }, { id = 'b', group = 'g', when.b = true, points = 20 }]",
        &[("cap-never-binds", "axis[0].group[0].max")],
    ),
    (
        "",
        "[[axis]]\nname = 'fit'\ngroup = [{ name = 'o', max = 30 }, { name = 'g', group = 'o', max = 5 }]\nrule = [{ id = 'a', group = 'g', when.a = true, points = 8 }, { id = 'b', group = 'o', when.b = true, points = 20 }]",
        &[("cap-never-binds", "axis[0].group[0].max")],
    ),
    (
        "",
        "[[axis]]\nname = 'fit'\ngroup = [{ name = 'g', max = 10 }]\nrule = [{ id = 'a', group = 'g', when.a = true, points = 10 }, { id = 'b', group = 'g', when.b = true, points = 20 }]",
        &[("cap-swallows", "axis[0].group[0].max")],
    ),
    (
        "",
        "[[axis]]\nname = 'fit'\ngroup = [{ name = 'g', min = -40 }]\nrule = [{ id = 'a', group = 'g', when.a = true, points = 10 }, { id = 'b', group = 'g', when.b = true, points = -20 }]",
        &[("cap-never-binds", "axis[0].group[0].min")],
    ),
    (
        "",
        "[[axis]]\nname = 'fit'\ngroup = [{ name = 'g', min = -5 }]\nrule = [{ id = 'a', group = 'g', when.a = true, points = 10 }, { id = 'b', group = 'g', when.b = true, points = -20 }]",
        &[("cap-swallows", "axis[0].group[0].min")],
    ),
    (
        "",
        "[[axis]]\nname = 'fit'\navailable = 100\nrule = [{ id = 'a', when.a = true, points = 50 }, { id = 'b', when.b = true, points = 40 }]",
        &[("top-not-reached", "axis[0].available")],
    ),
    (
        "",
        "[[axis]]\nname = 'fit'\nrule = [{ id = 'a', when.plan = 'a', points = 50 }, { id = 'b', when.plan = 'b', points = 40 }]",
        &[("top-not-reached", "axis[0]")],
    ),
    (
        "",
        "[[axis]]\nname = 'fit'\navailable = 20\nrule = [{ id = 'a', when.a = true, points = 50 }, { id = 'b', when.b = true, points = 40 }]",
        &[("cap-swallows", "axis[0].available")],
    ),
    (
        "",
        "[[axis]]\nname = 'fit'\navailable = 20\nbase = 30\nrule = [{ id = 'a', when.a = true, points = 50 }]",
        &[("constant-axis", "axis[0]")],
    ),
    (
        "",
        "[[axis]]\nname = 'fit'\nmissing = 'skip'\nrule = [{ id = 'a', when.events.login.count.at_least = 3, points = 50 }]",
        &[("idle-missing", "axis[0].missing")],
    ),
    (
        "",
        "[[axis]]\nname = 'a'\nweight = 50\nrule = [{ id = 'a', when.a = true, points = 50 }]\n[[axis]]\nname = 'b'\nweight = 45\nrule = [{ id = 'b', when.b = true, points = 50 }]",
        &[("weights-total", "axis")],
    ),
    (
        "",
        "[[axis]]\nname = 'a'\nweight = 0.5\nrule = [{ id = 'a', when.a = true, points = 50 }]\n[[axis]]\nname = 'b'\nweight = 0.6\nrule = [{ id = 'b', when.b = true, points = 50 }]",
        &[("weights-total", "axis")],
    ),
    (
        "",
        "total = 'min'\n[[axis]]\nname = 'a'\nweight = 3\nrule = [{ id = 'a', when.a = true, points = 50 }]\n[[axis]]\nname = 'b'\nrule = [{ id = 'b', when.b = true, points = 50 }]",
        &[("idle-weight", "axis[0].weight")],
    ),
    // Promoters and limits.
    (
        AXIS,
        "[[promoter]]\nid = 'p'\nwhen.score = { at_least = 80, less_than = 60 }\nplus = 5",
        &[("never-true", "promoter[0].when.score")],
    ),
    (
        AXIS,
        "[[promoter]]\nid = 'p'\nwhen.score.at_least = 0\nplus = 5",
        &[("always-true", "promoter[0].when.score.at_least")],
    ),
    (AXIS, "[[promoter]]\nid = 'p'\nwhen.score = 100\nplus = 5", &[("idle-promoter", "promoter[0]")]),
    (AXIS, "[[promoter]]\nid = 'p'\nwhen.rule.nps = 30\nplus = 5", &[("never-true", "promoter[0].when.rule.nps.is")]),
    (
        AXIS,
        "[[promoter]]\nid = 'p'\nwhen.events.login.count.at_least = 3\nmissing = 'holds'\nplus = 5",
        &[("idle-missing", "promoter[0].missing")],
    ),
    (AXIS, "[[limit]]\nwhen.late = true\nat_most = 100", &[("cap-never-binds", "limit[0].at_most")]),
    (AXIS, "[[limit]]\nwhen.score.at_most = 40\nat_most = 60", &[("cap-never-binds", "limit[0].at_most")]),
    (AXIS, "[[limit]]\nwhen.score.at_least = 40\nat_least = 20", &[("cap-never-binds", "limit[0].at_least")]),
    (
        AXIS,
        "[[limit]]\nwhen.axis.fit = { more_than = 40, less_than = 100 }\nat_most = 20",
        &[("never-true", "limit[0].when.axis.fit")],
    ),
    (
        AXIS,
        "[[limit]]\nwhen.late = true\nat_least = 60\n[[limit]]\nwhen.late = true\nat_most = 30",
        &[("opposed-limits", "limit[0].at_least")],
    ),
    // Names.
    (
        AXIS,
        "state = [{ name = 'a', at_least = 0 }, { name = 'b', at_least = 20 }, { name = 'c', at_least = 41 }, { name = 'd', at_least = 50 }]",
        &[("unreachable-state", "state[2].at_least")],
    ),
    (
        AXIS,
        "state = [{ name = 'a', at_least_points = 0 }, { name = 'b', at_least_points = 200 }]",
        &[("unreachable-state", "state[1].at_least_points")],
    ),
    (
        TWO_AXES,
        "grade = { fit = { axis = 'fit', cuts = [50] }, activity = { axis = 'use', cuts = [50] } }",
        &[("unreachable-grade", "grade")],
    ),
    (
        "",
        "[[axis]]\nname = 'fit'\navailable = 100\nrule = [{ id = 'nps', bands.nps = [[7, 40]] }]\n[[axis]]\nname = 'use'\nrule = [{ id = 'seats', when.seats.at_least = 5, points = 10 }]\n[grade]\nfit = { axis = 'fit', cuts = [50, 30] }\nactivity = { axis = 'use', cuts = [50] }",
        &[("top-not-reached", "axis[0].available"), ("unreachable-cut", "grade.fit.cuts[0]")],
    ),
    (
        "",
        "[[axis]]\nname = 'fit'\nbase = 5\navailable = 10\n[[axis]]\nname = 'use'\nrule = [{ id = 'seats', when.seats.at_least = 5, points = 10 }]\n[grade]\nfit = { axis = 'fit', cuts = [60] }\nactivity = { axis = 'use', cuts = [50] }",
        &[("constant-axis", "axis[0]")],
    ),
    (
        AXIS,
        "segment = [{ name = 'a', when.nps.at_least = 5 }, { name = 'b', when.nps.at_least = 9 }, { name = 'c' }]",
        &[("unreachable-segment", "segment[1]")],
    ),
    (
        AXIS,
        "segment = [{ name = 'a', when.score.at_least = 0 }, { name = 'b' }]",
        &[("always-true", "segment[0].when.score.at_least"), ("unreachable-segment", "segment[1]")],
    ),
    (
        AXIS,
        "segment = [{ name = 'a', when.verdict = 'ineligible' }, { name = 'b' }]",
        &[("never-true", "segment[0].when.verdict.is")],
    ),
    (
        AXIS,
        "state = [{ name = 'a', at_least = 0 }, { name = 'b', at_least = 20 }]\nplay = [{ name = 'p', states = ['a', 'b'] }, { name = 'q', states = ['b'] }]",
        &[("unreachable-play", "play[1]")],
    ),
    (
        AXIS,
        "state = [{ name = 'a', at_least = 0 }, { name = 'b', at_least = 20 }]\nplay = [{ name = 'p', states = ['a'] }, { name = 'q', states = ['b'] }, { name = 'r', otherwise = true }]",
        &[("unreachable-play", "play[2]")],
    ),
    // Cases.
    (
        AXIS,
        "[[case]]\nname = 'a'\nas_of = '2026-11-22T09:00:00Z'\nfacts.nps = 9\nexpect.score = 100\n\
         [[case]]\nname = 'b'\nas_of = '2026-11-22T09:00:00Z'\nfacts.nps = 7\nexpect.score = 40\n\
         [[case]]\nname = 'a'\nas_of = '2026-11-22T09:00:00Z'\nfacts.nps = 8\nexpect.score = 40",
        &[("repeated-case", "case[2].name")],
    ),
];
