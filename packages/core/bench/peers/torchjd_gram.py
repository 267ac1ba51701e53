"""Weights of TorchJD's Gram rules on larger matrices, for packages/core/test/fixtures/torchjd-gram.json.

pip install torchjd==0.18.0 numpy; python packages/core/bench/peers/torchjd_gram.py > packages/core/test/fixtures/torchjd-gram.json

Gradients are thousandths between −2 and 2, drawn once; lengths differ in "lengths", three dimensions hold six gradients in "dependent".
"""

import json

import numpy
import torch
from torchjd.aggregation import (
    AlignedMTLWeighting,
    ConFIG,
    GradVacWeighting,
    IMTLGWeighting,
    PCGradWeighting,
)

# Tasks are projected in ascending order.
torch.randperm = lambda count: torch.arange(count)
random = numpy.random.default_rng(0)


def draw(tasks, size, scales=None):
    rows = numpy.round(numpy.clip(random.normal(size=(tasks, size)), -2, 2), 3)
    return rows if scales is None else rows * numpy.array(scales)[:, None]


matrices = {
    "five": draw(5, 8),
    "eight": draw(8, 20),
    "sixteen": draw(16, 40),
    "lengths": draw(5, 8, [0.05, 1, 10, 5, 0.2]),
    "dependent": draw(6, 3),
}
gram_rules = {
    "pcgrad": PCGradWeighting(),
    "imtl-g": IMTLGWeighting(),
    "aligned-mtl (min)": AlignedMTLWeighting(scale_mode="min"),
    "aligned-mtl (median)": AlignedMTLWeighting(scale_mode="median"),
    "aligned-mtl (rmse)": AlignedMTLWeighting(scale_mode="rmse"),
}


def answers(rows):
    gradients = torch.tensor(rows, dtype=torch.float64)
    gram = gradients @ gradients.T
    weights = {name: rule(gram).tolist() for name, rule in gram_rules.items()}
    vaccine = GradVacWeighting()
    weights["gradvac, step 1"] = vaccine(gram).tolist()
    weights["gradvac, step 2"] = vaccine(gram).tolist()
    return {"weights": weights, "config direction": ConFIG()(gradients).tolist()}


print(
    json.dumps(
        {
            "versions": {"torchjd": "0.18.0", "torch": torch.__version__},
            "cases": {
                name: {"gradients": rows.tolist(), **answers(rows)} for name, rows in matrices.items()
            },
        },
        indent=1,
    )
)
