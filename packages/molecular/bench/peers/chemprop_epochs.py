"""Chemprop's own D-MPNN with its own loaders and trainer, one epoch at a time.

    python chemprop_epochs.py FILE THREADS EPOCHS BATCH SEED

FILE is the JSON file that ../speed/train.ts writes: molecules, labels and split. Before each epoch it reads one line from standard input,
and after it (training and validation) answers with one line of JSON; at the end the epoch with the best validation loss is tested.
Everything is at chemprop's defaults but for the readout, which is the paper's mean.

    pip install chemprop==2.3.1 torch==2.13.0
"""

import sys
import tempfile
import time

from chemprop_problem import Problem, answer, seeded

import chemprop
import torch
from chemprop import models, nn
from lightning import pytorch as pl

path, threads, epochs, batch, seed = sys.argv[1], *map(int, sys.argv[2:6])
seeded(threads, seed)
problem = Problem(path, batch)
model = models.MPNN(
    nn.BondMessagePassing(),
    nn.MeanAggregation(),
    nn.RegressionFFN(output_transform=nn.UnscaleTransform.from_standard_scaler(problem.scaler)),
    metrics=[nn.metrics.RMSE()],
    warmup_epochs=2,
    init_lr=1e-4,
    max_lr=1e-3,
    final_lr=1e-4,
)


class OnRequest(pl.Callback):
    """Waits for a line before each epoch, and answers after its validation."""

    def on_train_epoch_start(self, trainer, module):
        sys.stdin.readline()
        self.start = time.perf_counter(), time.process_time()

    def on_train_epoch_end(self, trainer, module):
        wall, processor = (now - before for now, before in zip((time.perf_counter(), time.process_time()), self.start))
        # During training its metrics are of standardised labels.
        rmse = float(trainer.callback_metrics["val/rmse"]) * float(problem.scaler.scale_[0])
        answer({"wall": wall, "processor": processor, "rmse": rmse})


with tempfile.TemporaryDirectory() as folder:
    trainer = problem.trainer(folder, epochs, OnRequest())
    parameters = sum(p.numel() for p in model.parameters())
    answer({"version": f"chemprop {chemprop.__version__}, torch {torch.__version__}, {parameters} parameters"})
    trainer.fit(model, problem.loaders["train"], problem.loaders["validation"])
    answer(problem.errors(trainer))
