"""Weights of rules that balance losses or leave gradients out, as TorchJD has them, for packages/core/test/fixtures/torchjd-balance.json.

pip install torchjd==0.18.0 numpy; python packages/core/bench/peers/torchjd_balance.py > packages/core/test/fixtures/torchjd-balance.json
"""

import json

import torch
from torchjd.aggregation import IMTLGWeighting, KrumWeighting
from torchjd.scalarization import IMTLL, STCH


def smooth_maximum(values, mu, of=lambda losses: losses):
    losses = torch.tensor(values, dtype=torch.float64, requires_grad=True)
    STCH(mu, weights=torch.ones_like(losses))(of(losses)).backward()
    return losses.grad.tolist()


def impartial(tasks, steps=6):
    """Adam on the scales; IMTL-G of the gradients scaled by them."""
    generator = torch.Generator().manual_seed(tasks)
    rows = torch.randn(tasks, tasks + 3, generator=generator, dtype=torch.float64)
    rule = IMTLL(tasks).double()
    adam = torch.optim.Adam(rule.parameters(), lr=0.025)
    seen = []
    for _ in range(steps):
        losses = torch.exp(torch.randn(tasks, generator=generator, dtype=torch.float64))
        scale = torch.exp(rule.log_scale.detach())
        scaled = scale[:, None] * rows
        both = scale * IMTLGWeighting()(scaled @ scaled.T)
        seen.append({"losses": losses.tolist(), "imtl-l": scale.tolist(), "imtl": both.tolist()})
        adam.zero_grad()
        rule(losses).backward()
        adam.step()
    return {"gradients": rows.tolist(), "steps": seen}


def nearest(tasks, byzantine, selected):
    generator = torch.Generator().manual_seed(100 + tasks)
    rows = torch.randn(tasks, 4, generator=generator, dtype=torch.float64)
    weights = KrumWeighting(byzantine, selected)(rows @ rows.T)
    return {"gradients": rows.tolist(), "byzantine": byzantine, "selected": selected, "weights": weights.tolist()}


losses, units = [2.0, 0.5, 1.25], [1.5, 0.25, 3.0]
print(
    json.dumps(
        {
            "versions": {"torchjd": "0.18.0", "torch": torch.__version__},
            "stch": {
                "losses": losses,
                "units": units,
                "mu": [0.1, 1.0],
                "plain": [smooth_maximum(losses, mu) for mu in (0.1, 1.0)],
                "log": [
                    smooth_maximum(losses, mu, lambda values: torch.log(values / torch.tensor(units, dtype=torch.float64)))
                    for mu in (0.1, 1.0)
                ],
            },
            "impartial": [impartial(tasks) for tasks in (2, 3, 6)],
            "krum": [nearest(5, 1, 1), nearest(6, 1, 2), nearest(9, 2, 3)],
        },
        indent=1,
    )
)
