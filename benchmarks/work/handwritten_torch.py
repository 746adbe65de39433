"""The models of `models.py` written by hand in eager PyTorch, trained as a user would write it: the measure for our torch engine.

`python -m benchmarks.work.handwritten_torch mlp_small` prints the seconds per step of each epoch after the first.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import nn
from torch.nn import functional as F

Tensor = torch.Tensor


class Problem(NamedTuple):
    """A model with its data, its loss and its accuracy."""

    model: nn.Module
    x: Tensor
    y: Tensor
    loss: Callable[[Tensor, Tensor], Tensor]
    correct: Callable[[Tensor, Tensor], Tensor]


class LastState(nn.Module):
    """The last output of an LSTM."""

    def __init__(self, features: int, units: int) -> None:
        super().__init__()
        self.lstm = nn.LSTM(features, units, batch_first=True)

    def forward(self, x: Tensor) -> Tensor:
        """(batch, time, features) -> (batch, units)."""
        return self.lstm(x)[0][:, -1]


def _classes(outputs: Tensor, y: Tensor) -> Tensor:
    return (outputs.argmax(-1) == y).sum()


def _binary(outputs: Tensor, y: Tensor) -> Tensor:
    return ((outputs > 0) == (y > 0.5)).sum()


def mlp_small(rows: int) -> Problem:
    """20-64-64-1 with Dropout twice."""
    model = nn.Sequential(nn.Linear(20, 64), nn.ReLU(), nn.Dropout(0.5), nn.Linear(64, 64), nn.ReLU(), nn.Dropout(0.5), nn.Linear(64, 1))
    y = torch.randint(0, 2, (rows, 1)).float()
    return Problem(model, torch.rand(rows, 20), y, F.binary_cross_entropy_with_logits, _binary)


def mlp_mnist(rows: int) -> Problem:
    """784-512-10 with Dropout."""
    model = nn.Sequential(nn.Linear(784, 512), nn.ReLU(), nn.Dropout(0.5), nn.Linear(512, 10))
    return Problem(model, torch.rand(rows, 784), torch.randint(0, 10, (rows,)), F.cross_entropy, _classes)


def mnist_convnet(rows: int) -> Problem:
    """3x3x32, 3x3x64, pooling, Dense(128), Dense(10)."""
    model = nn.Sequential(
        nn.Conv2d(1, 32, 3), nn.ReLU(), nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Dropout(0.25), nn.Flatten(),
        nn.Linear(9216, 128), nn.ReLU(), nn.Dropout(0.5), nn.Linear(128, 10),
    )  # fmt: skip
    return Problem(model, torch.rand(rows, 1, 28, 28), torch.randint(0, 10, (rows,)), F.cross_entropy, _classes)


def cifar_conv_batchnorm(rows: int) -> Problem:
    """Convolution, batch normalization, relu and pooling, twice."""
    model = nn.Sequential(
        nn.Conv2d(3, 32, 3, padding=1, bias=False), nn.BatchNorm2d(32), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3, padding=1, bias=False), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(2),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10),
    )  # fmt: skip
    return Problem(model, torch.rand(rows, 3, 32, 32), torch.randint(0, 10, (rows,)), F.cross_entropy, _classes)


def embedding_lstm(rows: int) -> Problem:
    """Embedding(20000, 128), LSTM(128) over 80 steps, Dense(1)."""
    model = nn.Sequential(nn.Embedding(20000, 128), LastState(128, 128), nn.Linear(128, 1))
    y = torch.randint(0, 2, (rows, 1)).float()
    return Problem(model, torch.randint(0, 20000, (rows, 80)), y, F.binary_cross_entropy_with_logits, _binary)


def fit_steps(model: str, rows: int, batch_size: int, epochs: int) -> dict[str, list[float]]:
    """The duration of each epoch after the first, divided by its steps: a plain loop over shuffled batches of data held in memory."""
    torch.manual_seed(0)
    problem: Problem = globals()[model](rows)
    network, x, y = problem.model.train(), problem.x, problem.y
    optimizer = torch.optim.Adam(network.parameters())
    durations = []
    for _ in range(epochs):
        start = time.perf_counter()
        order = torch.randperm(rows)
        total_loss, total_correct = torch.zeros(()), torch.zeros((), dtype=torch.int64)
        for first in range(0, rows, batch_size):
            indices = order[first : first + batch_size]
            inputs, targets = x[indices], y[indices]
            optimizer.zero_grad()
            outputs = network(inputs)
            loss = problem.loss(outputs, targets)
            loss.backward()
            optimizer.step()
            total_loss += loss.detach() * len(targets)
            total_correct += problem.correct(outputs.detach(), targets)
        float(total_loss), int(total_correct)
        durations.append(time.perf_counter() - start)
    steps = -(-rows // batch_size)
    return {"step": [duration / steps for duration in durations[1:]], "first_epoch": durations[:1]}


if __name__ == "__main__":
    sizes = {"mlp_mnist": (8192, 128, 6), "mlp_small": (8192, 32, 6), "mnist_convnet": (1536, 128, 4), "cifar_conv_batchnorm": (768, 64, 4)}
    for name in sys.argv[1:]:
        print(name, fit_steps(name, *sizes.get(name, (512, 32, 4)))["step"])
