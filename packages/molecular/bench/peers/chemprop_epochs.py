"""Chemprop's own D-MPNN with its own loaders and trainer, one epoch at a time.

    python chemprop_epochs.py FILE THREADS EPOCHS BATCH SEED

FILE is the JSON file that ../speed/train.ts writes: molecules, labels and split. Before each epoch it reads one line from standard input,
and after it (training and validation) answers with one line of JSON; at the end the epoch with the best validation loss is tested.
Everything is at chemprop's defaults but for the readout, which is the paper's mean.

    pip install chemprop==2.3.1 torch==2.13.0
"""

import json
import logging
import math
import sys
import tempfile
import time
import warnings

warnings.filterwarnings("ignore")
for name in ("lightning.pytorch", "lightning", "lightning.fabric"):
    logging.getLogger(name).setLevel(logging.ERROR)

import chemprop
import torch
from chemprop import data, models, nn
from lightning import pytorch as pl

path, threads, epochs, batch, seed = sys.argv[1], *map(int, sys.argv[2:6])
torch.set_num_threads(threads)
pl.seed_everything(seed, verbose=False)


def answer(value):
    print(json.dumps(value), flush=True)


with open(path) as file:
    problem = json.load(file)


def dataset(rows):
    points = [data.MoleculeDatapoint.from_smi(problem["smiles"][i], [problem["labels"][i]]) for i in rows]
    made = data.MoleculeDataset(points)
    made.cache = True
    return made


split = {part: dataset(problem["split"][part]) for part in ("train", "validation", "test")}
scaler = split["train"].normalize_targets()
split["validation"].normalize_targets(scaler)
loaders = {
    part: data.build_dataloader(each, batch_size=batch, num_workers=0, shuffle=part == "train")
    for part, each in split.items()
}
model = models.MPNN(
    nn.BondMessagePassing(),
    nn.MeanAggregation(),
    nn.RegressionFFN(output_transform=nn.UnscaleTransform.from_standard_scaler(scaler)),
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
        rmse = float(trainer.callback_metrics["val/rmse"]) * float(scaler.scale_[0])
        answer({"wall": wall, "processor": processor, "rmse": rmse})


def rmse(loader, rows):
    predicted = torch.cat(trainer.predict(best, loader)).flatten().tolist()
    return math.sqrt(sum((p - problem["labels"][i]) ** 2 for p, i in zip(predicted, rows)) / len(rows))


with tempfile.TemporaryDirectory() as folder:
    kept = pl.callbacks.ModelCheckpoint(folder, monitor="val_loss", mode="min")
    trainer = pl.Trainer(
        accelerator="cpu",
        max_epochs=epochs,
        callbacks=[OnRequest(), kept],
        logger=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        num_sanity_val_steps=0,
    )
    parameters = sum(p.numel() for p in model.parameters())
    answer({"version": f"chemprop {chemprop.__version__}, torch {torch.__version__}, {parameters} parameters"})
    trainer.fit(model, loaders["train"], loaders["validation"])
    best = models.MPNN.load_from_checkpoint(kept.best_model_path)
    rows = problem["split"]
    answer({part: rmse(loaders[part], rows[part]) for part in ("validation", "test")})
