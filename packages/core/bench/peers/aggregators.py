"""Directions of aggregators, for packages/core/test/fixtures/aggregators.json, in double precision.

pip install torchjd==0.18.0 numpy; python packages/core/bench/peers/aggregators.py > packages/core/test/fixtures/aggregators.json

TorchJD has GradDrop, TrimmedMean and ExcessMTL. MoCo and DB-MTL are written down here from LibMTL's equations (its package on PyPI is
older than both), with losses that are quadratics, so that autograd takes the gradients.
"""

import json

import torch
from torchjd.aggregation import ExcessMTL, GradDrop, TrimmedMean

torch.set_default_dtype(torch.float64)
torch.manual_seed(5)
steps, tasks, size = 5, 4, 6
# Numbers that single precision holds exactly: the rows under test are float32.
rows = torch.randint(-64, 65, (steps, tasks, size)) / 16.0
rows[1, 2] = 0
losses = torch.randint(1, 64, (steps, tasks)) / 16.0


def graddrop():
    out = []
    for matrix in rows:
        seed = torch.random.get_rng_state()
        draws = torch.rand(size)
        torch.random.set_rng_state(seed)
        leak = torch.full((tasks,), 0.25)
        plain = GradDrop()(matrix)
        torch.random.set_rng_state(seed)
        leaking = GradDrop(leak=leak)(matrix)
        out.append({"draws": draws.tolist(), "direction": plain.tolist(), "leak0.25": leaking.tolist()})
    return out


def excess(step_size, warmup):
    aggregator = ExcessMTL(step_size, warmup)
    return [aggregator(matrix).tolist() for matrix in rows]


def moco(beta, beta_sigma, gamma, gamma_sigma, rho):
    y = torch.zeros(tasks, size)
    weights = torch.full((tasks,), 1.0 / tasks)
    out = []
    for t in range(1, steps + 1):
        unit = rows[t - 1] / (rows[t - 1].norm(dim=1, keepdim=True) + 1e-8) * losses[t - 1][:, None]
        y = y + beta / t**beta_sigma * (unit - y)
        slope = (y @ y.T + rho * torch.eye(tasks)) @ weights
        weights = torch.softmax(weights - gamma / t**gamma_sigma * slope, 0)
        out.append({"weights": weights.tolist(), "direction": (weights @ y).tolist()})
    return out


def db_mtl(beta, beta_sigma):
    buffer = torch.zeros(tasks, size)
    out = []
    for t in range(1, steps + 1):
        # A loss with this value and gradient at x = 0: log(L + 1e-8) is differentiated by autograd.
        x = torch.zeros(size, requires_grad=True)
        logs = [torch.log(losses[t - 1][k] + rows[t - 1][k] @ x + 1e-8) for k in range(tasks)]
        grads = torch.stack([torch.autograd.grad(log, x)[0] for log in logs])
        buffer = torch.lerp(grads, buffer, beta / t**beta_sigma)
        norms = torch.linalg.vector_norm(buffer, dim=1)
        out.append(((norms.amax() / (norms + 1e-8)) @ buffer).tolist())
    return out


print(
    json.dumps(
        {
            "versions": {"torchjd": "0.18.0", "torch": torch.__version__},
            "rows": rows.tolist(),
            "losses": losses.tolist(),
            "graddrop": graddrop(),
            "trimmed_mean": {n: [TrimmedMean(n)(matrix).tolist() for matrix in rows] for n in (0, 1)},
            "excess_mtl": {"step0.01_warmup1": excess(0.01, 1), "step1_warmup2": excess(1.0, 2)},
            "moco": {"defaults": moco(0.5, 0.5, 0.1, 0.5, 0), "other": moco(0.3, 0.25, 0.7, 0.1, 0.2)},
            "db_mtl": {"beta0.9": db_mtl(0.9, 0), "beta0.5_sigma0.5": db_mtl(0.5, 0.5)},
        },
        indent=1,
    )
)
