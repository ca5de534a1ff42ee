"""Engines without Keras: a line y = w·x + b trained by gradient descent, in either float type."""

from __future__ import annotations

import numpy as np

from nnscratch.typing import Array
from parity.engines.protocol import Batch, Tensors
from parity.units import Case, Data, Rule

LINE = Case(
    "line",
    "fakes",
    (("Dense", {"units": 1}),),
    ("SGD", {}),
    "mse",
    data=Data("regression", {"features": 4}),
    samples=22,
    batch_size=8,
    steps=12,
)


class FakeTwin:
    """The line; `spoil` changes what it reports, from a given step on."""

    def __init__(self, dtype: str, spoil: dict[str, float], from_step: int) -> None:
        self.w, self.b = np.full((4, 1), 0.5, dtype), np.zeros(1, dtype)
        self.taken = 0
        self.spoil, self.from_step = spoil, from_step

    def state(self) -> Tensors:
        return {
            "optimizer/iteration": np.array(self.taken),
            "weight/0_Dense/kernel": self.w.copy(),
            "weight/0_Dense/bias": self.b.copy(),
        }

    def load(self, state: Tensors) -> None:
        self.taken = int(state["optimizer/iteration"])
        self.w = state["weight/0_Dense/kernel"].copy()
        self.b = state["weight/0_Dense/bias"].copy()

    def hidden(self) -> list[Array]:
        return []

    def load_hidden(self, values: list[Array]) -> None:
        assert values == []

    def step(self, batch: Batch, new_epoch: bool) -> Tensors:
        y = batch.x @ self.w + self.b
        error = y - batch.y
        loss = np.mean(error**2)
        dw = batch.x.T @ error * (2 / len(y))
        db = error.sum(axis=0) * (2 / len(y))
        self.w = self.w - dw * np.asarray(0.1, dw.dtype)
        self.b = self.b - db * np.asarray(0.1, db.dtype)
        self.taken += 1
        found = {"output/0_Dense": y, "loss": loss}
        found |= {"gradient/0_Dense/bias": db, "gradient/0_Dense/kernel": dw}
        return self._spoiled(found | self.state() | {"metric/loss": loss})

    def _spoiled(self, tensors: Tensors) -> Tensors:
        if self.taken < self.from_step:
            return tensors
        return {n: t * t.dtype.type(1 + self.spoil.get(n, 0)) for n, t in tensors.items()}

    def infer(self, batch: Batch) -> Tensors:
        return {"inference/0_Dense": batch.x @ self.w + self.b}

    def own_step(self, batch: Batch) -> Tensors:
        self.step(batch, new_epoch=True)
        return self.state()


class FakeRuleTwin:
    """Plain gradient descent; `off` is added to the learning rate."""

    def __init__(self, values: list[Array], off: float) -> None:
        self.values, self.rate = values, 0.01 * (1 + off)

    def step(self, gradients: list[Array]) -> Tensors:
        pairs = zip(self.values, gradients, strict=True)
        self.values = [v - g * v.dtype.type(self.rate) for v, g in pairs]
        return {f"weight/w{i}": v for i, v in enumerate(self.values)}


class FakeLibrary:
    """What a check sees: one number."""

    def __init__(self, dtype: str, answer: float) -> None:
        self.dtype, self.answer = dtype, answer

    def numpy(self, value: object) -> Array:
        return np.asarray(value, self.dtype)


class FakeEngine:
    """A library whose twins can be spoiled."""

    name = "fake"

    def __init__(
        self, spoil: dict[str, float] | None = None, from_step: int = 0, off: float = 0.0
    ) -> None:
        self.spoil, self.from_step, self.off = spoil or {}, from_step, off

    def versions(self) -> dict[str, str]:
        return {"fake": "1"}

    def twin(self, case: Case, dtype: str, input_shape: tuple[int, ...]) -> FakeTwin:
        return FakeTwin(dtype, self.spoil, self.from_step)

    def rule_twin(self, rule: Rule, dtype: str, values: list[Array]) -> FakeRuleTwin:
        return FakeRuleTwin(values, self.off)

    def library(self, dtype: str) -> FakeLibrary:
        return FakeLibrary(dtype, 42.0 + self.off)
