"""numpy: whole-array operations, `numpy_passes.py DIRECTORY TODAY`.

Flags are arrays of bytes, as numpy has no bits; they are unpacked before the clock runs.
"""

import sys

import numpy as np
from served import Columns, serve

# So many rows at a time stay in the caches, and their arrays need no new memory from the system.
CHUNK = 32_768


class Accounts:
    def __init__(self, columns):
        self.active_users = columns.numbers("active_users", "<u4")
        rows = len(self.active_users)
        self.in_onboarding = columns.flags("in_onboarding", rows)
        self.decision_maker, self.decision_maker_texts = columns.coded("decision_maker", "u1")
        self.renewal_date = columns.numbers("renewal_date", "<i4")
        self.has_flagship = columns.flags("has_flagship", rows)
        self.health, self.health_texts = columns.coded("health", "u1")
        self.icp_segment, self.icp_segment_texts = columns.coded("icp_segment", "u1")
        self.offsets = columns.numbers("tech_stack.offsets", "<i4")
        self.tech_stack, self.tech_stack_texts = columns.coded("tech_stack", "<i4")
        self.intent = columns.numbers("intent", "<f8")
        self.nps = columns.numbers("nps", "u1")
        self.nps_known = columns.flags("nps_known", rows)
        self.seats = columns.numbers("seats", "<i4")
        self.seat_limit = columns.numbers("seat_limit", "<i4")
        self.country, self.country_texts = columns.coded("country", "<i4")


def every_row(accounts, today, rows, points, states):
    """Every rule for every row of a slice."""
    open_ = gates(accounts, today, rows)
    hits = table(accounts.tech_stack_texts, ["rivalsoft", "otherware"])
    offsets = accounts.offsets[rows.start : rows.stop + 1]
    items = accounts.tech_stack[offsets[0] : offsets[-1]]
    before = np.zeros(len(items) + 1, dtype=np.int32)
    np.cumsum(hits[items], out=before[1:])
    before = before[offsets - offsets[0]]
    sum_ = np.uint8(6) * (accounts.icp_segment[rows] == accounts.icp_segment_texts.index("high"))
    sum_ += np.uint8(10) * (before[1:] != before[:-1])
    sum_ += np.uint8(5) * (accounts.intent[rows] >= 70)
    sum_ += np.uint8(4) * ((accounts.nps[rows] >= 9) & accounts.nps_known[rows])
    sum_ += np.uint8(3) * (accounts.seats[rows] / accounts.seat_limit[rows] >= 0.8)
    sum_ += np.uint8(2) * table(accounts.country_texts, ["DE", "FR", "NL", "SE"])[accounts.country[rows]]
    points[rows] = sum_ * open_
    states[rows] = reached(sum_) * open_


def rows_left(accounts, today, rows, points, states):
    """The rules for the rows of a slice that no gate holds back."""
    left = np.flatnonzero(gates(accounts, today, rows))
    hits = table(accounts.tech_stack_texts, ["rivalsoft", "otherware"])
    offsets = accounts.offsets[rows.start : rows.stop + 1]
    items = accounts.tech_stack[offsets[0] : offsets[-1]]
    before = np.zeros(len(items) + 1, dtype=np.int32)
    np.cumsum(hits.take(items), out=before[1:])
    begin = offsets.take(left) - offsets[0]
    end = offsets.take(left + 1) - offsets[0]
    sum_ = np.uint8(6) * (accounts.icp_segment[rows].take(left) == accounts.icp_segment_texts.index("high"))
    sum_ += np.uint8(10) * (before.take(begin) != before.take(end))
    sum_ += np.uint8(5) * (accounts.intent[rows].take(left) >= 70)
    sum_ += np.uint8(4) * ((accounts.nps[rows].take(left) >= 9) & accounts.nps_known[rows].take(left))
    sum_ += np.uint8(3) * (accounts.seats[rows].take(left) / accounts.seat_limit[rows].take(left) >= 0.8)
    countries = table(accounts.country_texts, ["DE", "FR", "NL", "SE"])
    sum_ += np.uint8(2) * countries.take(accounts.country[rows].take(left))
    points[rows] = 0
    states[rows] = 0
    points[rows][left] = sum_
    states[rows][left] = reached(sum_)


def gates(accounts, today, rows):
    until = accounts.renewal_date[rows] - np.int32(today)
    open_ = accounts.active_users[rows] != 0
    open_ &= ~accounts.in_onboarding[rows]
    open_ &= accounts.decision_maker[rows] != accounts.decision_maker_texts.index("unhappy")
    open_ &= until.view(np.uint32) > 60
    open_ &= accounts.has_flagship[rows]
    open_ &= accounts.health[rows] == accounts.health_texts.index("green")
    return open_


def reached(sum_):
    states = (sum_ >= 10).view(np.uint8) + (sum_ >= 20).view(np.uint8)
    states += np.uint8(1)
    return states


def table(texts, wanted):
    return np.array([text in wanted for text in texts])


def main():
    columns = Columns(sys.argv[1])
    today = int(sys.argv[2])
    accounts = Accounts(columns)
    rows = len(accounts.active_users)
    points, states = np.empty(rows, np.uint32), np.empty(rows, np.uint8)

    def chunks(one):
        def run():
            for start in range(0, rows, CHUNK):
                one(accounts, today, slice(start, min(start + CHUNK, rows)), points, states)
            return points, states

        return run

    passes = {
        "every rule for every row": (chunks(every_row), lambda outcomes: outcomes),
        "rules for rows left": (chunks(rows_left), lambda outcomes: outcomes),
    }
    serve(columns, f"numpy {np.__version__}", passes)


main()
