"""A training step of ROCK as ../speed/step.ts makes it, in PyTorch: the same parameters, the same batch, the same arithmetic.

    python step.py FILE THREADS LAYOUT

FILE is the safetensors file that step.ts writes: parameters by their paths, the batch, and in its metadata the weights of the losses and the options of
the optimiser. LAYOUT is "contiguous" or "channels_last". Reads one request a line, {"steps": n}, and answers with one line of JSON.

    pip install torch==2.13.0 numpy
"""

import json
import math
import sys
import time

import numpy
import torch
from torch.nn import functional as F

TYPES = {"F32": numpy.float32, "I32": numpy.int32}
AUXILIARIES = ["scene", "depth", "normals"]


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


def load(arrays, layout):
    """Parameters by path: kernels are [height, width, inputs, outputs] in the file."""
    params = {}
    for name, value in arrays.items():
        if not name.startswith("params/"):
            continue
        if name.endswith("/kernel"):
            value = value.permute(3, 2, 0, 1).contiguous(memory_format=layout)
        params[name.removeprefix("params/")] = value.requires_grad_()
    return params


def conv(p, path, x, stride=1):
    kernel = p[f"{path}/kernel"]
    size = kernel.shape[2]
    if stride == 1:
        return F.conv2d(x, kernel, p[f"{path}/bias"], padding=size // 2)
    # Zeros on one side where TensorFlow's "same" has an odd number of them.
    sides = []
    for side in (x.shape[3], x.shape[2]):
        whole = max(0, (math.ceil(side / stride) - 1) * stride + size - side)
        sides += [whole // 2, whole - whole // 2]
    return F.conv2d(F.pad(x, sides), kernel, p[f"{path}/bias"], stride=stride)


def groups_of(channels):
    groups = max(1, min(32, channels // 8))
    while channels % groups:
        groups -= 1
    return groups


def norm(p, path, x):
    return F.group_norm(x, groups_of(x.shape[1]), p[f"{path}/scale"], p[f"{path}/shift"], eps=1e-5)


def unit(p, path, x, stride=1):
    return F.relu(norm(p, f"{path}/1", conv(p, f"{path}/0", x, stride)))


def backbone(p, x):
    for layer in range(3):
        x = unit(p, f"trunk/backbone/{layer}", x, stride=2)
    layer = 3
    while f"trunk/backbone/{layer}/0/0/kernel" in p:
        path = f"trunk/backbone/{layer}"
        inner = unit(p, f"{path}/0", x)
        x = F.relu(x + norm(p, f"{path}/1/1", conv(p, f"{path}/1/0", inner)))
        layer += 1
    return x


def block(p, x):
    encoded = unit(p, "trunk/block/encoder/1", unit(p, "trunk/block/encoder/0", x))
    features = {task: conv(p, f"trunk/block/features/{task}/0", encoded) for task in AUXILIARIES}
    decoded = [unit(p, f"trunk/block/fusion/decoders/{task}", features[task]) for task in AUXILIARIES]
    return F.relu(norm(p, "trunk/block/fusion/norm", x + sum(decoded))), features


def detector(p, x, width):
    outputs = []
    for level in range(3):
        if level > 0:
            path = f"heads/detection/added/{level}"
            x = unit(p, f"{path}/1", unit(p, f"{path}/0", x), stride=2)
        found = conv(p, f"heads/detection/predictors/{level}", x)
        outputs.append(found.permute(0, 2, 3, 1).reshape(x.shape[0], -1, width))
    return torch.cat(outputs, 1)


def forward(p, x, width):
    refined, features = block(p, backbone(p, x))
    normals = features["normals"]
    return {
        "detection": detector(p, refined, width),
        "scene": features["scene"].mean((2, 3)),
        "depth": features["depth"].mean(1),
        "normals": normals.unflatten(1, (3, normals.shape[1] // 3)).mean(2),
    }


def mean_of(values, mask):
    return (values * mask).sum() / mask.sum().clamp(min=1)


def known_mean(values, known, mask, weight):
    count = known.sum((1, 2))
    means = (values * known).sum((1, 2)) / count.clamp(min=1)
    return mean_of(weight * means, mask * count.clamp(max=1))


def detection_loss(found, batch, weight):
    labels, offsets = batch["classes"], batch["offsets"]
    logits = found[:, :, 4:]
    positive, negative = (labels > 0).float(), (labels == 0).float()
    matched = positive.sum(1).clamp(min=1)
    entropy = F.cross_entropy(logits.flatten(0, 1), labels.clamp(min=0).long().flatten(), reduction="none")
    entropy = entropy.view_as(labels)
    hardest = (entropy * negative).sort(1, descending=True).values
    within = (torch.arange(labels.shape[1]) < 3 * matched[:, None]).float()
    confidence = (entropy * positive).sum(1) + (hardest * within).sum(1)
    distance = F.smooth_l1_loss(found[:, :, :4], offsets, reduction="none").sum(2)
    located = (distance * positive).sum(1)
    return mean_of((confidence + weight * located) / matched, batch["masks/detection"])


def losses_of(p, batch, weights):
    outputs = forward(p, batch["inputs"], 5 + CLASSES)
    scene = F.cross_entropy(outputs["scene"], batch["scene"].long(), reduction="none")
    depth = F.smooth_l1_loss(outputs["depth"], batch["logDepth"], reduction="none")
    unit_normals = outputs["normals"] * torch.rsqrt(outputs["normals"].square().sum(1, keepdim=True) + 1e-8)
    true = batch["normals"].permute(0, 3, 1, 2)
    normals = (1 - (unit_normals * true).sum(1)) + (unit_normals - true).square().sum(1)
    return [
        detection_loss(outputs["detection"], batch, weights["localization"]),
        mean_of(weights["scene"] * scene, batch["masks/scene"]),
        known_mean(depth, batch["depthKnown"], batch["masks/depth"], weights["depth"]),
        known_mean(normals, batch["normalsKnown"], batch["masks/normals"], weights["normals"]),
    ]


path, threads = sys.argv[1], int(sys.argv[2])
layout = getattr(torch, f"{sys.argv[3]}_format" if sys.argv[3] == "contiguous" else sys.argv[3])
torch.set_num_threads(threads)
arrays, metadata = read_file(path)
weights = {name: float(value) for name, value in metadata.items()}
params = load(arrays, layout)
batch = {name.removeprefix("batch/"): value for name, value in arrays.items() if name.startswith("batch/")}
batch["inputs"] = batch["inputs"].permute(0, 3, 1, 2).contiguous(memory_format=layout)
cells = params["heads/detection/predictors/0/bias"].shape[0]
CLASSES = cells // 5 - 5
optimizer = torch.optim.AdamW(
    params.values(), lr=weights["learningRate"], weight_decay=weights["weightDecay"], fused=True
)


def step():
    optimizer.zero_grad(set_to_none=True)
    loss = sum(losses_of(params, batch, weights))
    loss.backward()
    torch.nn.utils.clip_grad_norm_(params.values(), weights["maxGradientNorm"])
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
