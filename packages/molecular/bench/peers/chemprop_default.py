"""Trains chemprop's D-MPNN as it comes, and tests the epoch with the best validation loss.

    python chemprop_default.py FILE THREADS SEED

FILE is the JSON file that ../speed/side-by-side.ts writes: molecules, labels and split. Answers with one line of JSON.

    pip install chemprop==2.3.1 torch==2.13.0
"""

import sys
import tempfile
import time

from chemprop_problem import Problem, answer, seeded

from chemprop import models, nn

EPOCHS, BATCH = 50, 64

path, threads, seed = sys.argv[1], *map(int, sys.argv[2:4])
seeded(threads, seed)
problem = Problem(path, BATCH)
model = models.MPNN(
    nn.BondMessagePassing(),
    nn.NormAggregation(),
    nn.RegressionFFN(output_transform=nn.UnscaleTransform.from_standard_scaler(problem.scaler)),
    metrics=[nn.metrics.RMSE()],
)

with tempfile.TemporaryDirectory() as folder:
    trainer = problem.trainer(folder, EPOCHS)
    wall, processor = time.perf_counter(), time.process_time()
    trainer.fit(model, problem.loaders["train"], problem.loaders["validation"])
    times = {"wall": time.perf_counter() - wall, "processor": time.process_time() - processor}
    answer({**problem.errors(trainer), **times})
