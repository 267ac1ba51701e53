"""A training step of the decoder of src/model in PyTorch: the same parameters, the same batch, the same arithmetic.

    python train.py FILE THREADS

FILE is the safetensors file that ../speed/train.ts writes: parameters by their paths, the batch, and in its metadata the number of heads
and the options of the optimiser. Reads one request a line, {"steps": n}, and answers with one line of JSON.

    pip install torch==2.13.0 numpy
"""

import json
import math
import sys
import time

import numpy
import torch
from torch import nn
from torch.nn import functional as F

TYPES = {"F32": numpy.float32, "I32": numpy.int32}


def read_file(path):
    """The arrays of a safetensors file by name, and its metadata."""
    with open(path, "rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
        body = file.read()
    metadata = header.pop("__metadata__", {})
    metadata.pop("crc32c", None)  # a checksum of the file
    arrays = {}
    for name, entry in header.items():
        start, _ = entry["data_offsets"]
        values = numpy.frombuffer(body, TYPES[entry["dtype"]], math.prod(entry["shape"]), start)
        arrays[name] = torch.from_numpy(values.reshape(entry["shape"]).copy())
    return arrays, metadata


class Block(nn.Module):
    def __init__(self, size, heads):
        super().__init__()
        self.heads = heads
        self.attentionNorm = nn.LayerNorm(size)
        self.attention = nn.ModuleDict({"project": nn.Linear(size, 3 * size), "merge": nn.Linear(size, size)})
        self.hiddenNorm = nn.LayerNorm(size)
        self.hidden = nn.Linear(size, 4 * size)
        self.output = nn.Linear(4 * size, size)

    def forward(self, x, cos, sin):
        batch, time, size = x.shape
        half = size // self.heads // 2
        # Columns: first halves of queries and keys, second halves of both, values.
        first, second, values = self.attention["project"](self.attentionNorm(x)).split(size, dim=-1)
        first = first.view(batch, time, 2, self.heads, half)
        second = second.view(batch, time, 2, self.heads, half)
        turned = torch.cat([first * cos - second * sin, first * sin + second * cos], -1)
        q, k = turned.permute(2, 0, 3, 1, 4).unbind(0)
        v = values.view(batch, time, self.heads, 2 * half).transpose(1, 2)
        found = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.attention["merge"](found.transpose(1, 2).reshape(batch, time, size))
        return x + self.output(F.gelu(self.hidden(self.hiddenNorm(x))))


class Decoder(nn.Module):
    def __init__(self, vocabulary, size, heads, layers):
        super().__init__()
        self.width = size // heads
        self.tokens = nn.Embedding(vocabulary, size)
        self.blocks = nn.ModuleList([Block(size, heads) for _ in range(layers)])
        self.norm = nn.LayerNorm(size)
        self.output = nn.Linear(size, vocabulary)

    def forward(self, tokens, positions):
        speeds = 10000.0 ** (-torch.arange(0, self.width, 2) / self.width)
        angles = positions[:, :, None, None, None].float() * speeds
        cos, sin = angles.cos(), angles.sin()
        x = self.tokens(tokens)
        for block in self.blocks:
            x = block(x, cos, sin)
        return self.output(self.norm(x))


def load(arrays, heads):
    """A decoder with the parameters of a file: dense kernels are [inputs, outputs] there."""
    vocabulary, size = arrays["params/trunk/tokens/table"].shape
    layers = len({name.split("/")[3] for name in arrays if name.startswith("params/trunk/blocks/")})
    decoder = Decoder(vocabulary, size, heads, layers)
    own = dict(decoder.named_parameters())
    names = {"kernel": "weight", "scale": "weight", "shift": "bias", "table": "weight"}
    for name, value in arrays.items():
        kind, _, *parts = name.split("/")
        if kind != "params":
            continue
        leaf = parts[-1]
        parts[-1] = names.get(leaf, leaf)
        own.pop(".".join(parts)).data.copy_(value.T if leaf == "kernel" else value)
    if own:
        raise ValueError(f"the file has no values for {', '.join(own)}")
    return decoder


path, threads = sys.argv[1], int(sys.argv[2])
torch.set_num_threads(threads)
arrays, metadata = read_file(path)
decoder = load(arrays, int(metadata["heads"]))
tokens, positions = arrays["batch/tokens"].long(), arrays["batch/positions"]
labels, targets = arrays["batch/labels"].long().flatten(), arrays["batch/masks/main"].flatten()
optimizer = torch.optim.AdamW(
    decoder.parameters(),
    lr=float(metadata["learningRate"]),
    betas=(0.9, float(metadata["beta2"])),
    weight_decay=float(metadata["weightDecay"]),
    fused=metadata["fused"] == "true",
)


def step():
    optimizer.zero_grad(set_to_none=True)
    found = decoder(tokens, positions)
    losses = F.cross_entropy(found.flatten(0, 1), labels, reduction="none")
    loss = (losses * targets).sum() / targets.sum()
    loss.backward()
    nn.utils.clip_grad_norm_(decoder.parameters(), float(metadata["maxGradientNorm"]))
    optimizer.step()
    return loss.item()


print(json.dumps({"version": f"torch {torch.__version__}"}), flush=True)
for line in sys.stdin:
    times, losses = [], []
    for _ in range(json.loads(line)["steps"]):
        start = time.perf_counter()
        losses.append(step())
        times.append((time.perf_counter() - start) * 1000)
    print(json.dumps({"ms": times, "losses": losses}), flush=True)
