"""The losses of src/loss in PyTorch, on numbers anyone can make again: the constants of test/loss/reference.test.ts.

    python losses.py

    pip install torch==2.13.0
"""

import json
import math

import torch
from torch.nn import functional as F

BATCH, HEIGHT, WIDTH, SCENES = 2, 2, 3, 4
C = 0.4


def wave(shape, step, size):
    return torch.tensor([size * math.sin(step * i + 0.3) for i in range(math.prod(shape))]).reshape(shape)


def report(name, loss, output):
    """Loss image by image, and the gradient of their sum for the first numbers of the output."""
    values = loss(output)
    (gradient,) = torch.autograd.grad(values.sum(), output)
    rounded = lambda tensor: [float(f"{v:.7g}") for v in tensor.flatten().tolist()]
    return name, {"values": rounded(values), "gradient": rounded(gradient)[:8]}


def over(known, values):
    return (values * known).sum((1, 2)) / known.sum((1, 2))


def berhu(error, c):
    size = error.abs()
    return torch.where(size <= c, size, (size**2 + c**2) / (2 * c))


logits = wave((BATCH, SCENES), 0.9, 2.0).requires_grad_()
scene = torch.tensor([2, 0])
depth = wave((BATCH, HEIGHT, WIDTH), 0.7, 1.6).requires_grad_()
target = wave((BATCH, HEIGHT, WIDTH), 1.3, 1.1)
known = torch.tensor([1, 1, 0, 1, 1, 1, 0, 1, 1, 0, 1, 1.0]).reshape(BATCH, HEIGHT, WIDTH)
vectors = wave((BATCH, HEIGHT, WIDTH, 3), 0.5, 0.8).requires_grad_()
normals = F.normalize(wave((BATCH, HEIGHT, WIDTH, 3), 1.1, 1.0), dim=-1)


def smooth_l1(output):
    return 3 * over(known, F.smooth_l1_loss(output, target, reduction="none"))


def berhu_of_batch(output):
    error = output - target
    return 3 * over(known, berhu(error, 0.2 * (error.abs() * known).max().detach()))


def towards(output):
    unit = F.normalize(output, dim=-1)
    return 30 * over(known, 1 - F.cosine_similarity(output, normals, dim=-1) + ((unit - normals) ** 2).sum(-1))


print(
    json.dumps(
        dict(
            [
                report("scene", lambda x: 3 * F.cross_entropy(x, scene, reduction="none"), logits),
                report("smooth-l1", smooth_l1, depth),
                report("berhu, 0.2 of the greatest", berhu_of_batch, depth),
                report("berhu, 0.4", lambda x: 3 * over(known, berhu(x - target, C)), depth),
                report("normals", towards, vectors),
            ]
        ),
        indent=2,
    )
)
