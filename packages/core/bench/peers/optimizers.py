"""Steps of PyTorch's optimisers, the reference of test/optimize.test.ts.

    pip install torch==2.13.0
    python packages/core/bench/peers/optimizers.py > packages/core/test/fixtures/optimizers.json

Float64; every run starts at the same four parameters and sees the same gradients; `params` holds them after each step.
"""

import json

import torch

START = [0.5, -1.25, 3.0, 0.001]
GRADIENTS = [[0.1, -2.0, 0.0, 1e-3], [-0.3, -1.5, 4.0, 1e-4], [0.2, 0.5, -4.0, -1e-3], [1.0, 0.0, 0.25, 1e-5]]
RUNS = [
    ("sgd", torch.optim.SGD, {"lr": 0.1}),
    ("sgd", torch.optim.SGD, {"lr": 0.1, "momentum": 0.9}),
    ("sgd", torch.optim.SGD, {"lr": 0.05, "momentum": 0.8, "weight_decay": 0.01}),
    ("sgd", torch.optim.SGD, {"lr": 0.05, "momentum": 0.9, "nesterov": True, "weight_decay": 0.1}),
    ("rmsprop", torch.optim.RMSprop, {"lr": 0.01}),
    ("rmsprop", torch.optim.RMSprop, {"lr": 0.05, "alpha": 0.9, "eps": 1e-3, "weight_decay": 0.1, "momentum": 0.8}),
    ("adam", torch.optim.Adam, {"lr": 0.01}),
    ("adam", torch.optim.Adam, {"lr": 0.1, "betas": (0.5, 0.9), "eps": 1e-3, "weight_decay": 0.1}),
    ("adamw", torch.optim.AdamW, {"lr": 0.01}),
    ("adamw", torch.optim.AdamW, {"lr": 0.1, "betas": (0.8, 0.95), "eps": 1e-6, "weight_decay": 0.3}),
]
NAMES = {"lr": "learningRate", "weight_decay": "weightDecay", "eps": "epsilon", "alpha": "decay"}


def options(given):
    named = {NAMES.get(key, key): value for key, value in given.items() if key != "betas"}
    if "betas" in given:
        named["beta1"], named["beta2"] = given["betas"]
    return named


def steps(kind, given):
    param = torch.tensor(START, dtype=torch.float64, requires_grad=True)
    optimizer = kind([param], **given)
    after = []
    for gradient in GRADIENTS:
        param.grad = torch.tensor(gradient, dtype=torch.float64)
        optimizer.step()
        after.append(param.tolist())
    return after


runs = [{"optimizer": name, "options": options(given), "params": steps(kind, given)} for name, kind, given in RUNS]
print(json.dumps({"torch": torch.__version__, "start": START, "gradients": GRADIENTS, "runs": runs}, indent=1))
