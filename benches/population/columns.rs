//! The accounts as columns in Arrow's layouts, and the twelve conditions of `cross_sell.toml` in hand-written passes.

#![expect(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "columns of one length, and bytes cut off words"
)]

use chrono::NaiveDate;

use crate::population::Account;

/// Texts as codes into a dictionary.
pub(crate) struct Coded<K> {
    pub(crate) codes: Vec<K>,
    pub(crate) texts: Vec<String>,
}

/// Lists of dictionary-coded texts: list `i` has the codes from `offsets[i]` up to `offsets[i + 1]`.
pub(crate) struct Lists {
    pub(crate) offsets: Vec<i32>,
    pub(crate) items: Coded<i32>,
}

/// Flags are one bit each, the first in the lowest bit of the first byte; so is whether `nps` is known.
///
/// The integer types are what a database and a data frame hand over, so not all are the same.
pub(crate) struct Columns {
    pub(crate) active_users: Vec<u32>,
    pub(crate) in_onboarding: Vec<u8>,
    pub(crate) decision_maker: Coded<u8>,
    /// Days since 1970-01-01.
    pub(crate) renewal_date: Vec<i32>,
    pub(crate) has_flagship: Vec<u8>,
    pub(crate) health: Coded<u8>,
    pub(crate) icp_segment: Coded<u8>,
    pub(crate) tech_stack: Lists,
    pub(crate) intent: Vec<f64>,
    pub(crate) nps: Vec<u8>,
    pub(crate) nps_known: Vec<u8>,
    pub(crate) seats: Vec<i32>,
    pub(crate) seat_limit: Vec<i32>,
    pub(crate) country: Coded<i32>,
}

impl Columns {
    pub(crate) fn new(accounts: &[Account]) -> Columns {
        Columns {
            active_users: accounts.iter().map(|account| account.active_users).collect(),
            in_onboarding: bits(accounts.iter().map(|account| account.in_onboarding)),
            decision_maker: coded(accounts.iter().map(|account| &account.decision_maker)),
            renewal_date: accounts.iter().map(|account| days(account.renewal_date)).collect(),
            has_flagship: bits(accounts.iter().map(|account| account.has_flagship)),
            health: coded(accounts.iter().map(|account| &account.health)),
            icp_segment: coded(accounts.iter().map(|account| &account.icp_segment)),
            tech_stack: Lists {
                offsets: std::iter::once(0)
                    .chain(accounts.iter().scan(0, |end, account| {
                        *end += i32::try_from(account.tech_stack.len()).unwrap();
                        Some(*end)
                    }))
                    .collect(),
                items: coded(accounts.iter().flat_map(|account| &account.tech_stack)),
            },
            intent: accounts.iter().map(|account| account.intent).collect(),
            nps: accounts.iter().map(|account| account.nps.unwrap_or_default()).collect(),
            nps_known: bits(accounts.iter().map(|account| account.nps.is_some())),
            seats: accounts.iter().map(|account| account.seats.try_into().unwrap()).collect(),
            seat_limit: accounts.iter().map(|account| account.seat_limit.try_into().unwrap()).collect(),
            country: coded(accounts.iter().map(|account| &account.country)),
        }
    }
}

/// Days since 1970-01-01.
pub(crate) fn days(date: NaiveDate) -> i32 {
    date.to_epoch_days()
}

fn bits(flags: impl Iterator<Item = bool>) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (index, flag) in flags.enumerate() {
        if index % 8 == 0 {
            bytes.push(0);
        }
        *bytes.last_mut().unwrap() |= u8::from(flag) << (index % 8);
    }
    bytes
}

/// Codes in the order in which the texts are first met.
fn coded<'a, K: TryFrom<usize>>(texts: impl Iterator<Item = &'a String>) -> Coded<K> {
    let mut dictionary: Vec<String> = Vec::new();
    let codes = texts
        .map(|text| {
            let code = dictionary.iter().position(|known| known == text).unwrap_or_else(|| {
                dictionary.push(text.clone());
                dictionary.len() - 1
            });
            K::try_from(code).ok().unwrap()
        })
        .collect();
    Coded { codes, texts: dictionary }
}

/// What each row comes to: 0 points and state 0 where a gate holds it back.
#[derive(PartialEq)]
pub(crate) struct Outcomes {
    pub(crate) points: Vec<u32>,
    /// Places in [`STATES`].
    pub(crate) states: Vec<u8>,
}

pub(crate) const STATES: [Option<&str>; 4] = [None, Some("cold"), Some("warming"), Some("ready")];

impl Outcomes {
    pub(crate) fn new(rows: usize) -> Outcomes {
        Outcomes { points: vec![0; rows], states: vec![0; rows] }
    }

    /// As `population::by_hand` says it.
    pub(crate) fn row(&self, row: usize) -> Option<(u32, &'static str)> {
        STATES[usize::from(self.states[row])].map(|state| (self.points[row], state))
    }
}

/// Rows of a pass: few enough that what passes leave behind for one another stays in the caches, and so many that a column
/// is read for longer than a few pages on end. With 1,024 a million rows took about twice as long.
const CHUNK: usize = 32_768;

/// What a team would write by hand that has its accounts in columns: the gates as masks over all rows, in loops that
/// the compiler makes vectors of, then the rules over those that are left.
///
/// Of other ways, one loop over the rows that are left took longer, which has more columns than there are registers; so did
/// reading lists to their end or their first hit, as how far that is cannot be guessed.
pub(crate) fn by_hand(columns: &Columns, today: i32, outcomes: &mut Outcomes) {
    over_chunks(columns, today, outcomes, Passes::over_rows_left);
}

/// The same with every rule for every row, each in a loop of its own.
pub(crate) fn by_hand_every_row(columns: &Columns, today: i32, outcomes: &mut Outcomes) {
    over_chunks(columns, today, outcomes, Passes::over_every_row);
}

fn over_chunks<'a>(
    columns: &'a Columns,
    today: i32,
    outcomes: &mut Outcomes,
    over: impl Fn(&mut Passes<'a>, usize, &mut [u32], &mut [u8]),
) {
    let most = CHUNK.min(outcomes.points.len()).next_multiple_of(8);
    let mut passes = Passes {
        columns,
        today,
        open: vec![0; most],
        rows: vec![0; most + 8],
        dense: vec![0; most],
        technology: vec![0; most],
    };
    let chunks = outcomes.points.chunks_mut(CHUNK).zip(outcomes.states.chunks_mut(CHUNK));
    for (chunk, (points, states)) in chunks.enumerate() {
        over(&mut passes, chunk * CHUNK, points, states);
    }
}

struct Passes<'a> {
    columns: &'a Columns,
    today: i32,
    /// 1 for a row of the chunk that no gate holds back, and 0.
    open: Vec<u8>,
    /// Those rows, and room for eight more.
    rows: Vec<u16>,
    /// Points for the segment and the promoter score, of all rows.
    dense: Vec<u8>,
    /// Points for the technology, of the rows that are left, or of all.
    technology: Vec<u8>,
}

impl Passes<'_> {
    fn over_rows_left(&mut self, start: usize, points: &mut [u32], states: &mut [u8]) {
        let count = points.len();
        self.gates(start, count);
        let left = self.rows_left(start, count);
        self.segments_and_nps(start, count);
        let Passes { columns, rows, technology, .. } = self;
        technologies(&columns.tech_stack, start, count, rows[..left].iter().map(|row| usize::from(*row)), technology);
        self.outcomes(start, left, points, states);
    }

    fn over_every_row(&mut self, start: usize, points: &mut [u32], states: &mut [u8]) {
        let count = points.len();
        self.gates(start, count);
        self.flags(start, count);
        self.segments_and_nps(start, count);
        technologies(&self.columns.tech_stack, start, count, 0..count, &mut self.technology);
        self.numbers_and_countries(start, count);
        let found = self.open.iter().zip(self.dense.iter().zip(&self.technology));
        for ((points, state), (open, (dense, technology))) in points.iter_mut().zip(states).zip(found) {
            let own = dense + technology;
            *points = u32::from(open * own);
            *state = open * (1 + u8::from(own >= 10) + u8::from(own >= 20));
        }
    }

    fn gates(&mut self, start: usize, count: usize) {
        let Columns { active_users, decision_maker, renewal_date, health, .. } = self.columns;
        let (unhappy, green) = (decision_maker.code("unhappy"), health.code("green"));
        let today = self.today;
        for (open, active_users) in self.open.iter_mut().zip(part(active_users, start, count)) {
            *open = u8::from(*active_users != 0);
        }
        for (open, renewal_date) in self.open.iter_mut().zip(part(renewal_date, start, count)) {
            *open &= u8::from(renewal_date.wrapping_sub(today).cast_unsigned() > 60);
        }
        let codes = part(&decision_maker.codes, start, count).iter().zip(part(&health.codes, start, count));
        for (open, (decision_maker, health)) in self.open.iter_mut().zip(codes) {
            *open &= u8::from(*decision_maker != unhappy) & u8::from(*health == green);
        }
    }

    fn flags(&mut self, start: usize, count: usize) {
        let passed = passed(self.columns, start, count);
        for (open, passed) in self.open.as_chunks_mut::<8>().0.iter_mut().zip(passed) {
            *open = (u64::from_le_bytes(*open) & u64::from_le_bytes(spread(passed))).to_le_bytes();
        }
    }

    /// How many rows are left, after the flags too; without a branch on whether one is.
    fn rows_left(&mut self, start: usize, count: usize) -> usize {
        let mut left = 0;
        self.open[count..count.next_multiple_of(8)].fill(0);
        let passed = passed(self.columns, start, count);
        for (byte, (open, passed)) in self.open.as_chunks::<8>().0.iter().zip(passed).enumerate() {
            let open = gathered(*open) & passed;
            let first = u16::try_from(byte * 8).unwrap();
            for (row, place) in self.rows[left..left + 8].iter_mut().zip(&PLACES[usize::from(open)]) {
                *row = first + u16::from(*place);
            }
            left += usize::from(COUNTS[usize::from(open)]);
        }
        left
    }

    fn segments_and_nps(&mut self, start: usize, count: usize) {
        let Columns { icp_segment, nps, nps_known, .. } = self.columns;
        let high = icp_segment.code("high");
        for (known, byte) in self.dense.as_chunks_mut::<8>().0.iter_mut().zip(bytes(nps_known, start, count)) {
            *known = spread(*byte);
        }
        let values = part(&icp_segment.codes, start, count).iter().zip(part(nps, start, count));
        for (dense, (segment, nps)) in self.dense.iter_mut().zip(values) {
            *dense = 6 * u8::from(*segment == high) + 4 * (*dense & u8::from(*nps >= 9));
        }
    }

    /// On top of those for the segment and the promoter score.
    fn numbers_and_countries(&mut self, start: usize, count: usize) {
        let Columns { intent, seats, seat_limit, country, .. } = self.columns;
        for (dense, intent) in self.dense.iter_mut().zip(part(intent, start, count)) {
            *dense += 5 * u8::from(*intent >= 70.0);
        }
        let values = part(seats, start, count).iter().zip(part(seat_limit, start, count));
        for (dense, (seats, seat_limit)) in self.dense.iter_mut().zip(values) {
            *dense += 3 * u8::from(f64::from(*seats) / f64::from(*seat_limit) >= 0.8);
        }
        let near = ["DE", "FR", "NL", "SE"].map(|text| country.code(text));
        for (dense, country) in self.dense.iter_mut().zip(part(&country.codes, start, count)) {
            *dense += 2 * u8::from(near.contains(country));
        }
    }

    fn outcomes(&self, start: usize, left: usize, points: &mut [u32], states: &mut [u8]) {
        let count = points.len();
        let country = &self.columns.country;
        let near = ["DE", "FR", "NL", "SE"].iter().fold(0_u64, |near, text| near | 1 << country.code(text));
        let (intent, country) = (part(&self.columns.intent, start, count), part(&country.codes, start, count));
        let seats = part(&self.columns.seats, start, count);
        let seat_limit = part(&self.columns.seat_limit, start, count);
        let (states, dense) = (&mut states[..count], &self.dense[..count]);
        points.fill(0);
        states.fill(0);
        for (technology, row) in self.technology.iter().zip(&self.rows[..left]) {
            let row = usize::from(*row);
            let own = technology
                + dense[row]
                + 5 * u8::from(intent[row] >= 70.0)
                + 3 * u8::from(f64::from(seats[row]) / f64::from(seat_limit[row]) >= 0.8)
                + 2 * (near >> country[row] & 1) as u8;
            points[row] = u32::from(own);
            states[row] = 1 + u8::from(own >= 10) + u8::from(own >= 20);
        }
    }
}

/// The bits of those whom the flags let pass, eight rows each.
fn passed(columns: &Columns, start: usize, count: usize) -> impl Iterator<Item = u8> {
    let Columns { in_onboarding, has_flagship, .. } = columns;
    let flags = bytes(in_onboarding, start, count).iter().zip(bytes(has_flagship, start, count));
    flags.map(|(onboarding, flagship)| !onboarding & flagship)
}

/// Points for the technologies of some rows of a chunk.
///
/// Looks at eight items wherever that many follow, and forgets those past the end of the list.
fn technologies(lists: &Lists, start: usize, count: usize, rows: impl Iterator<Item = usize>, points: &mut [u8]) {
    let Lists { offsets, items } = lists;
    let wanted = [items.code("rivalsoft"), items.code("otherware")];
    let (starts, ends) = (part(offsets, start, count), part(offsets, start + 1, count));
    for (points, row) in points.iter_mut().zip(rows) {
        let (start, end) = (starts[row].cast_unsigned() as usize, ends[row].cast_unsigned() as usize);
        *points = if let Some(within) = WITHIN.get(end - start)
            && let Some(items) = items.codes.get(start..).and_then(|rest| rest.first_chunk::<8>())
        {
            let worth = |code: i32, within: u32| if wanted.contains(&code) { within } else { 0 };
            let hit = items.iter().zip(within).fold(0, |hit, (code, within)| hit | worth(*code, *within));
            10 * (hit & 1) as u8
        } else {
            10 * u8::from(items.codes[start..end].iter().any(|code| wanted.contains(code)))
        };
    }
}

impl<K: Copy + TryFrom<usize>> Coded<K> {
    fn code(&self, text: &str) -> K {
        let code = self.texts.iter().position(|known| known == text).unwrap();
        K::try_from(code).ok().unwrap()
    }
}

/// The one length is what lets the compiler leave out all but the first check of a row.
fn part<T>(column: &[T], start: usize, count: usize) -> &[T] {
    &column[start..][..count]
}

/// The bits of rows, the first of which begins a byte.
fn bytes(bits: &[u8], start: usize, count: usize) -> &[u8] {
    part(bits, start / 8, count.div_ceil(8))
}

/// The bits of a byte, as bytes of 0 and 1.
fn spread(bits: u8) -> [u8; 8] {
    let one_each = (u64::from(bits) * 0x0101_0101_0101_0101) & 0x8040_2010_0804_0201;
    (((one_each + 0x7f7f_7f7f_7f7f_7f7f) >> 7) & 0x0101_0101_0101_0101).to_le_bytes()
}

/// Bytes of 0 and 1, as the bits of a byte.
fn gathered(flags: [u8; 8]) -> u8 {
    (u64::from_le_bytes(flags).wrapping_mul(0x0102_0408_1020_4080) >> 56) as u8
}

/// The places of the bits that are set in a byte, and how many those are.
static PLACES: [[u8; 8]; 256] = places();
static COUNTS: [u8; 256] = counts();

const fn places() -> [[u8; 8]; 256] {
    let mut places = [[0; 8]; 256];
    let mut byte = 0;
    while byte < 256 {
        let (mut place, mut next) = (0, 0);
        while place < 8 {
            if byte >> place & 1 == 1 {
                places[byte][next] = place;
                next += 1;
            }
            place += 1;
        }
        byte += 1;
    }
    places
}

const fn counts() -> [u8; 256] {
    let mut counts = [0; 256];
    let mut byte = 1;
    while byte < 256 {
        counts[byte] = counts[byte / 2] + (byte % 2) as u8;
        byte += 1;
    }
    counts
}

/// For lists of up to eight items, all ones for each place within.
static WITHIN: [[u32; 8]; 9] = within();

const fn within() -> [[u32; 8]; 9] {
    let mut within = [[0; 8]; 9];
    let mut count = 1;
    while count < 9 {
        within[count] = within[count - 1];
        within[count][count - 1] = u32::MAX;
        count += 1;
    }
    within
}
