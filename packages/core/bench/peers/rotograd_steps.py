"""Gradients of the RotoGrad authors' package, for packages/core/test/fixtures/rotograd.json, in double precision.

pip install torch==2.13.0 rotograd==0.1.6.0 geotorch==0.4.0
python packages/core/bench/peers/rotograd_steps.py > packages/core/test/fixtures/rotograd.json

Some steps of one network z = tanh(W x + b) with linear heads and squared errors, all parameters and rotations replaced before each, so
that only the package's own memory of initial lengths goes from step to step. Rotations are R exp(A) at A = 0, R given; slopes are those
in A.
"""

import json
import sys
from importlib import metadata

import torch
import torch.nn.utils.parametrize

# Newer versions of geotorch use torch's module; the package still asks for geotorch's.
sys.modules["geotorch.parametrize"] = torch.nn.utils.parametrize
from rotograd import RotoGrad  # noqa: E402

torch.set_default_dtype(torch.float64)
samples, inputs, width, tasks = 4, 3, 5, 3


def draw(*shape):
    # Numbers that single precision holds exactly: what is under test is float32.
    return torch.randint(-32, 33, shape) / 16.0


def run(dimensions, burn_in, steps):
    torch.manual_seed(7)
    backbone = torch.nn.Sequential(torch.nn.Linear(inputs, width), torch.nn.Tanh())
    heads = [torch.nn.Linear(width, 1) for _ in range(tasks)]
    linear = list(heads)
    model = RotoGrad(backbone, heads, dimensions, burn_in_period=burn_in)
    skews = [getattr(model.parametrizations, f"rotation_{k}") for k in range(tasks)]
    out = []
    for _ in range(steps):
        x, labels = draw(samples, inputs), draw(tasks, samples)
        with torch.no_grad():
            for parameter in [*backbone.parameters(), *[p for head in linear for p in head.parameters()]]:
                parameter.copy_(draw(*parameter.shape))
            for skew in skews:
                lower = draw(dimensions, dimensions).tril(-1)
                skew[0].base.copy_(torch.linalg.matrix_exp(lower - lower.T))
                skew.original.zero_()
        model.zero_grad()
        for module in [backbone, *linear]:
            module.zero_grad()
        model.train()
        predictions = model(x)
        losses = [((p[:, 0] - y) ** 2).mean() for p, y in zip(predictions, labels)]
        model.backward(losses)
        gradients = torch.stack(model.original_grads)
        lengths = gradients.flatten(1).norm(dim=1)
        # The package's objective is the paper's times this number, up to a constant.
        factor = 2 * gradients.mean(0).norm()
        out.append(
            {
                "x": x.tolist(),
                "labels": labels.tolist(),
                "kernel": backbone[0].weight.T.tolist(),
                "bias": backbone[0].bias.tolist(),
                "heads": [{"kernel": h.weight[0].tolist(), "bias": h.bias.tolist()} for h in linear],
                "rotations": [s[0].base.tolist() for s in skews],
                "losses": [loss.item() for loss in losses],
                "lengths": lengths.tolist(),
                "gradients": {
                    "kernel": backbone[0].weight.grad.T.tolist(),
                    "bias": backbone[0].bias.grad.tolist(),
                    "heads": [
                        {"kernel": h.weight.grad[0].tolist(), "bias": h.bias.grad.tolist()} for h in linear
                    ],
                    # In the entries of A below the diagonal; those above are their negatives.
                    "turns": [((s.original.grad - s.original.grad.T) / factor).tolist() for s in skews],
                },
            }
        )
    return out


versions = {name: metadata.version(name) for name in ["rotograd", "geotorch", "torch"]}
cases = {
    "all": {"dimensions": 5, "burnIn": 2, "steps": run(5, 2, 4)},
    "some": {"dimensions": 3, "burnIn": 20, "steps": run(3, 20, 2)},
}
print(json.dumps({"versions": versions, **cases}, indent=1))
