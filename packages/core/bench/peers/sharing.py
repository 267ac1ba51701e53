"""Outputs and gradients of networks with shared parts in PyTorch, the reference of test/reference/sharing.test.ts.

    pip install torch==2.13.0
    python packages/core/bench/peers/sharing.py > packages/core/test/fixtures/sharing.json

Float64. Layers 3 -> 5 -> 4 with tanh, two tasks with a linear head each; written from the papers' equations with torch.nn.Linear. Every case
has its parameters by path (kernels as [inputs, outputs]), the outputs of both tasks, and the gradients of sum_k sum_n c_nk y_nk by path.
"""

import json

import torch
from torch import nn

torch.manual_seed(0)
torch.set_default_dtype(torch.float64)
TASKS = ["a", "b"]
SIZES = [(3, 5), (5, 4)]
x = torch.randn(6, 3)
c = torch.randn(6, 2)


class Case:
    """Collects parameters under the paths that ours have."""

    def __init__(self):
        self.params = {}

    def linear(self, path, inputs, outputs, bias=True):
        layer = nn.Linear(inputs, outputs, bias=bias)
        self.params[f"{path}/kernel"] = layer.weight
        if bias:
            self.params[f"{path}/bias"] = layer.bias
        return layer

    def layer(self, path, l):
        linear = self.linear(path, *SIZES[l])
        return lambda v: torch.tanh(linear(v))

    def chain(self, path):
        first, second = self.layer(f"{path}/0", 0), self.layer(f"{path}/1", 1)
        return lambda v: second(first(v))

    def head(self, path):
        return self.linear(path, 4, 1)

    def gate(self, path, width, experts):
        return nn.Sequential(self.linear(path, width, experts, bias=False), nn.Softmax(dim=1))

    def told(self, outputs):
        (torch.cat(outputs, 1) * c).sum().backward()
        flat = lambda path, value: (value.T if path.endswith("/kernel") else value).reshape(-1).tolist()
        return {
            "params": {path: flat(path, p.detach()) for path, p in self.params.items()},
            "outputs": {task: y.detach().reshape(-1).tolist() for task, y in zip(TASKS, outputs)},
            "gradients": {path: flat(path, p.grad) for path, p in self.params.items()},
        }


def mix(weights, values):
    return torch.einsum("ne,end->nd", weights, torch.stack(values))


def mmoe(experts=3):
    case = Case()
    shared = [case.chain(f"trunk/experts/{e}") for e in range(experts)]
    outputs = []
    for task in TASKS:
        gate, head = case.gate(f"heads/{task}/gate", 3, experts), case.head(f"heads/{task}/head")
        outputs.append(head(mix(gate(x), [f(x) for f in shared])))
    return case.told(outputs)


def cgc(shared_experts=2, task_experts=1):
    case = Case()
    shared = [case.chain(f"trunk/0/shared/{e}") for e in range(shared_experts)]
    outputs = []
    for task in TASKS:
        own = [case.chain(f"heads/{task}/experts/{e}") for e in range(task_experts)]
        gate = case.gate(f"heads/{task}/gate", 3, task_experts + shared_experts)
        outputs.append(case.head(f"heads/{task}/head")(mix(gate(x), [f(x) for f in own + shared])))
    return case.told(outputs)


def ple(shared_experts=2, task_experts=2):
    case = Case()
    both = task_experts + shared_experts
    shared = [case.layer(f"trunk/0/shared/{e}", 0) for e in range(shared_experts)]
    own = {t: [case.layer(f"trunk/0/tasks/{t}/experts/{e}", 0) for e in range(task_experts)] for t in TASKS}
    a_s, a = [f(x) for f in shared], {t: [f(x) for f in own[t]] for t in TASKS}
    u = {t: mix(case.gate(f"trunk/0/tasks/{t}/gate", 3, both)(x), a[t] + a_s) for t in TASKS}
    everything = [v for t in TASKS for v in a[t]] + a_s
    u_s = mix(case.gate("trunk/0/gate", 3, len(everything))(x), everything)
    b_s = [case.layer(f"trunk/1/shared/{e}", 1)(u_s) for e in range(shared_experts)]
    outputs = []
    for t in TASKS:
        b = [case.layer(f"heads/{t}/experts/{e}", 1)(u[t]) for e in range(task_experts)]
        mixed = mix(case.gate(f"heads/{t}/gate", 5, both)(u[t]), b + b_s)
        outputs.append(case.head(f"heads/{t}/head")(mixed))
    return case.told(outputs)


def mtan():
    case = Case()
    p = [case.layer("trunk/0", 0)(x)]
    p.append(case.layer("trunk/1", 1)(p[0]))
    outputs = []
    for task in TASKS:
        at = f"heads/{task}/attention"

        def mask(l, inputs, width):
            inner, outer = case.linear(f"{at}/{l}/mask/0", inputs, width), case.linear(f"{at}/{l}/mask/1", width, width)
            return lambda v: torch.sigmoid(outer(torch.relu(inner(v))))

        first = mask(0, 5, 5)(p[0]) * p[0]
        carried = case.layer(f"{at}/1/carry", 1)(first)
        second = mask(1, 8, 4)(torch.cat([p[1], carried], 1)) * p[1]
        outputs.append(case.head(f"heads/{task}/head")(second))
    return case.told(outputs)


def cross_stitch():
    case = Case()
    values = [x, x]
    for l in range(2):
        given = [case.layer(f"trunk/{l}/columns/{t}", l)(v) for t, v in zip(TASKS, values)]
        unit = case.params[f"trunk/{l}/unit"] = nn.Parameter(torch.randn(2, 2))
        values = [unit[k, 0] * given[0] + unit[k, 1] * given[1] for k in range(2)]
    return case.told([case.head(f"heads/{t}")(v) for t, v in zip(TASKS, values)])


def adapters(size=2):
    case = Case()
    shared = [case.layer(f"trunk/{l}", l) for l in range(2)]
    outputs = []
    for task in TASKS:
        h = x
        for l, layer in enumerate(shared):
            h, at, width = layer(h), f"heads/{task}/adapters/{l}", SIZES[l][1]
            down, up = case.linear(f"{at}/down", width, size), case.linear(f"{at}/up", size, width)
            h = h + up(torch.relu(down(h)))
        outputs.append(case.head(f"heads/{task}/head")(h))
    return case.told(outputs)


cases = {"mmoe": mmoe(), "cgc": cgc(), "ple": ple(), "mtan": mtan(), "crossStitch": cross_stitch(), "residualAdapters": adapters()}
print(json.dumps({"torch": torch.__version__, "x": x.tolist(), "c": c.tolist(), "cases": cases}))
