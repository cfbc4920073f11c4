"""The columns that the package wrote to a directory, and the passes that it asks for over standard input."""

import sys
import time
from pathlib import Path

import numpy as np


class Columns:
    def __init__(self, directory):
        self.directory = Path(directory)

    def numbers(self, name, kind):
        return np.fromfile(self.directory / name, dtype=kind)

    def flags(self, name, rows):
        bits = self.numbers(name, np.uint8)
        return np.unpackbits(bits, bitorder="little", count=rows).view(bool)

    def coded(self, name, kind):
        texts = (self.directory / f"{name}.texts").read_text().splitlines()
        return self.numbers(name, kind), texts

    def write(self, name, points, states):
        points.astype("<u4").tofile(self.directory / f"{name}.points")
        states.astype("u1").tofile(self.directory / f"{name}.states")


def serve(columns, version, passes):
    """`passes` has for each contender a pass, and what gives the points and the states of every row, 0 where held back,
    of what a pass returned."""
    print(f"{version}|{'|'.join(passes)}", flush=True)
    for line in sys.stdin:
        verb, name = line.strip().split("|")
        run, outcomes = passes[name]
        if verb == "check":
            columns.write(name, *outcomes(run()))
            print("written", flush=True)
        else:
            run()
            start = time.perf_counter_ns()
            run()
            print(time.perf_counter_ns() - start, flush=True)
