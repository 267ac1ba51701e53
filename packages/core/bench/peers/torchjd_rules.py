"""Weights of rules that TorchJD has too, for packages/core/test/fixtures/torchjd-rules.json.

pip install torchjd==0.18.0 numpy; python packages/core/bench/peers/torchjd_rules.py > packages/core/test/fixtures/torchjd-rules.json
"""

import json

import torch
from torchjd.aggregation import MoDoWeighting
from torchjd.scalarization import GeometricMean


def derivative(scalarizer, values):
    losses = torch.tensor(values, dtype=torch.float64, requires_grad=True)
    scalarizer(losses).backward()
    return losses.grad.tolist()


def double_sampled(tasks):
    generator = torch.Generator().manual_seed(tasks)
    weighting = MoDoWeighting(gamma=0.05, rho=0.1)
    steps = []
    for _ in range(4):
        matrix = torch.randn(tasks, tasks, generator=generator, dtype=torch.float64)
        steps.append({"matrix": matrix.tolist(), "weights": weighting(matrix).tolist()})
    return steps


sets = [[2.0, 0.5, 10.0], [1e-3, 40.0], [3.0, 3.0, 0.2, 7.5]]
print(
    json.dumps(
        {
            "versions": {"torchjd": "0.18.0", "torch": torch.__version__},
            "gls": [{"losses": losses, "weights": derivative(GeometricMean(), losses)} for losses in sets],
            "modo": [double_sampled(tasks) for tasks in (2, 3, 8)],
        },
        indent=1,
    )
)
