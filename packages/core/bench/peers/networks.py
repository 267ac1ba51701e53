"""The four networks of the benchmark in PyTorch: ../networks/*.ts with the same parameters and the same arithmetic.

A network is a trunk and one linear head a task; `trunk(batch)` gives what the heads take, `loss(output, labels)` one number.
Parameters and batch are read from a safetensors file that ../worker.ts wrote: names of modules and parameters are those of the
paths there.
"""

import json
import math

import numpy
import torch
from torch import nn
from torch.nn import functional as F

# Layouts in the file to those of PyTorch: dense kernels are [inputs, outputs], convolutions [height, width, inputs, outputs].
TURNS = {2: (1, 0), 4: (3, 2, 0, 1)}
NAMES = {"kernel": "weight", "scale": "weight", "shift": "bias", "table": "weight"}
TYPES = {"F32": numpy.float32, "I32": numpy.int32}


class Mlp(nn.Module):
    width = 512

    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(2048, 512), nn.Linear(512, 512)])

    def forward(self, batch):
        h = batch["x"]
        for layer in self.layers:
            h = F.relu(layer(h))
        return h


class Cnn(nn.Module):
    width = 64

    def __init__(self):
        super().__init__()
        sizes = [(3, 16), (16, 16), (16, 32), (32, 32), (32, 64), (64, 64)]
        self.convolutions = nn.ModuleList([nn.Conv2d(a, b, 3, padding=1) for a, b in sizes])

    def forward(self, batch):
        h = batch["images"]
        for i, convolution in enumerate(self.convolutions):
            h = F.relu(convolution(h))
            if i % 2 == 1:
                h = F.max_pool2d(h, 2)
        return h.mean(dim=(2, 3))


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.project = nn.Linear(width, 3 * width)
        self.merge = nn.Linear(width, width)

    def forward(self, x):
        batch, length, width = x.shape
        parts = self.project(x).view(batch, length, 3, self.heads, width // self.heads)
        q, k, v = parts.permute(2, 0, 3, 1, 4).unbind(0)
        found = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        return self.merge(found.transpose(1, 2).reshape(batch, length, width))


class Block(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.attentionNorm = nn.LayerNorm(width)
        self.attention = Attention(width, heads)
        self.hiddenNorm = nn.LayerNorm(width)
        self.hidden = nn.Linear(width, 4 * width)
        self.output = nn.Linear(4 * width, width)

    def forward(self, x):
        x = x + self.attention(self.attentionNorm(x))
        return x + self.output(F.relu(self.hidden(self.hiddenNorm(x))))


class Transformer(nn.Module):
    width = 256
    length = 128

    def __init__(self):
        super().__init__()
        self.tokens = nn.Embedding(64, self.width)
        self.positions = nn.Embedding(self.length, self.width)
        self.blocks = nn.ModuleList([Block(self.width, 4) for _ in range(4)])
        self.norm = nn.LayerNorm(self.width)
        self.register_buffer("places", torch.arange(self.length), persistent=False)

    def forward(self, batch):
        x = self.tokens(batch["tokens"]) + self.positions(self.places)
        for block in self.blocks:
            x = block(x)
        return self.norm(x)


class Update(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.up = nn.Linear(width, 2 * width)
        self.down = nn.Linear(2 * width, width)
        self.norm = nn.LayerNorm(width)

    def forward(self, x):
        return self.norm(self.down(F.relu(self.up(x))))


class Round(nn.Module):
    def __init__(self, width, last):
        super().__init__()
        self.bond = nn.Linear(13, width, bias=False)
        self.epsilon = nn.Parameter(torch.zeros(1))
        self.update = Update(width)
        if not last:
            self.virtual = Update(width)


class Gin(nn.Module):
    width = 300
    depth = 5
    molecules = 128

    def __init__(self):
        super().__init__()
        self.atom = nn.Linear(174, self.width, bias=False)
        self.virtual = nn.Parameter(torch.zeros(1, self.width))
        self.rounds = nn.ModuleList([Round(self.width, i == self.depth - 1) for i in range(self.depth)])

    def sums(self, rows, ids, count):
        return rows.new_zeros(count, rows.shape[1]).index_add_(0, ids, rows)

    def forward(self, batch):
        source, target, graph = batch["source"], batch["target"], batch["graph"]
        h = self.atom(batch["atoms"])
        v = self.virtual.expand(self.molecules, -1)
        for i, each in enumerate(self.rounds):
            placed = h + v.index_select(0, graph)
            messages = F.relu(placed.index_select(0, source) + each.bond(batch["bonds"]))
            received = self.sums(messages, target, len(h))
            updated = each.update(placed * (each.epsilon + 1) + received)
            last = i == self.depth - 1
            h = updated if last else F.relu(updated)
            if not last:
                v = F.relu(each.virtual(self.sums(placed, graph, self.molecules) + v))
        counts = torch.bincount(graph, minlength=self.molecules).clamp(min=1)
        return self.sums(h, graph, self.molecules) / counts[:, None]


def squared_error(output, labels):
    return F.mse_loss(output.flatten(), labels)


def cross_entropy(output, labels):
    return F.cross_entropy(output.reshape(-1, output.shape[-1]), labels.flatten())


TRUNKS = {"mlp": Mlp, "cnn": Cnn, "transformer": Transformer, "gin": Gin}
OUTPUTS = {"mlp": 1, "cnn": 10, "transformer": 64, "gin": 1}
LOSSES = {"mlp": squared_error, "cnn": cross_entropy, "transformer": cross_entropy, "gin": squared_error}


class Network(nn.Module):
    """The trunk, the heads, and the loss of every task."""

    def __init__(self, name, tasks):
        super().__init__()
        self.trunk = TRUNKS[name]()
        self.heads = nn.ModuleDict({f"task{k}": nn.Linear(self.trunk.width, OUTPUTS[name]) for k in range(tasks)})
        self.loss = LOSSES[name]

    def task_losses(self, features, batch):
        return [self.loss(head(features), batch["labels"][task]) for task, head in self.heads.items()]

    def forward(self, batch):
        return self.task_losses(self.trunk(batch), batch)


def read_file(path):
    """The arrays of a safetensors file by name."""
    with open(path, "rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
        body = file.read()
    header.pop("__metadata__", None)
    arrays = {}
    for name, entry in header.items():
        start, _ = entry["data_offsets"]
        values = numpy.frombuffer(body, TYPES[entry["dtype"]], math.prod(entry["shape"]), start)
        arrays[name] = torch.from_numpy(values.reshape(entry["shape"]).copy())
    return arrays


def load(name, tasks, path, device):
    """A network with the parameters of a file, and the batch of the file."""
    network = Network(name, tasks)
    own = dict(network.named_parameters())
    batch = {"labels": {}}
    for key, value in read_file(path).items():
        kind, *parts = key.split("/")
        if kind == "params":
            embedding = parts[-2] in ("tokens", "positions")
            turned = parts[-1] in ("kernel", "table") and not embedding
            parts[-1] = NAMES.get(parts[-1], parts[-1])
            parameter = own.pop(".".join(parts))
            parameter.data.copy_(value.permute(TURNS[value.dim()]) if turned else value)
            continue
        value = value.long() if value.dtype == torch.int32 else value
        value = value.permute(0, 3, 1, 2).contiguous() if value.dim() == 4 else value
        if parts[0] == "labels":
            batch["labels"][parts[1]] = value.to(device)
        else:
            batch[parts[0]] = value.to(device)
    if own:
        raise ValueError(f"{path} has no values for {', '.join(own)}")
    return network.to(device), batch
