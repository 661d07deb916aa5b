"""Time of a training step in PyTorch, in the form that bench/torch.ts reads."""
import time

import torch
from torch import nn


def print_step_time(net, batch, size, warm_up, steps):
    """Trains `net` on drawn colour images [batch, 3, size, size] of ten classes. Prints ms/step, warm-up left out."""
    optimizer = torch.optim.SGD(net.parameters(), 0.01, 0.9)
    images = torch.randn(batch, 3, size, size)
    labels = torch.randint(0, 10, (batch,))
    for step in range(warm_up + steps):
        if step == warm_up:
            begin = time.time()
        optimizer.zero_grad()
        nn.functional.cross_entropy(net(images), labels).backward()
        optimizer.step()
    print("ms/step", (time.time() - begin) / steps * 1e3)
