"""Values that test/loss and test/detector compare with, by PyTorch 2.13 in double precision.

    python detection_losses.py > ../../test/fixtures/detection-losses.json

Inputs come from a formula that the test repeats: entry i is amplitude * sin(1 + rate * i), so that no table of inputs is needed.
"""

import json
import math

import torch
from torch import nn
from torch.nn import functional as F

PICTURES, PRIORS, CLASSES = 3, 40, 4
WIDTH = 5 + CLASSES
LOCALIZATION = 6


def wave(shape, amplitude, rate):
    count = math.prod(shape)
    return torch.tensor([amplitude * math.sin(1 + rate * i) for i in range(count)], dtype=torch.float64).reshape(shape)


def labels():
    """Picture 0: few matched, some ignored. Picture 1: none matched. Picture 2: so many that background runs short."""
    classes = torch.zeros(PICTURES, PRIORS, dtype=torch.long)
    classes[0, [3, 17, 29]] = torch.tensor([1, 4, 2])
    classes[0, [4, 18, 30, 31]] = -1
    classes[1, [0, 39]] = -1
    classes[2, :25] = torch.arange(25) % CLASSES + 1
    return classes


def confidence(entropy, classes, matched, kind):
    positive, background = entropy[classes > 0], entropy[classes == 0]
    if kind == "mined":
        return positive.sum() + background.sort(descending=True).values[: 3 * matched].sum()
    if kind == "all":
        return positive.sum() + 5 * matched * background.mean()
    focal = lambda e: ((1 - torch.exp(-e)) ** 2 * e).sum()
    return 0.25 * focal(positive) + 0.75 * focal(background)


def losses(output, classes, targets, kind):
    values = []
    for row, own, boxes in zip(output, classes, targets):
        matched = max(1, int((own > 0).sum()))
        entropy = F.cross_entropy(row[:, 4:], own.clamp(min=0), reduction="none")
        located = F.smooth_l1_loss(row[own > 0, :4], boxes[own > 0], reduction="sum")
        values.append((confidence(entropy, own, matched, kind) + LOCALIZATION * located) / matched)
    return torch.stack(values)


def rock_parameters():
    """Of the SSD part at 480 x 640: five added blocks with their norms, and two convolutions a map."""
    channels, squeezes, priors = [2048, 1024, 512, 256, 256, 256], [1024, 256, 128, 128, 128], [4, 6, 6, 6, 4, 4]
    windows = [3, 3, 3, 3, (2, 3)]
    blocks = [
        nn.Sequential(nn.Conv2d(i, s, 1), nn.BatchNorm2d(s), nn.Conv2d(s, o, w), nn.BatchNorm2d(o))
        for i, o, s, w in zip(channels, channels[1:], squeezes, windows)
    ]
    heads = [nn.Conv2d(c, n * k, 3) for c, n in zip(channels, priors) for k in (4, 20)]
    return sum(p.numel() for module in [*blocks, *heads] for p in module.parameters())


def main():
    classes, targets = labels(), wave((PICTURES, PRIORS, 4), 1.5, 2.3)
    found = {}
    for kind in ("mined", "all", "focal"):
        output = wave((PICTURES, PRIORS, WIDTH), 3, 1.7).requires_grad_()
        values = losses(output, classes, targets, kind)
        values.sum().backward()
        # Norm and one projection of the gradient, picture by picture: every entry counts in both.
        weights = wave((PICTURES, PRIORS, WIDTH), 1, 0.9)
        found[kind] = {
            "values": values.tolist(),
            "slopeNorms": output.grad.flatten(1).norm(dim=1).tolist(),
            "slopeProjections": (output.grad * weights).flatten(1).sum(1).tolist(),
        }
    print(json.dumps({"torch": torch.__version__.split("+")[0], "losses": found, "rockParameters": rock_parameters()}, indent=2))


if __name__ == "__main__":
    main()
