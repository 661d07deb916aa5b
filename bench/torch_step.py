"""One training step of a super-net's convolutions in PyTorch: SIZE CHANNELS BATCH THREADS CELLS NODES. Prints ms/step."""
import sys

import torch
from torch import nn

from torch_timing import print_step_time

SIZE, C, BATCH, THREADS, CELLS, NODES = map(int, sys.argv[1:7])
torch.set_num_threads(THREADS)


def block(channels, kernel, dilation):
    padding = dilation * (kernel // 2)
    return nn.Sequential(
        nn.ReLU(),
        nn.Conv2d(channels, channels, kernel, padding=padding, dilation=dilation, groups=channels, bias=False),
        nn.Conv2d(channels, channels, 1, bias=False),
        nn.BatchNorm2d(channels),
    )


def preprocess(inputs, channels):
    return nn.Sequential(nn.ReLU(), nn.Conv2d(inputs, channels, 1, bias=False), nn.BatchNorm2d(channels))


class Mixed(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.candidates = nn.ModuleList(
            [
                nn.Identity(),
                nn.Sequential(block(c, 3, 1), block(c, 3, 1)),
                nn.Sequential(block(c, 5, 1), block(c, 5, 1)),
                block(c, 3, 2),
                block(c, 5, 2),
                nn.AvgPool2d(3, 1, 1),
                nn.MaxPool2d(3, 1, 1),
            ]
        )
        self.alpha = nn.Parameter(torch.zeros(7))

    def forward(self, x):
        weights = torch.sigmoid(self.alpha)
        return sum(w * candidate(x) for w, candidate in zip(weights, self.candidates))


class Cell(nn.Module):
    def __init__(self, before_last, last, c):
        super().__init__()
        self.first = preprocess(before_last, c)
        self.second = preprocess(last, c)
        self.nodes = nn.ModuleList([nn.ModuleList([Mixed(c) for _ in range(2 + i)]) for i in range(NODES)])

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
        for _ in range(CELLS):
            self.cells.append(Cell(widths[-2], widths[-1], C))
            widths.append(NODES * C)
        self.classifier = nn.Linear(NODES * C, 10)

    def forward(self, x):
        a = b = self.stem(x)
        for cell in self.cells:
            a, b = b, cell(a, b)
        return self.classifier(b.mean((2, 3)))


print_step_time(Net(), BATCH, SIZE, warm_up=2, steps=5)
