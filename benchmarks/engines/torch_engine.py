"""PyTorch: the usual loop, with the data in tensors and the fused optimizers; eager or compiled."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from torch.nn import functional

from benchmarks.engines import Go
from benchmarks.workloads import Array, BatchNorm, Conv, Dense, Dropout, Flatten, Workload


def build(workload: Workload) -> nn.Sequential:
    """Return the network, which puts out logits."""
    layers: list[nn.Module] = []
    shape = workload.shape
    for layer in workload.layers:
        if isinstance(layer, Dense):
            layers.append(nn.Linear(shape[0], layer.units))
            if layer is not workload.layers[-1]:
                layers.append(nn.Sigmoid() if layer.activation == "sigmoid" else nn.ReLU())
            shape = (layer.units,)
        elif isinstance(layer, BatchNorm):
            layers.append(nn.BatchNorm1d(shape[0], eps=1e-3, momentum=0.01))
        elif isinstance(layer, Dropout):
            layers.append(nn.Dropout(layer.rate))
        elif isinstance(layer, Conv):
            channels = shape[2]
            layers += [nn.Conv2d(channels, layer.filters, 3), nn.ReLU(), nn.MaxPool2d(2)]
            shape = ((shape[0] - 2) // 2, (shape[1] - 2) // 2, layer.filters)
        elif isinstance(layer, Flatten):
            layers.append(nn.Flatten())
            shape = (shape[0] * shape[1] * shape[2],)
    return nn.Sequential(*layers)


def _optimizer(workload: Workload, model: nn.Module) -> torch.optim.Optimizer:
    if workload.optimizer == "sgd":
        return torch.optim.SGD(model.parameters(), lr=0.01, fused=True)
    if workload.optimizer == "adam":
        return torch.optim.Adam(model.parameters(), lr=0.001, eps=1e-7, fused=True)
    return torch.optim.RMSprop(model.parameters(), lr=0.001, alpha=0.9, eps=1e-7, foreach=True)


class Trainer:
    """A network with its optimizer and its loss and accuracy.

    Args:
        workload: what to build.
        compiled: whether `torch.compile` makes one function of network, loss and accuracy.
    """

    def __init__(self, workload: Workload, compiled: bool) -> None:
        self.workload = workload
        self.model = build(workload)
        self.optimizer = _optimizer(workload, self.model)
        linear = [layer for layer in self.model if isinstance(layer, nn.Linear)]
        self.penalized = [layer.weight for layer in linear[:-1]] if workload.l2 else []
        self.measure = torch.compile(self._measure) if compiled else self._measure

    def _measure(self, x: torch.Tensor, y: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        z = self.model(x)
        if self.workload.binary:
            loss = functional.binary_cross_entropy_with_logits(z[:, 0], y.to(z.dtype))
            hits = ((z[:, 0] > 0) == (y == 1)).sum()
        else:
            loss = functional.cross_entropy(z, y)
            hits = (z.argmax(1) == y).sum()
        for weight in self.penalized:
            loss = loss + self.workload.l2 * weight.square().sum()
        return loss, hits

    def epoch(self, x: torch.Tensor, y: torch.Tensor) -> tuple[float, float]:
        """Train for one epoch of shuffled batches; return mean loss and accuracy."""
        self.model.train()
        N = self.workload.batch_size
        total, right = torch.zeros(()), torch.zeros((), dtype=torch.int64)
        for rows in torch.randperm(len(x)).split(N):
            loss, hits = self.measure(x.index_select(0, rows), y.index_select(0, rows))
            self.optimizer.zero_grad(set_to_none=True)
            loss.backward()
            self.optimizer.step()
            total += loss.detach() * len(rows)
            right += hits
        return total.item() / len(x), right.item() / len(x)

    @torch.inference_mode()
    def look(self, x: torch.Tensor, y: torch.Tensor) -> None:
        """Predict all rows, then evaluate loss and accuracy, in batches."""
        self.model.eval()
        N = self.workload.batch_size
        outputs = torch.cat([functional.softmax(self.model(part), 1) for part in x.split(N)])
        assert len(outputs) == len(x)
        total, right = torch.zeros(()), torch.zeros((), dtype=torch.int64)
        for rows, targets in zip(x.split(N), y.split(N), strict=True):
            loss, hits = self.measure(rows, targets)
            total += loss * len(rows)
            right += hits
        assert total.item() > 0
        assert right.item() >= 0


def prepare(workload: Workload, x: Array, y: Array, **options: Any) -> Go:
    """Return the measured go."""
    trainer = Trainer(workload, **{"compiled": False, **options})
    images = x if x.ndim == 2 else x.transpose(0, 3, 1, 2).copy()
    inputs, targets = torch.from_numpy(images), torch.from_numpy(y)

    def fit() -> None:
        history = [trainer.epoch(inputs, targets) for _ in range(workload.epochs)]
        assert len(history) == workload.epochs

    def look() -> None:
        trainer.look(inputs, targets)

    return fit if workload.trains else look


def versions() -> dict[str, str]:
    """Return the versions of what computes."""
    return {"torch": torch.__version__}
