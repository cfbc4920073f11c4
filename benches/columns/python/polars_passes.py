"""polars: one lazy query in several forms, `polars_passes.py DIRECTORY TODAY`.

Its texts are enums, polars' own form of texts of which all are known.
"""

import sys
from datetime import date, timedelta

import numpy as np
import polars as pl
import pyarrow as pa
from served import Columns, serve


def frame(columns):
    active_users = columns.numbers("active_users", "<u4")
    rows = len(active_users)

    def text(name, kind):
        codes, texts = columns.coded(name, kind)
        return pl.Series(name, np.array(texts, dtype=object)[codes], dtype=pl.Enum(texts))

    codes, texts = columns.coded("tech_stack", "<i4")
    items = pa.DictionaryArray.from_arrays(pa.array(codes), pa.array(texts))
    lists = pa.ListArray.from_arrays(pa.array(columns.numbers("tech_stack.offsets", "<i4")), items)
    nps = pa.array(columns.numbers("nps", "u1"), mask=~columns.flags("nps_known", rows))
    return pl.DataFrame(
        {
            "active_users": active_users,
            "in_onboarding": columns.flags("in_onboarding", rows),
            "decision_maker": text("decision_maker", "u1"),
            "renewal_date": pl.Series(columns.numbers("renewal_date", "<i4")).cast(pl.Date),
            "has_flagship": columns.flags("has_flagship", rows),
            "health": text("health", "u1"),
            "icp_segment": text("icp_segment", "u1"),
            "tech_stack": pl.from_arrow(lists).cast(pl.List(pl.Enum(texts))),
            "intent": columns.numbers("intent", "<f8"),
            "nps": pl.from_arrow(nps),
            "seats": columns.numbers("seats", "<i4"),
            "seat_limit": columns.numbers("seat_limit", "<i4"),
            "country": text("country", "<i4"),
        }
    )


def gates(today):
    return (
        (pl.col("active_users") != 0)
        & ~pl.col("in_onboarding")
        & (pl.col("decision_maker") != "unhappy")
        & ~pl.col("renewal_date").is_between(today, today + timedelta(days=60))
        & pl.col("has_flagship")
        & (pl.col("health") == "green")
    )


def points():
    def worth(rule, points):
        return pl.when(rule).then(pl.lit(points, pl.UInt32)).otherwise(pl.lit(0, pl.UInt32))

    wanted = ["rivalsoft", "otherware"]
    return (
        worth(pl.col("icp_segment") == "high", 6)
        + worth(pl.col("tech_stack").list.eval(pl.element().is_in(wanted)).list.any(), 10)
        + worth(pl.col("intent") >= 70, 5)
        + worth(pl.col("nps") >= 9, 4)
        + worth(pl.col("seats") / pl.col("seat_limit") >= 0.8, 3)
        + worth(pl.col("country").is_in(["DE", "FR", "NL", "SE"]), 2)
    )


def state():
    return (
        pl.when(pl.col("points") >= 20)
        .then(pl.lit(3, pl.UInt8))
        .when(pl.col("points") >= 10)
        .then(pl.lit(2, pl.UInt8))
        .otherwise(pl.lit(1, pl.UInt8))
        .alias("state")
    )


def every_row(accounts, today):
    query = (
        accounts.lazy()
        .select(open=gates(today), points=points())
        .select(pl.when("open").then("points").alias("points"), pl.when("open").then(state()).alias("state"))
    )

    def outcomes(result):
        return (result[name].fill_null(0).to_numpy() for name in ("points", "state"))

    return query.collect, outcomes


def rows_left(accounts, today):
    """What comes out has the rows that are left alone, with their places."""
    query = (
        accounts.lazy()
        .with_row_index("row")
        .filter(gates(today))
        .select("row", points=points())
        .with_columns(state())
    )

    def outcomes(result):
        for name in ("points", "state"):
            whole = np.zeros(len(accounts), np.uint32)
            whole[result["row"].to_numpy()] = result[name].to_numpy()
            yield whole

    return query.collect, outcomes


def main():
    columns = Columns(sys.argv[1])
    today = date(1970, 1, 1) + timedelta(days=int(sys.argv[2]))
    accounts = frame(columns)
    passes = {
        "every rule for every row": every_row(accounts, today),
        "rules for rows left": rows_left(accounts, today),
    }
    serve(columns, f"polars {pl.__version__}, {pl.thread_pool_size()} thread(s)", passes)


main()
