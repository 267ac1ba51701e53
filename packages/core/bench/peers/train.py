"""Training steps of a network of networks.py in PyTorch, made on request.

Reads {"steps": n} a line, answers with {"ms": [...], "losses": [...]}: milliseconds and sum of the task losses of every step.

    python train.py NETWORK TASKS MODE FILE [THREADS] [DEVICE]

MODE is `eager`, `fused` (eager, and Adam's fused kernel) or `compile` (torch.compile, and Adam's fused kernel) for the plain sum of
the losses; with PCGrad as the rule `autojac` and `autogram` (TorchJD's two ways) or `libmtl` (LibMTL's class).
    pip install torch==2.13.0 numpy torchjd==0.18.0 && pip install --no-deps LibMTL==1.1.5
"""

import importlib.metadata
import importlib.util
import json
import random
import sys
import time
import types

import torch

from networks import load

name, tasks, mode, path = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4]
threads = int(sys.argv[5]) if len(sys.argv) > 5 else 2
device = torch.device(sys.argv[6] if len(sys.argv) > 6 else "cpu")
torch.set_num_threads(threads)
torch.manual_seed(0)
random.seed(0)

network, batch = load(name, tasks, path, device)
fused = {"fused": True} if mode in ("fused", "compile") else {}
optimizer = torch.optim.Adam(network.parameters(), lr=1e-3, **fused)
shared = list(network.trunk.parameters())


def plain():
    run = torch.compile(network) if mode == "compile" else network

    def backward():
        loss = sum(run(batch))
        loss.backward()
        return loss

    return backward


def autojac():
    from torchjd.aggregation import PCGrad
    from torchjd.autojac import jac_to_grad, mtl_backward

    aggregator = PCGrad()

    def backward():
        features = network.trunk(batch)
        losses = network.task_losses(features, batch)
        mtl_backward(losses, features=features)
        jac_to_grad(shared, aggregator)
        return sum(losses)

    return backward


def autogram():
    from torchjd.aggregation import PCGradWeighting
    from torchjd.autogram import Engine

    engine = Engine(network.trunk, batch_dim=None)
    weighting = PCGradWeighting()

    def backward():
        losses = torch.stack(network(batch))
        weights = weighting(engine.compute_gramian(losses))
        losses.backward(weights)
        return losses.sum()

    return backward


def libmtl():
    # Its own __init__ needs a torchvision older than any that fits this PyTorch; the rule needs none.
    for package in ("LibMTL", "LibMTL.weighting"):
        module = types.ModuleType(package)
        module.__path__ = list(importlib.util.find_spec(package).submodule_search_locations)
        sys.modules[package] = module
    pcgrad = importlib.import_module("LibMTL.weighting.PCGrad").PCGrad

    class Rule(pcgrad):
        def get_share_params(self):
            return network.trunk.parameters()

        def zero_grad_share_params(self):
            network.trunk.zero_grad(set_to_none=False)

    rule = Rule()
    rule.task_num, rule.device, rule.rep_grad = tasks, device, False

    def backward():
        losses = network(batch)
        rule.backward(losses)
        return sum(losses)

    return backward


ways = {"autojac": autojac, "autogram": autogram, "libmtl": libmtl}
backward = ways.get(mode, plain)()
package = {"autojac": "torchjd", "autogram": "torchjd", "libmtl": "LibMTL"}.get(mode, "torch")
print(json.dumps({"version": f"{package} {importlib.metadata.version(package)}"}), flush=True)
for line in sys.stdin:
    times, losses = [], []
    for _ in range(json.loads(line)["steps"]):
        start = time.perf_counter()
        optimizer.zero_grad(set_to_none=True)
        loss = backward()
        optimizer.step()
        losses.append(loss.item())
        if device.type == "cuda":
            torch.cuda.synchronize()
        times.append((time.perf_counter() - start) * 1000)
    print(json.dumps({"ms": times, "losses": losses}), flush=True)
