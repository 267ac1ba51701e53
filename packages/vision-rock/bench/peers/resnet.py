"""ResNet-50 of torchvision, written down again, and the fixture of test/backbone/import-resnet50.test.ts.

    python resnet.py FOLDER

Prints the number of parameters without the classifier, compares names, shapes and outputs with torchvision's own where that is installed, and
writes into FOLDER a narrow network with random weights (resnet-narrow.safetensors; .onnx where the onnx package is installed) and its outputs
for a picture x_i = sin(0.37 i) of 33 x 47 (resnet-narrow.json).

    pip install torch==2.13.0 safetensors==0.8.0 [torchvision onnx]
"""

import json
import math
import sys

import torch
from safetensors.torch import save_file
from torch import nn

FULL = (3, 4, 6, 3)


class Bottleneck(nn.Module):
    def __init__(self, inputs, width, stride, dilation, first):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, width, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, stride, dilation, dilation, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.conv3 = nn.Conv2d(width, 4 * width, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(4 * width)
        self.downsample = None
        if first:
            short = nn.Conv2d(inputs, 4 * width, 1, stride, bias=False)
            self.downsample = nn.Sequential(short, nn.BatchNorm2d(4 * width))

    def forward(self, x):
        y = torch.relu(self.bn1(self.conv1(x)))
        y = torch.relu(self.bn2(self.conv2(y)))
        y = self.bn3(self.conv3(y))
        return torch.relu(y + (x if self.downsample is None else self.downsample(x)))


class Resnet(nn.Module):
    def __init__(self, base, blocks, dilated):
        super().__init__()
        self.conv1 = nn.Conv2d(3, base, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(base)
        inputs = base
        for stage, count in enumerate(blocks):
            spread = dilated and stage == 3
            width = base * 2**stage
            layer = []
            for place in range(count):
                stride = 2 if place == 0 and stage > 0 and not spread else 1
                dilation = 2 if spread and place > 0 else 1
                layer.append(Bottleneck(inputs, width, stride, dilation, place == 0))
                inputs = 4 * width
            setattr(self, f"layer{stage + 1}", nn.Sequential(*layer))

    def forward(self, x):
        x = torch.relu(self.bn1(self.conv1(x)))
        x = nn.functional.max_pool2d(x, 3, 2, 1)
        return self.layer4(self.layer3(self.layer2(self.layer1(x))))


def randomise(net):
    """Statistics and affine parts that no default hides."""
    for module in net.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.normal_(module.bias, 0, 0.2)
            nn.init.normal_(module.running_mean, 0, 0.2)
            nn.init.uniform_(module.running_var, 0.5, 1.5)
    return net.eval()


def compare_with_torchvision(net, dilated):
    try:
        from torchvision.models import resnet50
    except Exception as reason:  # an absent or unfitting torchvision is no fault of this script
        print("torchvision is not here:", reason)
        return
    theirs = resnet50(weights=None, replace_stride_with_dilation=[False, False, dilated])
    theirs.fc = nn.Identity()
    theirs.load_state_dict(net.state_dict())
    theirs.eval()
    x = torch.randn(1, 3, 64, 96)
    with torch.no_grad():
        y = theirs.maxpool(theirs.relu(theirs.bn1(theirs.conv1(x))))
        y = theirs.layer4(theirs.layer3(theirs.layer2(theirs.layer1(y))))
        print("as torchvision's, greatest difference", (y - net(x)).abs().max().item(), "of", y.abs().max().item())


def main(folder):
    torch.manual_seed(5)
    for dilated in (True, False):
        net = randomise(Resnet(64, FULL, dilated))
        kernels = sum(p.numel() for p in net.parameters() if p.dim() == 4)
        norms = sum(p.numel() for p in net.parameters() if p.dim() == 1)
        print(f"dilated {dilated}: {kernels} of kernels + {norms} of norms = {kernels + norms}")
        compare_with_torchvision(net, dilated)
    blocks = (1, 2, 1, 2)
    narrow = randomise(Resnet(2, blocks, True))
    plain = Resnet(2, blocks, False).eval()
    plain.load_state_dict(narrow.state_dict())
    picture = torch.tensor([math.sin(0.37 * i) for i in range(33 * 47 * 3)]).reshape(1, 33, 47, 3)
    x = picture.permute(0, 3, 1, 2)
    outputs = {}
    with torch.no_grad():
        for name, net in (("dilated", narrow), ("plain", plain)):
            y = net(x).permute(0, 2, 3, 1)
            outputs[name] = {"shape": list(y.shape), "values": [float(f"{v:.8g}") for v in y.flatten().tolist()]}
    save_file(narrow.state_dict(), f"{folder}/resnet-narrow.safetensors")
    with open(f"{folder}/resnet-narrow.json", "w") as file:
        json.dump({"base": 2, "blocks": blocks, **outputs}, file)
        file.write("\n")
    try:
        preserve = torch.onnx.TrainingMode.PRESERVE
        options = {"training": preserve, "do_constant_folding": False, "dynamo": False}
        torch.onnx.export(narrow, (x.contiguous(),), f"{folder}/resnet-narrow.onnx", **options)
    except Exception as reason:
        print("no ONNX file:", reason)


main(sys.argv[1])
