"""Weights of rules that TorchJD has too, for packages/core/test/fixtures/torchjd-rules.json.

pip install torchjd==0.18.0 numpy; python packages/core/bench/peers/torchjd_rules.py > packages/core/test/fixtures/torchjd-rules.json
"""

import json

import torch
from torchjd.scalarization import GeometricMean


def derivative(scalarizer, values):
    losses = torch.tensor(values, dtype=torch.float64, requires_grad=True)
    scalarizer(losses).backward()
    return losses.grad.tolist()


sets = [[2.0, 0.5, 10.0], [1e-3, 40.0], [3.0, 3.0, 0.2, 7.5]]
print(
    json.dumps(
        {
            "versions": {"torchjd": "0.18.0", "torch": torch.__version__},
            "gls": [{"losses": losses, "weights": derivative(GeometricMean(), losses)} for losses in sets],
        },
        indent=1,
    )
)
