/** The part of an exported PyTorch module that is the same for every network. */
export const blocksModule = `from typing import List

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F


class MaskedConv2d(nn.Conv2d):
    """A convolution without bias, some of whose weights are masked: they are zero, and stay zero in training."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, bias=False, **kwargs)
        self.register_buffer("mask", torch.ones_like(self.weight, dtype=torch.uint8))

    def forward(self, x):
        return self._conv_forward(x, self.weight * self.mask, None)


def plain_conv(*args, **kwargs):
    return nn.Conv2d(*args, bias=False, **kwargs)


def separable(inputs, widths, kernel, stride=1, dilation=1, masked=True):
    """One block a width: relu, depthwise convolution, 1x1 convolution, batch norm. The first block has the stride."""
    conv = MaskedConv2d if masked else plain_conv
    layers = []
    for width in widths:
        padding = dilation * (kernel - 1) // 2
        layers += [
            nn.ReLU(),
            conv(inputs, inputs, kernel, stride=stride, padding=padding, dilation=dilation, groups=inputs),
            conv(inputs, width, 1),
            nn.BatchNorm2d(width),
        ]
        inputs, stride = width, 1
    return nn.Sequential(*layers)


def relu_conv_bn(inputs, filters):
    return nn.Sequential(nn.ReLU(), nn.Conv2d(inputs, filters, 1, bias=False), nn.BatchNorm2d(filters))


class FactorizedReduce(nn.Module):
    """Half the size: one 1x1 convolution reads the even pixels, another the odd ones."""

    def __init__(self, inputs, even, odd):
        super().__init__()
        self.even = nn.Conv2d(inputs, even, 1, stride=2, bias=False) if even else None
        self.odd = nn.Conv2d(inputs, odd, 1, stride=2, bias=False) if odd else None
        self.norm = nn.BatchNorm2d(even + odd)

    def forward(self, x):
        x = F.relu(x)
        halves = []
        if self.even is not None:
            halves.append(self.even(x))
        if self.odd is not None:
            halves.append(self.odd(F.pad(x, (0, 1, 0, 1))[:, :, 1:, 1:]))
        return self.norm(torch.cat(halves, dim=1))


def avg_pool(x, stride: int):
    return F.avg_pool2d(x, 3, stride=stride, padding=1, count_include_pad=False)


def max_pool(x, stride: int):
    return F.max_pool2d(x, 3, stride=stride, padding=1)


def spread(x, channels: List[int], width: int):
    """The channels of \`x\` at these places among \`width\` channels; zero elsewhere."""
    wide = x.new_zeros([x.shape[0], width, x.shape[2], x.shape[3]])
    return wide.index_copy(1, torch.tensor(channels, device=x.device), x)


def count_nonzero(module):
    """Parameters that are not masked."""
    total = sum(p.numel() for p in module.parameters())
    return total - sum(int((m.mask == 0).sum()) for m in module.modules() if isinstance(m, MaskedConv2d))
`;
