"""Trains chemprop's D-MPNN as it comes, and tests the epoch with the best validation loss.

    python chemprop_default.py FILE THREADS SEED

FILE is the JSON file that ../speed/side-by-side.ts writes: molecules, labels and split. Answers with one line of JSON.

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

import torch
from chemprop import data, models, nn
from lightning import pytorch as pl

EPOCHS, BATCH = 50, 64

path, threads, seed = sys.argv[1], *map(int, sys.argv[2:4])
torch.set_num_threads(threads)
pl.seed_everything(seed, verbose=False)
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
    part: data.build_dataloader(each, batch_size=BATCH, num_workers=0, shuffle=part == "train")
    for part, each in split.items()
}
model = models.MPNN(
    nn.BondMessagePassing(),
    nn.NormAggregation(),
    nn.RegressionFFN(output_transform=nn.UnscaleTransform.from_standard_scaler(scaler)),
    metrics=[nn.metrics.RMSE()],
)


def rmse(loader, rows):
    predicted = torch.cat(trainer.predict(best, loader)).flatten().tolist()
    return math.sqrt(sum((p - problem["labels"][i]) ** 2 for p, i in zip(predicted, rows)) / len(rows))


with tempfile.TemporaryDirectory() as folder:
    kept = pl.callbacks.ModelCheckpoint(folder, monitor="val_loss", mode="min")
    trainer = pl.Trainer(
        accelerator="cpu",
        max_epochs=EPOCHS,
        callbacks=[kept],
        logger=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        num_sanity_val_steps=0,
    )
    wall, processor = time.perf_counter(), time.process_time()
    trainer.fit(model, loaders["train"], loaders["validation"])
    times = {"wall": time.perf_counter() - wall, "processor": time.process_time() - processor}
    best = models.MPNN.load_from_checkpoint(kept.best_model_path)
    errors = {part: rmse(loaders[part], problem["split"][part]) for part in ("validation", "test")}
    print(json.dumps({**errors, **times}), flush=True)
