"""The Monte-Carlo loop of bench/speed/monte-carlo.ts in numpy: the same work, one thread.

pip install numpy; python packages/linear-theory/bench/peers/monte-carlo.py

Reads a line {"features", "rows", "noise", "difference", "replicates", "batch"} from standard input, answers with a line
{"ms", "mean"}, and so on until the input ends. "batch" 1 is the plain loop, a data set at a time; above it numpy draws and solves
so many data sets in one call. The first line answered names the versions.
"""

import os

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import json
import sys
import time

import numpy

random = numpy.random.default_rng(0)


def one(d, rows, deviations, difference):
    pooled = numpy.zeros((d, d))
    sides = numpy.zeros((d, 2))
    for task, n in enumerate(rows):
        x = random.standard_normal((n, d))
        gram = x.T @ x
        pooled += gram
        if task > 0:
            sides[:, 0] += gram @ difference
        sides[:, 1] += deviations[task] * (x.T @ random.standard_normal(n))
    errors = numpy.linalg.solve(pooled, sides)
    return (errors * errors).sum()


def many(count, d, rows, deviations, difference):
    pooled = numpy.zeros((count, d, d))
    sides = numpy.zeros((count, d, 2))
    for task, n in enumerate(rows):
        x = random.standard_normal((count, n, d))
        turned = x.transpose(0, 2, 1)
        gram = turned @ x
        pooled += gram
        if task > 0:
            sides[:, :, 0] += gram @ difference
        sides[:, :, 1] += deviations[task] * (turned @ random.standard_normal((count, n, 1)))[:, :, 0]
    errors = numpy.linalg.solve(pooled, sides)
    return (errors * errors).sum()


print(json.dumps({"numpy": numpy.__version__, "python": sys.version.split()[0]}), flush=True)
for line in sys.stdin:
    asked = json.loads(line)
    batch, replicates = asked["batch"], asked["replicates"]
    setting = (
        asked["features"],
        asked["rows"],
        [s2**0.5 for s2 in asked["noise"]],
        numpy.array(asked["difference"]),
    )
    start = time.perf_counter()
    if batch == 1:
        total = sum(one(*setting) for _ in range(replicates))
    else:
        total = sum(many(min(batch, replicates - done), *setting) for done in range(0, replicates, batch))
    ms = (time.perf_counter() - start) * 1000
    print(json.dumps({"ms": ms / replicates, "mean": total / replicates}), flush=True)
