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


def conv(*sizes, **options):
    return nn.Conv2d(*sizes, bias=False, **options)


class Shift(nn.Module):
    """One pixel up and left; zero beyond the edge. A convolution of stride 2 behind it reads the odd pixels."""

    def forward(self, x):
        return F.pad(x, (0, 1, 0, 1))[:, :, 1:, 1:]


class SideBySide(nn.Module):
    """The channels of several modules that read the same."""

    def __init__(self, *branches):
        super().__init__()
        self.branches = nn.ModuleList(branches)

    def forward(self, x):
        return torch.cat([branch(x) for branch in self.branches], dim=1)


def spread(x, channels: List[int], width: int):
    """The channels of \`x\` at these places among \`width\` channels; zero elsewhere."""
    wide = x.new_zeros([x.shape[0], width, x.shape[2], x.shape[3]])
    return wide.index_copy(1, torch.tensor(channels, device=x.device), x)


def count_nonzero(module):
    """Parameters that are not masked."""
    total = sum(p.numel() for p in module.parameters())
    return total - sum(int((m.mask == 0).sum()) for m in module.modules() if isinstance(m, MaskedConv2d))
`;
