"""One training step of a super-net's convolutions in PyTorch: SIZE CHANNELS BATCH THREADS CELLS NODES STAGES. Prints ms/step.

The first cell of every stage but the first halves the size and doubles the filters.
"""
import sys

import torch
from torch import nn

from torch_timing import print_step_time

SIZE, C, BATCH, THREADS, CELLS, NODES, STAGES = map(int, sys.argv[1:8])
torch.set_num_threads(THREADS)


def block(channels, kernel, dilation, stride=1):
    padding = dilation * (kernel // 2)
    return nn.Sequential(
        nn.ReLU(),
        nn.Conv2d(channels, channels, kernel, stride, padding, dilation, groups=channels, bias=False),
        nn.Conv2d(channels, channels, 1, bias=False),
        nn.BatchNorm2d(channels),
    )


class FactorizedReduce(nn.Module):
    """Two 1x1 convolutions of stride 2, the second of the input shifted by a pixel, side by side; then a norm."""

    def __init__(self, inputs, channels):
        super().__init__()
        self.even = nn.Conv2d(inputs, channels // 2, 1, stride=2, bias=False)
        self.odd = nn.Conv2d(inputs, channels - channels // 2, 1, stride=2, bias=False)
        self.norm = nn.BatchNorm2d(channels)

    def forward(self, x):
        x = torch.relu(x)
        shifted = nn.functional.pad(x, (0, 1, 0, 1))[:, :, 1:, 1:]
        return self.norm(torch.cat([self.even(x), self.odd(shifted)], 1))


def preprocess(inputs, channels, halves):
    if halves:
        return FactorizedReduce(inputs, channels)
    return nn.Sequential(nn.ReLU(), nn.Conv2d(inputs, channels, 1, bias=False), nn.BatchNorm2d(channels))


class Mixed(nn.Module):
    def __init__(self, c, stride):
        super().__init__()
        self.candidates = nn.ModuleList(
            [
                nn.Identity() if stride == 1 else FactorizedReduce(c, c),
                nn.Sequential(block(c, 3, 1, stride), block(c, 3, 1)),
                nn.Sequential(block(c, 5, 1, stride), block(c, 5, 1)),
                block(c, 3, 2, stride),
                block(c, 5, 2, stride),
                nn.AvgPool2d(3, stride, 1),
                nn.MaxPool2d(3, stride, 1),
            ]
        )
        self.alpha = nn.Parameter(torch.zeros(7))

    def forward(self, x):
        weights = torch.sigmoid(self.alpha)
        return sum(w * candidate(x) for w, candidate in zip(weights, self.candidates))


class Cell(nn.Module):
    def __init__(self, before_last, last, c, reduction, halves_first):
        super().__init__()
        self.first = preprocess(before_last, c, halves_first)
        self.second = preprocess(last, c, False)
        # Only what reads the cell's inputs halves the size.
        self.nodes = nn.ModuleList(
            [nn.ModuleList([Mixed(c, 2 if reduction and j < 2 else 1) for j in range(2 + i)]) for i in range(NODES)]
        )

    def forward(self, a, b):
        states = [self.first(a), self.second(b)]
        for edges in self.nodes:
            states.append(sum(edge(state) for edge, state in zip(edges, states)))
        return torch.cat(states[2:], 1)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 3 * C, 3, padding=1, bias=False), nn.BatchNorm2d(3 * C))
        widths = [3 * C, 3 * C]
        self.cells = nn.ModuleList()
        stage_ends = [(s + 1) * CELLS // STAGES - 1 for s in range(STAGES)]
        reduced = False
        for i in range(CELLS):
            stage = next(s for s, end in enumerate(stage_ends) if i <= end)
            reduction = i > 0 and i - 1 in stage_ends
            channels = C * 2**stage
            self.cells.append(Cell(widths[-2], widths[-1], channels, reduction, reduced))
            widths.append(NODES * channels)
            reduced = reduction
        self.classifier = nn.Linear(widths[-1], 10)

    def forward(self, x):
        a = b = self.stem(x)
        for cell in self.cells:
            a, b = b, cell(a, b)
        return self.classifier(b.mean((2, 3)))


print_step_time(Net(), BATCH, SIZE, warm_up=2, steps=5)
