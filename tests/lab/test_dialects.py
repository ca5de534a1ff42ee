"""Every rule in every dialect against arithmetic by hand, and against PyTorch if installed."""

from __future__ import annotations

import copy
import inspect
import math
import pickle
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from nnscratch import Variable, config, initializers, lab, layers, models, optimizers
from nnscratch.lab.dialects import DIALECTS, FORMS, DialectOptimizer

GRADIENTS = np.random.default_rng(3).normal(size=(25, 4)) * np.array([1e-6, 1e-2, 1.0, 30.0])


@pytest.fixture(autouse=True)
def float64() -> Iterator[None]:
    config.set_floatx("float64")
    yield
    config.set_floatx("float32")


def run(optimizer: object, gradients: np.ndarray = GRADIENTS) -> np.ndarray:
    w = Variable(np.zeros(gradients.shape[1]), dtype="float64")
    path = []
    for gradient in gradients:
        optimizer.apply([gradient], [w])  # type: ignore[attr-defined]
        path.append(w.numpy().copy())
    return np.array(path)


def by_hand(step: Callable[..., float]) -> np.ndarray:
    """The path of each weight on its own, with Python's floats: `step(g, t, state)` → Δw."""
    paths = []
    for column in GRADIENTS.T:
        w, state, path = 0.0, {"v": 0.0, "m": 0.0, "h": 0.0}, []
        for t, g in enumerate(column.tolist(), start=1):
            w += step(g, t, state)
            path.append(w)
        paths.append(path)
    return np.array(paths).T


def momentum_inside(g: float, t: int, s: dict[str, float]) -> float:
    s["v"] = 0.9 * s["v"] - 0.01 * g
    return s["v"]


def momentum_torch(g: float, t: int, s: dict[str, float]) -> float:
    s["v"] = 0.9 * s["v"] + g
    return -0.001 * s["v"]


def nesterov(g: float, t: int, s: dict[str, float]) -> float:
    s["v"] = 0.9 * s["v"] - 0.01 * g
    return 0.9 * s["v"] - 0.01 * g


def nesterov_torch(g: float, t: int, s: dict[str, float]) -> float:
    s["v"] = 0.9 * s["v"] + g
    return -0.001 * (g + 0.9 * s["v"])


def nesterov_dlfs(g: float, t: int, s: dict[str, float]) -> float:
    s["v"] = 0.9 * s["v"] - 0.01 * g
    return 0.81 * s["v"] - 1.9 * 0.01 * g


def adagrad(rate: float, start: float, inside: float, outside: float) -> Callable[..., float]:
    def step(g: float, t: int, s: dict[str, float]) -> float:
        s["h"] += g * g + (start if t == 1 else 0.0)
        return -rate * g / (math.sqrt(s["h"] + inside) + outside)

    return step


def rmsprop(rate: float, rho: float, inside: float, outside: float) -> Callable[..., float]:
    def step(g: float, t: int, s: dict[str, float]) -> float:
        s["v"] = rho * s["v"] + (1 - rho) * g * g
        return -rate * g / (math.sqrt(s["v"] + inside) + outside)

    return step


def adam_hat(epsilon: float) -> Callable[..., float]:
    def step(g: float, t: int, s: dict[str, float]) -> float:
        s["m"] = 0.9 * s["m"] + 0.1 * g
        s["v"] = 0.999 * s["v"] + 0.001 * g * g
        corrected = s["m"] / (1 - 0.9**t), s["v"] / (1 - 0.999**t)
        return -0.001 * corrected[0] / (math.sqrt(corrected[1]) + epsilon)

    return step


def adam_epsilon_hat(g: float, t: int, s: dict[str, float]) -> float:
    s["m"] = 0.9 * s["m"] + 0.1 * g
    s["v"] = 0.999 * s["v"] + 0.001 * g * g
    rate = 0.001 * math.sqrt(1 - 0.999**t) / (1 - 0.9**t)
    return -rate * s["m"] / (math.sqrt(s["v"]) + 1e-7)


def adadelta(rate: float, rho: float, epsilon: float) -> Callable[..., float]:
    def step(g: float, t: int, s: dict[str, float]) -> float:
        s["v"] = rho * s["v"] + (1 - rho) * g * g
        step = math.sqrt((s["h"] + epsilon) / (s["v"] + epsilon)) * g
        s["h"] = rho * s["h"] + (1 - rho) * step * step
        return -rate * step

    return step


def adamax(rate: float, inside: float, outside: float) -> Callable[..., float]:
    def step(g: float, t: int, s: dict[str, float]) -> float:
        s["m"] = 0.9 * s["m"] + 0.1 * g
        s["v"] = max(0.999 * s["v"], abs(g) + inside)
        return -rate / (1 - 0.9**t) * s["m"] / (s["v"] + outside)

    return step


def nadam(rate: float, epsilon: float, pace: float, following: bool) -> Callable[..., float]:
    def mu(t: int) -> float:
        return 0.9 * (1 - 0.5 * 0.96 ** (pace * t))

    def step(g: float, t: int, s: dict[str, float]) -> float:
        s["product"] = s.get("product", 1.0) * mu(t)
        keep = mu(t) if following else 0.9
        s["m"] = keep * s["m"] + (1 - keep) * g
        s["v"] = 0.999 * s["v"] + 0.001 * g * g
        ahead = mu(t + 1) * s["m"] / (1 - s["product"] * mu(t + 1))
        ahead += (1 - mu(t)) * g / (1 - s["product"])
        return -rate * ahead / (math.sqrt(s["v"] / (1 - 0.999**t)) + epsilon)

    return step


HAND: dict[tuple[str, str], Callable[..., float]] = {
    ("sgd", "keras"): lambda g, t, s: -0.01 * g,
    ("sgd", "torch"): lambda g, t, s: -0.001 * g,
    ("sgd", "dlfs"): lambda g, t, s: -0.01 * g,
    ("sgd", "paper"): lambda g, t, s: -0.01 * g,
    ("momentum", "keras"): momentum_inside,
    ("momentum", "torch"): momentum_torch,
    ("momentum", "dlfs"): momentum_inside,
    ("momentum", "paper"): momentum_inside,
    ("nesterov", "keras"): nesterov,
    ("nesterov", "torch"): nesterov_torch,
    ("nesterov", "dlfs"): nesterov_dlfs,
    ("nesterov", "paper"): nesterov,
    ("adagrad", "keras"): adagrad(0.001, 0.1, 1e-7, 0.0),
    ("adagrad", "torch"): adagrad(0.01, 0.0, 0.0, 1e-10),
    ("adagrad", "dlfs"): adagrad(0.01, 0.0, 0.0, 1e-7),
    ("adagrad", "paper"): adagrad(0.01, 0.0, 0.0, 0.0),
    ("rmsprop", "keras"): rmsprop(0.001, 0.9, 1e-7, 0.0),
    ("rmsprop", "torch"): rmsprop(0.01, 0.99, 0.0, 1e-8),
    ("rmsprop", "dlfs"): rmsprop(0.01, 0.99, 0.0, 1e-7),
    ("rmsprop", "paper"): rmsprop(0.001, 0.9, 0.0, 0.0),
    ("adam", "keras"): adam_epsilon_hat,
    ("adam", "torch"): adam_hat(1e-8),
    ("adam", "dlfs"): adam_epsilon_hat,
    ("adam", "paper"): adam_hat(1e-8),
    ("adadelta", "keras"): adadelta(0.001, 0.95, 1e-7),
    ("adadelta", "torch"): adadelta(1.0, 0.9, 1e-6),
    ("adadelta", "paper"): adadelta(1.0, 0.95, 1e-6),
    ("adamax", "keras"): adamax(0.001, 0.0, 1e-7),
    ("adamax", "torch"): adamax(0.002, 1e-8, 0.0),
    ("adamax", "paper"): adamax(0.002, 0.0, 0.0),
    ("nadam", "keras"): nadam(0.001, 1e-7, 1.0, following=False),
    ("nadam", "torch"): nadam(0.002, 1e-8, 0.004, following=False),
    ("nadam", "paper"): nadam(0.002, 1e-8, 0.004, following=True),
}

TOLERANCE = {
    "keras": {"rtol": 3e-5, "atol": 1e-9},
    "torch": {"rtol": 1e-12},
    "dlfs": {"rtol": 1e-12},
    "paper": {"rtol": 1e-12},
}
"""Keras takes μ, β and the start of h from float32 numbers, which shows in float64 too."""

every_form = pytest.mark.parametrize(
    ("rule", "dialect"), [(rule, dialect) for rule, forms in FORMS.items() for dialect in forms]
)


@every_form
def test_dialect_is_the_formula_by_hand(rule: str, dialect: str) -> None:
    path = run(lab.optimizer(rule, dialect))
    np.testing.assert_allclose(path, by_hand(HAND[rule, dialect]), **TOLERANCE[dialect])


@every_form
def test_the_form_says_what_the_optimizer_does(rule: str, dialect: str) -> None:
    form = FORMS[rule][dialect]
    direct = DialectOptimizer(rule, dialect)
    np.testing.assert_allclose(run(direct), by_hand(HAND[rule, dialect]), **TOLERANCE[dialect])
    made = lab.optimizer(rule, dialect)
    assert float(made.learning_rate) == pytest.approx(form.defaults["learning_rate"])
    assert all(list(slots) == list(form.slots) for slots in direct.slots.values())
    arguments = inspect.signature(form.rule).parameters
    assert set(form.constants(form.defaults, 1)) <= set(arguments)


def test_the_dialects_differ_where_the_table_says_so() -> None:
    def first(rule: str, dialect: str, g: float) -> float:
        optimizer = lab.optimizer(rule, dialect, learning_rate=1.0)
        return float(run(optimizer, np.array([[g]]))[0, 0])

    assert first("adam", "keras", 1e-8) == pytest.approx(-0.00315, abs=1e-5)
    assert first("adam", "torch", 1e-8) == pytest.approx(-0.5)
    assert first("rmsprop", "keras", 1e-4) == pytest.approx(-0.3147, abs=1e-4)
    assert first("rmsprop", "paper", 1e-4) == pytest.approx(-1 / math.sqrt(0.1))
    assert first("rmsprop", "torch", 1e-4) == pytest.approx(-1e-4 / (1e-5 + 1e-8))
    assert first("adagrad", "keras", 1.0) == pytest.approx(-0.953463, abs=1e-6)
    assert first("adagrad", "torch", 1.0) == pytest.approx(-1.0)


@pytest.mark.parametrize(
    ("dialect", "expected"),
    [("keras", [-1, -2.9, -4.71, -6.439]), ("torch", [-1, -2.9, -3.171, -3.5149])],
)
def test_momentum_remembers_the_rate_only_inside_the_velocity(
    dialect: str, expected: list[float]
) -> None:
    w = Variable(np.zeros(1), dtype="float64")
    optimizer = lab.optimizer("momentum", dialect, learning_rate=1.0)
    path = []
    for step in range(4):
        if step == 2:
            optimizer.learning_rate = 0.1
        optimizer.apply([[1.0]], [w])
        path.append(float(w.numpy()[0]))
    np.testing.assert_allclose(path, expected, rtol=1e-6)


@pytest.mark.parametrize("rule", FORMS)
def test_torch_dialect_equals_torch(rule: str) -> None:
    torch = pytest.importorskip("torch")
    classes = {
        "sgd": lambda w: torch.optim.SGD(w),
        "momentum": lambda w: torch.optim.SGD(w, momentum=0.9),
        "nesterov": lambda w: torch.optim.SGD(w, momentum=0.9, nesterov=True),
        "adagrad": lambda w: torch.optim.Adagrad(w),
        "rmsprop": lambda w: torch.optim.RMSprop(w),
        "adam": lambda w: torch.optim.Adam(w),
        "adadelta": lambda w: torch.optim.Adadelta(w),
        "adamax": lambda w: torch.optim.Adamax(w),
        "nadam": lambda w: torch.optim.NAdam(w),
    }
    w = torch.zeros(4, dtype=torch.float64, requires_grad=True)
    theirs, path = classes[rule]([w]), []
    for gradient in GRADIENTS:
        w.grad = torch.tensor(gradient)
        theirs.step()
        path.append(w.detach().numpy().copy())
    tolerance = 1e-6 if rule == "nadam" else 1e-11  # PyTorch keeps Nadam's product in float32
    np.testing.assert_allclose(run(lab.optimizer(rule, "torch")), path, rtol=tolerance)


@pytest.mark.parametrize("rule", ["adagrad", "rmsprop", "adamax"])
def test_without_epsilon_no_gradient_means_no_step(rule: str) -> None:
    path = run(lab.optimizer(rule, "paper"), np.array([[0.0, 1.0], [0.0, 1.0]]))
    assert path[:, 0].tolist() == [0.0, 0.0]
    assert (path[:, 1] < 0).all()


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_network_trains_in_every_dialect(dialect: str) -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(64, 3)).astype("float32")
    model = models.Sequential([layers.Input((3,)), layers.Dense(8, "tanh"), layers.Dense(1)])
    model.compile(lab.optimizer("adam", dialect, learning_rate=0.01), "mse")
    losses = model.fit(x, x[:, :1] * 2, epochs=15, verbose=0).history["loss"]
    assert losses[-1] < 0.5 * losses[0]


def test_config_makes_it_again() -> None:
    made = lab.optimizer("adam", "torch", learning_rate=0.25, beta_1=0.5, clipnorm=1.0)
    assert isinstance(made, DialectOptimizer)
    again = DialectOptimizer.from_config(made.get_config())
    assert again.get_config() == made.get_config()
    assert again.numbers["beta_1"] == 0.5


@pytest.mark.parametrize("rule", FORMS)
def test_saved_copied_and_pickled_it_goes_on_alike(rule: str, tmp_path: Path) -> None:
    pytest.importorskip("h5py")
    x = np.random.default_rng(0).normal(size=(32, 3))
    model = models.Sequential([layers.Input((3,)), layers.Dense(2)])
    model.compile(lab.optimizer(rule, "paper", learning_rate=0.01), "mse")
    model.fit(x, x[:, :2], epochs=2, verbose=0)
    model.save(tmp_path / "model.keras")
    again = models.load_model(tmp_path / "model.keras")
    assert again.optimizer.get_config() == model.optimizer.get_config()
    for twin in (copy.deepcopy(model.optimizer), pickle.loads(pickle.dumps(model.optimizer))):
        assert [v.numpy().tolist() for v in twin.variables] == [
            v.numpy().tolist() for v in model.optimizer.variables
        ]
    for one in (model, again):
        one.fit(x, x[:, :2], epochs=2, verbose=0, shuffle=False)
    for a, b in zip(model.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_wrong_arguments_are_named() -> None:
    with pytest.raises(ValueError, match="Did you mean 'torch'"):
        lab.optimizer("adam", "troch")
    with pytest.raises(ValueError, match="Did you mean 'adagrad'"):
        lab.optimizer("adagard", "torch")
    with pytest.raises(ValueError, match="Did you mean 'epsilon'"):
        lab.optimizer("adam", "torch", epsilom=1.0)
    with pytest.raises(ValueError, match="not in the book"):
        lab.optimizer("nadam", "dlfs")
    with pytest.raises(ValueError, match=r"kernel_regularizer=L2"):
        lab.optimizer("adam", "torch", weight_decay=0.1)
    with pytest.raises(ValueError, match="`beta_1` must be"):
        lab.optimizer("adam", "paper", beta_1=1.0)
    with pytest.raises(ValueError, match="argument of SGD"):
        lab.optimizer("momentum", "keras", momentun=0.5)


def test_asked_for_at_the_wrong_place_the_switch_is_named() -> None:
    with pytest.raises(ValueError, match=r"nnscratch\.lab\.optimizer\('adam', 'torch'\)"):
        optimizers.Adam(dialect="torch")


def test_pytorchs_dense_start_in_keras_words() -> None:
    """docs/experiments.md: U(±1/√fan_in)."""
    values = initializers.VarianceScaling(1 / 3, "fan_in", "uniform", seed=1)((400, 300))
    assert float(np.abs(values).max()) == pytest.approx(1 / math.sqrt(400), rel=1e-3)
    assert float(values.std()) == pytest.approx(1 / math.sqrt(400) / math.sqrt(3), rel=1e-2)


def test_the_table_has_every_form() -> None:
    rows = lab.dialect_table()
    assert len(rows) == 6 * 4 + 3 * 3
    assert all(row["source"] and row["equation"] for row in rows)
