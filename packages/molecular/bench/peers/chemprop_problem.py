"""What the scripts with chemprop's own model do alike: the data of a JSON file, a trainer that keeps the best epoch, the error of a part.

The file is written by ../speed: molecules, labels and split.
"""

import json
import logging
import math
import warnings

warnings.filterwarnings("ignore")
for name in ("lightning.pytorch", "lightning", "lightning.fabric"):
    logging.getLogger(name).setLevel(logging.ERROR)

import torch
from chemprop import data, models
from lightning import pytorch as pl


class Problem:
    """Molecules and labels by part, labels standardised on the training part."""

    def __init__(self, path, batch):
        with open(path) as file:
            self.problem = json.load(file)
        split = {part: self._dataset(rows) for part, rows in self.problem["split"].items()}
        self.scaler = split["train"].normalize_targets()
        split["validation"].normalize_targets(self.scaler)
        self.loaders = {
            part: data.build_dataloader(each, batch_size=batch, num_workers=0, shuffle=part == "train")
            for part, each in split.items()
        }

    def _dataset(self, rows):
        smiles, labels = self.problem["smiles"], self.problem["labels"]
        made = data.MoleculeDataset([data.MoleculeDatapoint.from_smi(smiles[i], [labels[i]]) for i in rows])
        made.cache = True
        return made

    def trainer(self, folder, epochs, *callbacks):
        """A trainer of so many epochs that keeps the one with the best validation loss in a folder."""
        self.kept = pl.callbacks.ModelCheckpoint(folder, monitor="val_loss", mode="min")
        return pl.Trainer(
            accelerator="cpu",
            max_epochs=epochs,
            callbacks=[*callbacks, self.kept],
            logger=False,
            enable_progress_bar=False,
            enable_model_summary=False,
            num_sanity_val_steps=0,
        )

    def errors(self, trainer):
        """Root mean square errors of the best epoch on validation and test, in the labels' units."""
        best = models.MPNN.load_from_checkpoint(self.kept.best_model_path)
        return {part: self._rmse(trainer, best, part) for part in ("validation", "test")}

    def _rmse(self, trainer, best, part):
        rows = self.problem["split"][part]
        predicted = torch.cat(trainer.predict(best, self.loaders[part])).flatten().tolist()
        return math.sqrt(sum((p - self.problem["labels"][i]) ** 2 for p, i in zip(predicted, rows)) / len(rows))


def seeded(threads, seed):
    torch.set_num_threads(threads)
    pl.seed_everything(seed, verbose=False)


def answer(value):
    print(json.dumps(value), flush=True)
