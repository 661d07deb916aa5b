"""One training step of a MobileNet-like super-net in PyTorch: SIZE BATCH THREADS TABLE (JSON). Prints ms/step.

Convolutions, norms, gates and importances; masks of weights and thresholds are left out.
"""
import json
import sys

import torch
from torch import nn

from torch_timing import print_step_time

SIZE, BATCH, THREADS = map(int, sys.argv[1:4])
TABLE = json.loads(sys.argv[4])
torch.set_num_threads(THREADS)


def conv(inputs, outputs, kernel=1, stride=1, groups=1):
    return nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False)


class Gated(nn.Module):
    """A batch norm, then a gate for each channel."""

    def __init__(self, channels):
        super().__init__()
        self.norm, self.logits = nn.BatchNorm2d(channels), nn.Parameter(torch.zeros(channels))

    def forward(self, x):
        return self.norm(x) * torch.sigmoid(self.logits)[:, None, None]


def mbconv(inputs, outputs, kernel, expansion, stride):
    wide = inputs * expansion
    return nn.Sequential(
        conv(inputs, wide),
        nn.BatchNorm2d(wide),
        nn.ReLU6(),
        conv(wide, wide, kernel, stride, wide),
        Gated(wide),
        nn.ReLU6(),
        conv(wide, outputs),
        Gated(outputs),
    )


class Layer(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.shortcut = stride == 1 and inputs == outputs
        shapes = [(c["kernel"], c["expansion"]) for c in TABLE["candidates"]]
        self.candidates = nn.ModuleList([mbconv(inputs, outputs, k, e, stride) for k, e in shapes])
        self.alpha = nn.Parameter(torch.zeros(len(shapes)))

    def forward(self, x):
        y = sum(w * candidate(x) for w, candidate in zip(torch.sigmoid(self.alpha), self.candidates))
        return y + x if self.shortcut else y


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        stem, width = TABLE["stem"], TABLE["first"]
        self.stem = nn.Sequential(conv(3, stem, 3, TABLE["stemStride"]), nn.BatchNorm2d(stem), nn.ReLU6())
        self.first = nn.Sequential(
            conv(stem, stem, 3, 1, stem), nn.BatchNorm2d(stem), nn.ReLU6(), conv(stem, width), nn.BatchNorm2d(width)
        )
        layers = []
        for group in TABLE["groups"]:
            for i in range(group["layers"]):
                layers.append(Layer(width, group["channels"], group["stride"] if i == 0 else 1))
                width = group["channels"]
        self.layers = nn.Sequential(*layers)
        self.head = nn.Sequential(conv(width, TABLE["head"]), Gated(TABLE["head"]), nn.ReLU6())
        self.classifier = nn.Linear(TABLE["head"], 10)

    def forward(self, x):
        return self.classifier(self.head(self.layers(self.first(self.stem(x)))).mean((2, 3)))


print_step_time(Net(), BATCH, SIZE, warm_up=1, steps=3)
